// What a reader may choose on the page of consumption, as it stands in the address.

export const intervals = ['15m', 'hour', 'day', 'week', 'month'] as const
export type Interval = (typeof intervals)[number]

export const splits = ['', 'room', 'building', 'kind', 'device'] as const
export type Split = (typeof splits)[number]

export const comparisons = ['', 'period', 'week', 'year'] as const
export type ComparedWith = (typeof comparisons)[number]

/** The choice that an address names; undefined if it names none. */
export const choiceOf = <T extends string>(choices: readonly T[], text: string | undefined): T | undefined =>
  choices.find((choice) => choice === text)

const maxSteps = 800
const stepsPerDay: Record<Interval, number> = { '15m': 96, hour: 24, day: 1, week: 1 / 7, month: 1 / 30 }

/**
 * The interval to show, so that a chart has no more steps than it can show: the one that was asked for or the next
 * coarser one that fits; the finest that fits where none was asked for.
 */
export function intervalFor(asked: Interval | undefined, days: number): Interval {
  const candidates: readonly Interval[] = asked
    ? intervals.slice(intervals.indexOf(asked))
    : ['hour', 'day', 'month']
  return candidates.find((interval) => days * stepsPerDay[interval] <= maxSteps) ?? 'month'
}

/** How many days the earlier range lies before one of so many days: whole weeks for a year, so that weekdays meet. */
export function daysBack(comparedWith: ComparedWith, days: number): number {
  return { '': 0, period: days, week: 7, year: 364 }[comparedWith]
}

/** Whether steps are shown as bars. */
export const hasBars = (interval: Interval) => interval !== '15m' && interval !== 'hour'
