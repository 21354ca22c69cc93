// Where a time axis is labelled: at whole hours, days, Mondays or months of the site's clock.
import { instantOf, local } from '../time/zone.svelte'

const dayMs = 86_400_000
const hourSteps = [1, 2, 3, 6, 12]
const daySteps = [1, 2, 7, 14]
const monthSteps = [1, 2, 3, 6, 12]

const count = (n: number) => [...Array(n).keys()]

/** About maxCount instants, s, within [from, to], s. */
export function ticks(from: number, to: number, maxCount: number): number[] {
  const hours = (to - from) / 3600
  const days = Math.ceil(hours / 24) + 2
  const hourStep = hourSteps.find((step) => hours / step <= maxCount)
  const dayStep = daySteps.find((step) => hours / 24 / step <= maxCount)
  const instants = () => {
    if (hourStep) return wholeHours(from, days, hourStep)
    return dayStep ? wholeDays(from, days, dayStep) : wholeMonths(from, days, maxCount)
  }
  return instants()
    .map((ms) => ms / 1000)
    .filter((at, i, all) => at >= from && at <= to && at !== all[i - 1])
}

function wholeHours(from: number, days: number, step: number): number[] {
  const { year, month, day } = local(from * 1000)
  return count(days).flatMap((d) => count(24 / step).map((h) => instantOf(year, month, day + d, h * step)))
}

function wholeDays(from: number, days: number, step: number): number[] {
  const { year, month, day } = local(from * 1000)
  const first = Math.floor(Date.UTC(year, month, day) / dayMs)
  const isTick = (d: number) => (first + d + 3) % step === 0 // day 0 was a Thursday: weeks begin on Mondays
  return count(days)
    .filter(isTick)
    .map((d) => instantOf(year, month, day + d))
}

function wholeMonths(from: number, days: number, maxCount: number): number[] {
  const { year, month } = local(from * 1000)
  const months = Math.ceil(days / 28) + 1
  const step = monthSteps.find((one) => months / one <= maxCount) ?? 12
  return count(months)
    .filter((m) => (month + m) % step === 0)
    .map((m) => instantOf(year, month + m, 1))
}
