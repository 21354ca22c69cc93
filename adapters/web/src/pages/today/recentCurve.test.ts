import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { site } from '../../time/zone.svelte'
import { recentCurve, yesterdayFarOff } from './recentCurve'

const now = Date.parse('2026-11-28T18:30:00Z')
const hourMs = 3_600_000
const hour = (ago: number) => new Date(Math.floor(now / hourMs - ago) * hourMs).toISOString()

beforeEach(() => {
  site.zone = 'America/Bogota'
  vi.useFakeTimers({ now })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the recent curve', () => {
  const measured = [2, 1, 0].map((ago) => ({ start: hour(ago), kwh: 10 - ago, coverage: ago ? 1 : 0.5 }))
  const usual = [{ start: hour(1), expected_kwh: 7, low: 6, high: 8 }]
  const forecast = [{ start: hour(-1), kwh: 5, low: 4, high: null }]

  it('puts what was measured, the usual and the forecast on one axis', () => {
    const curve = recentCurve(measured, usual, forecast)
    expect(curve.x).toEqual([2, 1, 0, -1].map((ago) => Date.parse(hour(ago)) / 1000))
    expect(curve.measured).toEqual([8, 9, 10, null])
    expect(curve.usual).toEqual([null, 7, null, null])
    expect(curve.forecast).toEqual([null, null, null, 5])
    expect(curve.band).toEqual({ low: [null, 6, null, 4], high: [null, 8, null, null] })
    expect(curve.running).toBe(Date.parse(hour(0)) / 1000)
  })
})

describe('yesterday', () => {
  // The site's yesterday is 27 November from 05:00 UTC; the curve begins a day earlier.
  const curve = (measuredOfUsual: number, hours = 72) => {
    const x = [...Array(hours).keys()].map((i) => Date.parse('2026-11-26T05:00:00Z') / 1000 + i * 3600)
    return { x, measured: x.map(() => 10 * measuredOfUsual), usual: x.map(() => 10) }
  }

  it('is mentioned where it was far below or above the usual', () => {
    expect(yesterdayFarOff(curve(0.5))).toEqual({ kwh: 120, off: -0.5 })
    expect(yesterdayFarOff(curve(1.5))).toEqual({ kwh: 360, off: 0.5 })
  })

  it('is not mentioned where it was near the usual, or hardly measured', () => {
    expect(yesterdayFarOff(curve(0.9))).toBeNull()
    expect(yesterdayFarOff(curve(0.5, 24 + 19))).toBeNull()
    expect(yesterdayFarOff({ x: [], measured: [], usual: [] })).toBeNull()
  })
})
