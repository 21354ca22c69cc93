// Days as YYYY-MM-DD. Which day it is depends on the site's clock; arithmetic on days does not depend on any.
import { local } from './zone.svelte'

const dayMs = 86_400_000

const written = (utc: number) => new Date(utc).toISOString().slice(0, 10)

export const isDate = (text: string | undefined): text is string =>
  /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text ?? ''))

/** The site's day at an instant, ms. */
export function dateOf(at: number): string {
  const { year, month, day } = local(at)
  return written(Date.UTC(year, month, day))
}

/** The site's present day, or the one so many days later or earlier. */
export const today = (days = 0) => addDays(dateOf(Date.now()), days)

export const addDays = (date: string, days: number) => written(Date.parse(date) + days * dayMs)

/** How many days there are from one day to a later one. */
export const daysBetween = (from: string, to: string) =>
  Math.round((Date.parse(to) - Date.parse(from)) / dayMs)

/** The first day of a day's month, or of the month so many months later or earlier. */
export function monthStart(date: string, months = 0): string {
  const [year, month] = date.split('-').map(Number)
  return written(Date.UTC(year, month - 1 + months, 1))
}
