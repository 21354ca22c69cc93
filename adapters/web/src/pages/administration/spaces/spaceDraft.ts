// A space as it stands in a form, and what of it is sent.
import type { Body } from '../../../server/client'
import type { Space } from '../../../server/places.svelte'
import type { Kind } from './spaceTree'

export type NewSpace = Body<'/api/espacios', 'post'>
export type SpaceChange = Body<'/api/espacios/{id}', 'patch'>
export type HolidaySet = NonNullable<Space['holidays']>

/** An empty number is null. The last four are a site's. */
export type Draft = {
  name: string
  kind: Kind
  parent_id: string
  area_m2: number | null
  time_zone: string
  holidays: HolidaySet
  latitude: number | null
  longitude: number | null
}

export const emptyDraft = (kind: Kind, parent_id = ''): Draft => ({
  name: '',
  kind,
  parent_id,
  area_m2: null,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  holidays: 'CO',
  latitude: null,
  longitude: null,
})

export const draftOf = (space: Space): Draft => ({
  name: space.name,
  kind: space.kind,
  parent_id: space.parent_id ?? '',
  area_m2: space.area_m2,
  time_zone: space.time_zone ?? '',
  holidays: space.holidays ?? 'CO',
  latitude: space.latitude ?? null,
  longitude: space.longitude ?? null,
})

/** What is sent for a new space. */
export function bodyOf(draft: Draft): NewSpace {
  const { name, kind, parent_id, time_zone, holidays } = draft
  const body: NewSpace = { name, kind, area_m2: draft.area_m2 ?? undefined }
  if (kind !== 'site') return { ...body, parent_id }
  return {
    ...body,
    time_zone,
    holidays,
    latitude: draft.latitude ?? undefined,
    longitude: draft.longitude ?? undefined,
  }
}

/** What is sent so that a space becomes as in a form: the fields that differ. */
export function changesOf(space: Space, draft: Draft): SpaceChange {
  const before = draftOf(space)
  const change: SpaceChange = {}
  if (draft.name !== before.name) change.name = draft.name
  if (draft.kind !== before.kind) change.kind = draft.kind
  if (draft.area_m2 !== before.area_m2) change.area_m2 = draft.area_m2
  if (space.kind !== 'site') {
    if (draft.parent_id !== before.parent_id) change.parent_id = draft.parent_id
    return change
  }
  if (draft.time_zone !== before.time_zone) change.time_zone = draft.time_zone
  if (draft.holidays !== before.holidays) change.holidays = draft.holidays
  if (draft.latitude !== before.latitude || draft.longitude !== before.longitude) {
    change.latitude = draft.latitude // the server wants both
    change.longitude = draft.longitude
  }
  return change
}

/** The values that a change replaces. */
export function formerValues(space: Space, change: SpaceChange): SpaceChange {
  const { latitude, longitude, ...rest } = { ...draftOf(space), ...change }
  return changesOf(
    { ...space, ...rest, latitude: latitude ?? undefined, longitude: longitude ?? undefined },
    draftOf(space),
  )
}
