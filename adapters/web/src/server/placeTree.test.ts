import { describe, expect, it } from 'vitest'
import { isWithin, listedPlaces, rootSpaces } from './placeTree'

const spaces = [
  { id: 'room', name: 'Room', parent_id: 'building' },
  { id: 'site', name: 'Site', parent_id: null },
  { id: 'building', name: 'Building', parent_id: 'site' },
]
const devices = [
  { id: 'meter', name: 'Meter', space_id: 'building' },
  { id: 'lamp', name: 'Lamp', space_id: 'room' },
]

describe('the tree of places', () => {
  it('begins where the reader’s rights do', () => {
    expect(rootSpaces(spaces).map((s) => s.id)).toEqual(['site'])
    expect(rootSpaces(spaces.filter((s) => s.id !== 'site')).map((s) => s.id)).toEqual(['building'])
  })

  it('is listed from the outside in, devices before inner spaces', () => {
    expect(listedPlaces(spaces, devices).map((one) => `${one.depth} ${one.id}`)).toEqual([
      '0 site',
      '1 building',
      '2 meter',
      '2 room',
      '3 lamp',
    ])
  })

  it('says what lies within what', () => {
    expect(isWithin(spaces, 'room', 'site')).toBe(true)
    expect(isWithin(spaces, 'room', 'room')).toBe(true)
    expect(isWithin(spaces, 'site', 'room')).toBe(false)
    expect(isWithin(spaces, null, 'site')).toBe(false)
  })
})
