import { describe, expect, it } from 'vitest'
import type { Device } from '../../../server/places.svelte'
import { changesOf, draftOf, newDevice, proposedId } from './deviceDraft'
import { beginning, forgets, moveBack, movedAt } from './moved'
import { isBehind, possibleParents } from './parents'

const device = (more: Partial<Device> = {}): Device => ({
  id: 'm1',
  name: 'Medidor',
  kind: 'meter',
  measures: 'active',
  space_id: 'sp_1',
  parent_id: null,
  rated_w: 500,
  standby_w: null,
  interval_s: null,
  register_modulus_kwh: null,
  mqtt_topic: null,
  mqtt_unit: null,
  mqtt_interval: false,
  created_at: '2026-01-01T00:00:00Z',
  ...more,
})

describe('a device that is edited', () => {
  const before = draftOf(device())

  it('sends what changed and nothing else', () => {
    expect(changesOf({ ...before }, before)).toEqual({})
    expect(changesOf({ ...before, name: ' Otro ', parent_id: 'm2' }, before)).toEqual({
      name: 'Otro',
      parent_id: 'm2',
    })
    expect(
      changesOf({ ...before, interval_s: 900, kind: 'ac', measures: 'reactive_inductive' }, before),
    ).toEqual({
      interval_s: 900,
      kind: 'ac',
      measures: 'reactive_inductive',
    })
  })

  it('makes unknown what is emptied', () => {
    const full = draftOf(
      device({
        parent_id: 'm2',
        mqtt_topic: 'tele/a',
        interval_s: 900,
        mqtt_unit: 'Wh',
        mqtt_interval: true,
      }),
    )
    const empty = {
      ...full,
      rated_w: null,
      interval_s: null,
      parent_id: '',
      mqtt_topic: '',
      mqtt_unit: '' as const,
    }
    const nothing = { rated_w: null, interval_s: null, parent_id: null, mqtt_topic: null, mqtt_unit: null }
    expect(changesOf(empty, full)).toEqual(nothing)
    expect(changesOf(full, empty)).toMatchObject({ rated_w: 500, mqtt_unit: 'Wh', mqtt_interval: true })
  })

  it('sends the unit and the meaning of plain numbers together', () => {
    const plain = draftOf(device({ mqtt_unit: 'Wh' }))
    expect(changesOf({ ...plain, mqtt_interval: true }, plain)).toEqual({
      mqtt_unit: 'Wh',
      mqtt_interval: true,
    })
  })
})

describe('a new device', () => {
  it('sends what was entered', () => {
    const draft = { ...draftOf(), id: ' tv-1 ', name: 'TV', space_id: 'sp_1', standby_w: 3 }
    expect(newDevice(draft)).toEqual({
      id: 'tv-1',
      name: 'TV',
      kind: 'meter',
      space_id: 'sp_1',
      standby_w: 3,
    })
  })

  it('has an id made of its name', () => {
    expect(proposedId('Medidor Bloque 5 (añadido)')).toBe('medidor-bloque-5-anadido')
    expect(proposedId('¿?')).toBe('')
  })
})

describe('a move', () => {
  it('is now, on a day, or from the beginning', () => {
    expect(movedAt({ moment: 'now', date: '2026-01-01' })).toBeUndefined()
    expect(movedAt({ moment: 'date', date: '2026-01-01' })).toBe('2026-01-01')
    expect(movedAt({ moment: 'beginning', date: '' })).toBe(beginning)
  })

  it('is taken back at its own instant, unless earlier places were lost', () => {
    const place = (until: string) => ({ space_id: 'sp_0', parent_id: null, until })
    expect(moveBack(device(), device())).toEqual({})
    expect(moveBack(device(), device({ former_places: [place(beginning)] }))).toEqual({ moved_at: beginning })
    const moved = device({ former_places: [place('2026-02-01T00:00:00Z')] })
    expect(moveBack(moved, device({ former_places: [place(beginning)] }))).toBeNull()
    expect([beginning, '2026-02-01', '2026-02-02', undefined].map((at) => forgets(moved, at))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(forgets(device(), beginning)).toBe(false)
  })
})

describe('what a device can be behind', () => {
  const node = (id: string, kind: string, parent_id: string | null = null) => ({
    id,
    name: id,
    kind,
    parent_id,
  })
  const devices = [node('plug', 'other', 'room'), node('room', 'meter', 'house'), node('house', 'meter')]

  it('is all but itself and what is behind it, meters first', () => {
    expect(possibleParents(devices, 'room').map((one) => one.id)).toEqual(['house'])
    expect(possibleParents(devices, '').map((one) => one.id)).toEqual(['house', 'room', 'plug'])
    expect(isBehind(devices, 'plug', 'house')).toBe(true)
    expect(isBehind(devices, 'house', 'plug')).toBe(false)
  })
})
