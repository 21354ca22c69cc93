import { afterEach, describe, expect, it } from 'vitest'
import { site } from '../../time/zone.svelte'
import { choiceOf, daysBack, intervalFor, splits } from './choices'
import { earlierKwh } from './earlierSteps'
import { meanByHour, weekend, workingDays } from './loadProfile'
import { temperatureAt } from './outdoorTemperature'
import { stackedLines } from './stackedLines'

afterEach(() => {
  site.zone = 'America/Bogota'
})

const hour = (n: number) => `2026-11-28T${String(n).padStart(2, '0')}:00:00Z`
const seconds = (n: number) => Date.parse(hour(n)) / 1000

describe('the interval of a chart', () => {
  it.each([
    [undefined, 14, 'hour'],
    [undefined, 40, 'day'],
    [undefined, 900, 'month'],
    ['15m', 2, '15m'],
    ['15m', 14, 'hour'],
    ['hour', 365, 'day'],
    ['week', 14, 'week'],
    ['15m', 100_000, 'month'],
  ] as const)('asked as %s over %d days is %s', (asked, days, expected) => {
    expect(intervalFor(asked, days)).toBe(expected)
  })

  it('comes from the address only if it is one', () => {
    expect(choiceOf(splits, 'room')).toBe('room')
    expect(choiceOf(splits, 'constructor')).toBeUndefined()
  })
})

describe('the earlier range', () => {
  it('lies a period, a week or 52 weeks before', () => {
    expect(['', 'period', 'week', 'year'].map((one) => daysBack(one as never, 12))).toEqual([0, 12, 7, 364])
  })

  it('is put beside the later one, hour by hour of the site’s clock', () => {
    site.zone = 'Europe/Madrid' // the clock is put forward on 29 March 2026
    const earlier = [{ start: '2026-03-28T09:00:00Z', kwh: 5 }] // 10:00
    const later = [
      { start: '2026-03-29T08:00:00Z', kwh: 1 }, // 10:00
      { start: '2026-03-29T09:00:00Z', kwh: 1 },
    ]
    expect(earlierKwh(later, earlier, 1)).toEqual([5, null])
  })
})

describe('a stack', () => {
  const x = [0, 1].map(seconds)
  const part = (name: string, ...kwh: (number | null)[]) => ({
    name,
    items: kwh.map((v, i) => ({ start: hour(i), kwh: v })),
  })
  const stack = (...parts: ReturnType<typeof part>[]) => stackedLines(x, parts, (count) => `${count} others`)

  it('has its largest part first, and leaves out what was never measured', () => {
    expect(stack(part('small', 1, null), part('none', null, null), part('large', 2, 3))).toEqual([
      { name: 'large', values: [2, 3] },
      { name: 'small', values: [1, null] },
    ])
  })

  it('has eight parts at most: the others are added up, and what nobody measured stays unknown', () => {
    const parts = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => part(`p${n}`, n, n > 2 ? n : null))
    const lines = stack(...parts)
    expect(lines.map((line) => line.name)).toEqual(['p9', 'p8', 'p7', 'p6', 'p5', 'p4', 'p3', '2 others'])
    expect(lines[7].values).toEqual([3, null])
  })

  it('keeps a part whose steps are not all there in their place', () => {
    expect(stack({ name: 'late', items: [{ start: hour(1), kwh: 4 }] })).toEqual([
      { name: 'late', values: [null, 4] },
    ])
    expect(stack({ name: 'other', items: [{ start: hour(7), kwh: 4 }] })).toEqual([])
  })
})

describe('the load profile', () => {
  const profile = [
    { day: 'mon', hour: 9, mean_kw: 10 },
    { day: 'tue', hour: 9, mean_kw: 20 },
    { day: 'wed', hour: 9, mean_kw: null },
    { day: 'sun', hour: 9, mean_kw: 4 },
  ]

  it('is the mean of the days that are known', () => {
    expect(meanByHour(profile, workingDays)[9]).toBe(15)
    expect(meanByHour(profile, weekend)[9]).toBe(4)
    expect(meanByHour(profile, weekend)[10]).toBeNull()
    expect(meanByHour([], workingDays)).toHaveLength(24)
  })
})

describe('the temperature outdoors', () => {
  const hours = [
    { start: hour(10), temperature_c: 20 },
    { start: hour(11), temperature_c: null },
    { start: hour(12), temperature_c: 24 },
  ] as Parameters<typeof temperatureAt>[1]

  it('is that of the hour in which a step begins', () => {
    expect(
      temperatureAt(
        [9, 10, 10.25, 11, 12.75, 13].map((h) => seconds(0) + h * 3600),
        hours,
      ),
    ).toEqual([null, 20, 20, null, 24, null])
  })
})
