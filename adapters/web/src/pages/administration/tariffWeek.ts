// Which price holds when in the week.
import type { PeriodDraft } from './tariffDraft'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] as const
export type Weekday = (typeof weekdays)[number]

/** A price over minutes of a day, [from, to). */
export type Stretch = { from: number; to: number; price: number | null }

const dayMinutes = 1440

/** Minutes after midnight; NaN if there is no time. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return hours * 60 + minutes
}

type Span = { days: string[]; from: number; end: number; price: number | null }

function spanOf({ days, from, to, price_per_kwh: price }: PeriodDraft): Span {
  const [start, stop] = [minutesOf(from), minutesOf(to) || dayMinutes]
  return { days, from: start, end: stop <= start ? stop + dayMinutes : stop, price }
}

/** The day before, whose periods may last into this one; before a holiday, that is not known. */
const dayBefore = (day: Weekday): string =>
  day === 'holiday' ? '' : weekdays[(weekdays.indexOf(day) + 6) % 7]

/** The prices of a day in order; a period of the day itself goes before one from the day before, as on the server. */
export function pricesOn(day: Weekday, base: number | null, periods: PeriodDraft[]): Stretch[] {
  const spans = periods.map(spanOf).filter((span) => !Number.isNaN(span.from + span.end))
  const edges = spans.flatMap((span) => [span.from, span.end, span.end - dayMinutes])
  const cuts = [...new Set([0, ...edges.filter((edge) => edge > 0 && edge < dayMinutes), dayMinutes])].sort(
    (a, b) => a - b,
  )
  const priceAt = (minute: number) => {
    const holds = (on: string, at: number) =>
      spans.find((span) => span.days.includes(on) && at >= span.from && at < span.end)
    return (holds(day, minute) ?? holds(dayBefore(day), minute + dayMinutes) ?? { price: base }).price
  }
  const stretches: Stretch[] = []
  for (const [i, from] of cuts.slice(0, -1).entries()) {
    const [price, last] = [priceAt(from), stretches[stretches.length - 1]]
    if (last && last.price === price) last.to = cuts[i + 1]
    else stretches.push({ from, to: cuts[i + 1], price })
  }
  return stretches
}

/** The different prices of a week, the lowest first. */
export function pricesOfWeek(base: number | null, periods: PeriodDraft[]): number[] {
  const all = weekdays.flatMap((day) => pricesOn(day, base, periods).map((stretch) => stretch.price))
  return [...new Set(all)].filter((price): price is number => price !== null).sort((a, b) => a - b)
}
