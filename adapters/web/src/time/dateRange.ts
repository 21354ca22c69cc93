// The ranges of days that a reader picks. As in an address, `to` is the day after the last.
import { addDays, daysBetween, monthStart, today } from './calendar'

export type Range = { from: string; to: string }

export const daysOf = ({ from, to }: Range) => daysBetween(from, to)

/** A range whose ends are in order, of at least one day. */
export function inOrder(from: string, to: string): Range {
  const [first, last] = from <= to ? [from, to] : [to, from]
  return { from: first, to: first === last ? addDays(last, 1) : last }
}

const isWholeMonths = ({ from, to }: Range) => from.endsWith('-01') && to.endsWith('-01')

const yearOf = (date: string) => Number(date.slice(0, 4))
const monthOf = (date: string) => Number(date.slice(5, 7))
const monthsOf = ({ from, to }: Range) => (yearOf(to) - yearOf(from)) * 12 + monthOf(to) - monthOf(from)

/** The range before (-1) or after (1), as long: whole months are followed by whole months. */
export function stepped(range: Range, direction: 1 | -1): Range {
  if (isWholeMonths(range)) {
    const months = direction * monthsOf(range)
    return { from: monthStart(range.from, months), to: monthStart(range.to, months) }
  }
  const days = direction * daysOf(range)
  return { from: addDays(range.from, days), to: addDays(range.to, days) }
}

export type Preset = 'today' | 'yesterday' | 'sevenDays' | 'month' | 'previousMonth' | 'year'

/** The ranges that are offered by name, at the site's present day. */
export function presets(): { name: Preset; range: Range }[] {
  const [now, tomorrow] = [today(), today(1)]
  const year = yearOf(now)
  return [
    { name: 'today', range: { from: now, to: tomorrow } },
    { name: 'yesterday', range: { from: today(-1), to: now } },
    { name: 'sevenDays', range: { from: today(-6), to: tomorrow } },
    { name: 'month', range: { from: monthStart(now), to: monthStart(now, 1) } },
    { name: 'previousMonth', range: { from: monthStart(now, -1), to: monthStart(now) } },
    { name: 'year', range: { from: `${year}-01-01`, to: `${year + 1}-01-01` } },
  ]
}
