import { describe, expect, it } from 'vitest'
import type { Space } from '../../../server/places.svelte'
import { bodyOf, changesOf, draftOf, emptyDraft, formerValues } from './spaceDraft'

const room: Space = {
  id: 'r',
  name: 'Sala',
  kind: 'room',
  parent_id: 'b',
  area_m2: 12,
  time_zone: 'America/Bogota',
  created_at: '',
}
const site: Space = { ...room, id: 's', kind: 'site', parent_id: null, holidays: 'CO', area_m2: null }

describe('a space in a form', () => {
  it('sends what differs', () => {
    expect(changesOf(room, draftOf(room))).toEqual({})
    expect(
      changesOf(room, { ...draftOf(room), name: 'Aula', area_m2: null, parent_id: 'c', kind: 'floor' }),
    ).toEqual({
      name: 'Aula',
      area_m2: null,
      parent_id: 'c',
      kind: 'floor',
    })
    expect(changesOf(site, { ...draftOf(site), latitude: 3.4, longitude: -76.5, holidays: 'none' })).toEqual({
      latitude: 3.4,
      longitude: -76.5,
      holidays: 'none',
    })
  })

  it('has zone, holidays and coordinates only as a site', () => {
    expect(bodyOf({ ...emptyDraft('room', 'b'), name: 'Sala', area_m2: 3 })).toEqual({
      name: 'Sala',
      kind: 'room',
      parent_id: 'b',
      area_m2: 3,
    })
    expect(Object.keys(bodyOf(emptyDraft('site')))).toContain('time_zone')
    expect(bodyOf(emptyDraft('site'))).not.toHaveProperty('parent_id')
  })

  it('can be brought back, except to coordinates that were not set', () => {
    expect(formerValues(room, { name: 'Aula', area_m2: null, parent_id: 'c' })).toEqual({
      name: 'Sala',
      area_m2: 12,
      parent_id: 'b',
    })
    expect(formerValues(site, { area_m2: 5 })).toEqual({ area_m2: null })
    expect(formerValues(site, { latitude: 3, longitude: 4 })).toEqual({ latitude: null, longitude: null })
    const placed = { ...site, latitude: 1, longitude: 2 }
    expect(formerValues(placed, { latitude: 3, longitude: 4 })).toEqual({ latitude: 1, longitude: 2 })
  })
})
