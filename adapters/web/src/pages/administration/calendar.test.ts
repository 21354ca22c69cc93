import { describe, expect, it } from 'vitest'
import {
  academicPeriods,
  entryChange,
  entryDraftOf,
  newEntry,
  newEntryDraft,
  type Entry,
} from './calendarDraft'

const opening: Entry = {
  id: 'cal_a',
  name: 'Jornada',
  space_id: 'sp_a',
  kind: 'opening',
  hours: [
    { days: ['mon'], from: '07:00', to: '24:00' },
    { days: ['sat'], from: '07:00', to: '13:00' },
  ],
}

describe('an entry of the calendar', () => {
  it('is sent back as it was where nothing is changed', () => {
    expect(entryChange(entryDraftOf(opening))).toEqual({
      name: 'Jornada',
      space_id: 'sp_a',
      kind: 'opening',
      from: null,
      to: null,
      hours: opening.hours,
    })
  })

  it('loses its hours where its kind has none', () => {
    expect(entryChange({ ...entryDraftOf(opening), kind: 'closed' }).hours).toBeNull()
    expect(newEntry({ ...entryDraftOf(opening), kind: 'vacation', from: '2026-12-01' })).toEqual({
      name: 'Jornada',
      space_id: 'sp_a',
      kind: 'vacation',
      from: '2026-12-01',
    })
  })

  it('begins with a usual week where it is opening hours', () => {
    expect(newEntryDraft('opening', '', '').hours).toHaveLength(1)
    expect(newEntryDraft('term', '2026-2', '').hours).toEqual([])
  })
})

describe('academic periods', () => {
  it.each([
    ['2026-02-01', ['2026-1', '2026-2']],
    ['2026-11-28', ['2026-2', '2027-1']],
  ])('after %s are %s', (day, expected) => {
    expect(academicPeriods(day)).toEqual(expected)
  })
})
