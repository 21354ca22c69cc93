import { afterEach, describe, expect, it } from 'vitest'
import { hourStart, instantOf, local, midnight, shiftDays, site } from './zone.svelte'

const utc = (text: string) => Date.parse(text)

afterEach(() => {
  site.zone = 'America/Bogota'
})

describe('the site’s clock', () => {
  it.each([
    ['America/Bogota', '2026-11-28', '2026-11-28T05:00:00Z'],
    ['Europe/Madrid', '2026-03-29', '2026-03-28T23:00:00Z'], // the clock is put forward on this day
    ['Europe/Madrid', '2026-03-30', '2026-03-29T22:00:00Z'],
    ['Asia/Kolkata', '2026-11-28', '2026-11-27T18:30:00Z'],
    ['Pacific/Auckland', '2026-01-01', '2025-12-31T11:00:00Z'],
  ])('in %s the day %s begins at %s', (zone, date, instant) => {
    site.zone = zone
    expect(new Date(midnight(date)).toISOString()).toBe(new Date(instant).toISOString())
  })

  it('shows the date and hour of the site, not of the reader', () => {
    site.zone = 'America/Bogota'
    expect(local(utc('2026-12-01T04:59:00Z'))).toEqual({ year: 2026, month: 10, day: 30, hour: 23 })
  })

  it('counts days beyond the month’s end', () => {
    site.zone = 'America/Bogota'
    expect(instantOf(2026, 10, 31)).toBe(midnight('2026-12-01'))
  })

  it('keeps the time of day when days are added over a change of the clock', () => {
    site.zone = 'Europe/Madrid'
    expect(shiftDays(utc('2026-03-28T09:15:00Z'), 1)).toBe(utc('2026-03-29T08:15:00Z'))
    expect(shiftDays(utc('2026-03-29T08:15:00Z'), -1)).toBe(utc('2026-03-28T09:15:00Z'))
  })

  it('begins hours where the site’s clock does', () => {
    site.zone = 'Asia/Kolkata'
    expect(hourStart(utc('2026-11-28T10:12:34Z'))).toBe(utc('2026-11-28T09:30:00Z'))
  })
})
