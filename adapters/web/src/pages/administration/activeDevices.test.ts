import { describe, expect, it } from 'vitest'
import { activeDevices } from './activeDevices'

const now = Date.parse('2026-11-28T12:00:00Z')
const recently = '2026-11-28T11:00:00Z'
const longAgo = '2026-11-20T11:00:00Z'

const spaces = [
  { id: 'site', name: 'Site', parent_id: null },
  { id: 'room', name: 'Room', parent_id: 'site' },
  { id: 'other', name: 'Other', parent_id: 'site' },
]
const device = (id: string, space_id: string, last_heard: string | null = recently) => ({
  id,
  space_id,
  health: { last_heard },
})
const devices = [
  device('lamp', 'room'),
  device('meter', 'other'),
  device('silent', 'room', longAgo),
  device('new', 'room', null),
]
const unlimited = { id: 'key', name: 'Key', space_id: null, device_ids: [], last_used_at: recently }
const key = (more: object) => ({ ...unlimited, ...more })
const ids = (more: object) => activeDevices(key(more), spaces, devices, now).map((one) => one.id)

describe('the devices that use a key', () => {
  it('lie within its space and reported lately', () => {
    expect(ids({ space_id: 'room' })).toEqual(['lamp'])
    expect(ids({ space_id: 'site' })).toEqual(['lamp', 'meter'])
  })

  it('are those that it names', () => {
    expect(ids({ device_ids: ['meter', 'silent'] })).toEqual(['meter'])
  })

  it('are none where the key was not used lately', () => {
    expect(ids({ space_id: 'site', last_used_at: longAgo })).toEqual([])
    expect(ids({ space_id: 'site', last_used_at: null })).toEqual([])
  })
})
