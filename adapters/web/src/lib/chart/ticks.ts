// Where a time axis is labelled: at whole hours, days or months of the site's clock.
import { instantOf, local } from '../zone.svelte'

const dayMs = 86_400_000
const hourSteps = [1, 2, 3, 6, 12]
const daySteps = [1, 2, 7, 14]
const monthSteps = [1, 2, 3, 6, 12]

/** At most so many instants, s, within [from, to], s. */
export function ticks(from: number, to: number, most: number): number[] {
  const within = (all: number[]) =>
    all.map((ms) => ms / 1000).filter((s, i, list) => s >= from && s <= to && s !== list[i - 1])
  const hours = (to - from) / 3600
  const first = local(from * 1000)
  const days = Math.ceil(hours / 24) + 2
  const perDay = hourSteps.find((step) => hours / step <= most)
  if (perDay)
    return within(
      [...Array(days).keys()].flatMap((d) =>
        [...Array(24 / perDay).keys()].map((h) =>
          instantOf(first.year, first.month, first.day + d, h * perDay),
        ),
      ),
    )
  const perWeek = daySteps.find((step) => hours / 24 / step <= most)
  if (perWeek) {
    const monday = (day: number) => (day + 3) % perWeek === 0 // days are counted from a Thursday
    const number = Math.floor(Date.UTC(first.year, first.month, first.day) / dayMs)
    return within(
      [...Array(days).keys()]
        .filter((d) => monday(number + d))
        .map((d) => instantOf(first.year, first.month, first.day + d)),
    )
  }
  const months = Math.ceil(days / 28) + 1
  const step = monthSteps.find((s) => months / s <= most) ?? 12
  return within(
    [...Array(months).keys()]
      .filter((m) => (first.month + m) % step === 0)
      .map((m) => instantOf(first.year, first.month + m, 1)),
  )
}
