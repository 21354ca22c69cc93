// Which part of each axis a chart shows, and where its bars are named.
import { clock, day, month } from '../format/format'
import { local } from '../time/zone.svelte'
import type { Picture } from './picture'

type Range = [min: number, max: number]

const hourS = 3600
const dayS = 24 * hourS
const shortestDayS = 23 * hourS // the day on which a clock is put forward
const shortestMonthS = 27 * dayS

/** Where each step stands on the x axis: a bar at its centre, a point of a line at its start. */
export function positionsOf(p: Picture): number[] {
  return p.bars ? p.x.map((from, i) => (from + p.ends[i]) / 2) : p.x
}

/** The x axis from min to max, widened to whole bars where all steps are shown. */
export function xRange(p: Picture, min: number, max: number): Range {
  const positions = positionsOf(p)
  const showsAll = min <= positions[0] && max >= positions[positions.length - 1]
  if (!showsAll) return [min, max]
  const first = p.x[0]
  const last = p.bars ? p.ends[p.ends.length - 1] : p.x[p.x.length - 1]
  return [first, last > first ? last : first + 1]
}

/** The y axis for values from min to max: it holds zero, and 6 % of room beyond the values. */
export function yRange(min: number | null, max: number | null): Range {
  const low = 1.06 * Math.min(0, min ?? 0)
  const high = 1.06 * Math.max(0, max ?? 0)
  return [low, high || (low < 0 ? 0 : 1)]
}

/** At most maxCount of the positions within [min, max], evenly spread. */
export function labelledPositions(positions: number[], min: number, max: number, maxCount: number): number[] {
  const shown = positions.filter((at) => at >= min && at <= max)
  const every = Math.ceil(shown.length / maxCount)
  return shown.filter((_, i) => i % every === 0)
}

/** The name of a bar: its month where it lasts one, else its first day or, where it is shorter, its time. */
export function barName(p: Picture, i: number): string {
  const length = p.ends[i] - p.x[i]
  if (length > shortestMonthS) return month(p.x[i] * 1000)
  return length >= shortestDayS ? day(p.x[i] * 1000) : clock(p.x[i] * 1000)
}

/** The name of an instant, s, on the axis: the day at midnight, else the time. */
export function tickName(at: number): string {
  return local(at * 1000).hour === 0 ? day(at * 1000) : clock(at * 1000)
}
