import { describe, expect, it } from 'vitest'
import { maxPower, ownPower, spacesWithDevices } from './twin'

type Space = { id: string; kw?: number; devices?: string[]; spaces?: Space[] }

const room: Space = { id: 'room', kw: 2, devices: ['lamp'] }
const hall: Space = { id: 'hall' }
const building: Space = { id: 'building', kw: 5, devices: ['meter'], spaces: [room, hall] }
const site: Space = { id: 'site', kw: 5, spaces: [building] }

describe('the twin', () => {
  it('counts each device at one space only', () => {
    expect([site, building, room, hall].map(ownPower)).toEqual([0, 3, 2, 0])
  })

  it('draws no less than nothing where inner meters report more than the outer one', () => {
    expect(ownPower({ kw: 1, spaces: [{ kw: 2 }] })).toBe(0)
  })

  it('lists the spaces that have devices', () => {
    expect(spacesWithDevices(site).map((space) => space.id)).toEqual(['building', 'room'])
  })

  it('has a greatest power that others can be divided by', () => {
    expect(maxPower([1, 3])).toBe(3)
    expect(maxPower([])).toBeGreaterThan(0)
  })
})
