// Days as YYYY-MM-DD, and the ranges of them that a reader picks. In an address `to` is the day after the last.
import { date } from './format'

const dayMs = 86_400_000

export type Range = { from: string; to: string }

export const isDate = (text: string | undefined): text is string =>
  /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text ?? ''))

export const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10)

export const daysOf = ({ from, to }: Range) => Math.round((Date.parse(to) - Date.parse(from)) / dayMs)

/** A range whose ends are in order, of a day at least. */
export function inOrder(from: string, to: string): Range {
  const [first, last] = from <= to ? [from, to] : [to, from]
  return { from: first, to: first === last ? addDays(last, 1) : last }
}

const monthStart = (day: string, months: number) => {
  const [year, month] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10)
}

/** The first of the month after. */
export const nextMonth = (day: string) => monthStart(day, 1)

const isWholeMonths = ({ from, to }: Range) => from.endsWith('-01') && to.endsWith('-01')

const monthsOf = ({ from, to }: Range) =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7))

/** The range before (-1) or after (1), as long: whole months are followed by whole months. */
export function stepped(range: Range, way: 1 | -1): Range {
  if (isWholeMonths(range)) {
    const months = way * monthsOf(range)
    return { from: monthStart(range.from, months), to: monthStart(range.to, months) }
  }
  const days = way * daysOf(range)
  return { from: addDays(range.from, days), to: addDays(range.to, days) }
}

/** The ranges that are offered by name, at the site's present day. */
export function presets(): {
  name: 'today' | 'yesterday' | 'sevenDays' | 'month' | 'previousMonth' | 'year'
  range: Range
}[] {
  const [today, tomorrow] = [date(), date(1)]
  return [
    { name: 'today', range: { from: today, to: tomorrow } },
    { name: 'yesterday', range: { from: date(-1), to: today } },
    { name: 'sevenDays', range: { from: date(-6), to: tomorrow } },
    { name: 'month', range: { from: monthStart(today, 0), to: monthStart(today, 1) } },
    { name: 'previousMonth', range: { from: monthStart(today, -1), to: monthStart(today, 0) } },
    {
      name: 'year',
      range: { from: `${today.slice(0, 4)}-01-01`, to: `${Number(today.slice(0, 4)) + 1}-01-01` },
    },
  ]
}
