// An entry of the calendar while it is written: what is not filled in yet is empty.
import type { Answer, Body } from '../../server/client'
import { endOfDay } from '../../time/endOfDay'

export type Entry = NonNullable<Answer<'/api/calendarios'>['items']>[number]
export type Span = { days: string[]; from: string; to: string }
type NewEntry = Body<'/api/calendarios', 'post'>
type EntryChange = Body<'/api/calendarios/{id}', 'patch'>
export type Kind = NewEntry['kind']
export type EntryDraft = {
  name: string
  space_id: string
  kind: Kind
  from: string
  to: string
  hours: Span[]
}

export const kinds: Kind[] = ['opening', 'term', 'vacation', 'closed', 'open']

/** The kinds that say at which hours a space is used; days opened by exception may. */
export const mayHaveHours = (kind: Kind) => kind === 'opening' || kind === 'open'

export const usualSpan = (): Span => ({
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '07:00',
  to: '21:00',
})

/** A new entry; opening hours begin with a usual week, all others with their days. */
export const newEntryDraft = (kind: Kind, name: string, spaceId: string): EntryDraft => ({
  name,
  space_id: spaceId,
  kind,
  from: '',
  to: '',
  hours: kind === 'opening' ? [usualSpan()] : [],
})

/** An entry as it is, to be edited; the end of the day is 00:00 in a time field. */
export const entryDraftOf = (entry: Entry): EntryDraft => ({
  name: entry.name,
  space_id: entry.space_id,
  kind: entry.kind,
  from: entry.from ?? '',
  to: entry.to ?? '',
  hours: (entry.hours ?? []).map(({ days, from, to }) => ({
    days: [...(days ?? [])],
    from,
    to: to === '24:00' ? '00:00' : to,
  })),
})

const hoursOf = ({ kind, hours }: EntryDraft) =>
  mayHaveHours(kind) ? hours.map((span) => ({ ...span, to: endOfDay(span.to) })) : []

/** What is sent to make the entry: only what is filled in. */
export function newEntry(draft: EntryDraft): NewEntry {
  const { name, space_id, kind } = draft
  const hours = hoursOf(draft)
  return {
    name,
    space_id,
    kind,
    ...(draft.from && { from: draft.from }),
    ...(draft.to && { to: draft.to }),
    ...(hours.length && { hours }),
  }
}

/** What is sent to change the entry: null takes away what it had. */
export function entryChange(draft: EntryDraft): EntryChange {
  const { name, space_id, kind } = draft
  const hours = hoursOf(draft)
  return {
    name,
    space_id,
    kind,
    from: draft.from || null,
    to: draft.to || null,
    hours: hours.length ? hours : null,
  }
}

/** The next two half-years, as academic periods are named: 2026-2, 2027-1. */
export function academicPeriods(today: string): string[] {
  const [year, month] = today.split('-').map(Number)
  return month <= 6 ? [`${year}-1`, `${year}-2`] : [`${year}-2`, `${year + 1}-1`]
}
