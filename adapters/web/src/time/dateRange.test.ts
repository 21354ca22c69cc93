import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addDays, dateOf, daysBetween, isDate, monthStart, today } from './calendar'
import { daysOf, inOrder, presets, stepped } from './dateRange'
import { site } from './zone.svelte'

beforeEach(() => {
  site.zone = 'America/Bogota'
  vi.useFakeTimers({ now: Date.parse('2026-12-01T03:00:00Z') }) // still 30 November at the site
})
afterEach(() => {
  vi.useRealTimers()
})

describe('days', () => {
  it('are those of the site', () => {
    expect(dateOf(Date.now())).toBe('2026-11-30')
    expect([today(-1), today(), today(1)]).toEqual(['2026-11-29', '2026-11-30', '2026-12-01'])
  })

  it('are one each, also where a day has 25 hours', () => {
    site.zone = 'Europe/Madrid'
    vi.setSystemTime(Date.parse('2026-10-24T22:30:00Z')) // 00:30 of the day on which the clock is put back
    expect([today(), today(1)]).toEqual(['2026-10-25', '2026-10-26'])
  })

  it('are added and counted over months and leap years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01')
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1)
    expect([monthStart('2026-12-15'), monthStart('2026-12-15', 1)]).toEqual(['2026-12-01', '2027-01-01'])
  })

  it.each([
    ['2026-11-30', true],
    ['2026-13-01', false],
    ['30/11/2026', false],
    [undefined, false],
  ])('%s is a day: %s', (text, expected) => {
    expect(isDate(text)).toBe(expected)
  })
})

describe('a range', () => {
  it('is put in order and lasts a day at least', () => {
    expect(inOrder('2026-11-05', '2026-11-01')).toEqual({ from: '2026-11-01', to: '2026-11-05' })
    expect(inOrder('2026-11-05', '2026-11-05')).toEqual({ from: '2026-11-05', to: '2026-11-06' })
  })

  it('is followed by one as long, and whole months by whole months', () => {
    expect(stepped({ from: '2026-11-01', to: '2026-11-08' }, 1)).toEqual({
      from: '2026-11-08',
      to: '2026-11-15',
    })
    expect(stepped({ from: '2026-11-01', to: '2026-12-01' }, -1)).toEqual({
      from: '2026-10-01',
      to: '2026-11-01',
    })
    expect(stepped({ from: '2026-01-01', to: '2027-01-01' }, -1)).toEqual({
      from: '2025-01-01',
      to: '2026-01-01',
    })
  })

  it('is offered by name around the site’s present day', () => {
    const named = Object.fromEntries(presets().map(({ name, range }) => [name, `${range.from} ${range.to}`]))
    expect(named).toEqual({
      today: '2026-11-30 2026-12-01',
      yesterday: '2026-11-29 2026-11-30',
      sevenDays: '2026-11-24 2026-12-01',
      month: '2026-11-01 2026-12-01',
      previousMonth: '2026-10-01 2026-11-01',
      year: '2026-01-01 2027-01-01',
    })
    expect(presets().map(({ range }) => daysOf(range))).toEqual([1, 1, 7, 30, 31, 365])
  })
})
