// The last days beside what is usual, then the forecast.
import type { Band } from '../../chart/picture'
import { today } from '../../time/calendar'
import { runningSince } from '../../time/runningStep'
import { midnight } from '../../time/zone.svelte'

type Measured = { start: string; kwh: number | null; coverage: number }
type Usual = { start: string; expected_kwh: number | null; low: number | null; high: number | null }
type Forecast = { start: string; kwh: number; low: number | null; high: number | null }
type Values = (number | null)[]

/** The values of each hour; x has their starts, s. */
export type RecentCurve = {
  x: number[]
  measured: Values
  usual: Values
  forecast: Values
  band: Band
  running: number
  now: number
}

const secondsOf = (start: string) => Date.parse(start) / 1000
const byStart = <T extends { start: string }>(hours: T[]) =>
  new Map(hours.map((hour) => [secondsOf(hour.start), hour]))

/** Puts the hours of all three on one axis. */
export function recentCurve(measured: Measured[], usual: Usual[], forecast: Forecast[]): RecentCurve {
  const [measuredAt, usualAt, forecastAt] = [byStart(measured), byStart(usual), byStart(forecast)]
  const x = [...new Set([...measuredAt.keys(), ...forecastAt.keys()])].sort((a, b) => a - b)
  return {
    x,
    measured: x.map((at) => measuredAt.get(at)?.kwh ?? null),
    usual: x.map((at) => usualAt.get(at)?.expected_kwh ?? null),
    forecast: x.map((at) => forecastAt.get(at)?.kwh ?? null),
    band: {
      low: x.map((at) => forecastAt.get(at)?.low ?? usualAt.get(at)?.low ?? null),
      high: x.map((at) => forecastAt.get(at)?.high ?? usualAt.get(at)?.high ?? null),
    },
    running: runningSince(measured),
    now: Date.now() / 1000,
  }
}

const farOff = 0.25
const minHours = 20

/** What was used yesterday, and how far that is from what is usual in the same hours; null where it is not far. */
export function yesterdayFarOff(
  curve: Pick<RecentCurve, 'x' | 'measured' | 'usual'>,
): { kwh: number; off: number } | null {
  const [from, to] = [midnight(today(-1)) / 1000, midnight(today()) / 1000]
  const hours = curve.x.flatMap((at, i) => {
    const [measured, usual] = [curve.measured[i], curve.usual[i]]
    return at < from || at >= to || measured === null || usual === null ? [] : [{ measured, usual }]
  })
  const kwh = hours.reduce((sum, hour) => sum + hour.measured, 0)
  const usual = hours.reduce((sum, hour) => sum + hour.usual, 0)
  const off = usual > 0 ? kwh / usual - 1 : 0
  return hours.length >= minHours && Math.abs(off) >= farOff ? { kwh, off } : null
}
