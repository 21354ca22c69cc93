// The site's time zone: days, hours and axes follow its clock, wherever the reader is.

export const site = $state({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone })

const formats: Record<string, Intl.DateTimeFormat> = {}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  formats[timeZone] ??= new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return formats[timeZone]
}

const partsAt = (at: number): Record<string, number> =>
  Object.fromEntries(
    formatOf(site.zone)
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  )

/** How far the site's clock is ahead of UTC at an instant, ms. */
function offsetAt(at: number): number {
  const p = partsAt(at)
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000
}

/** The site's date and hour at an instant, ms; months count from 0. */
export function local(at: number): { year: number; month: number; day: number; hour: number } {
  const p = partsAt(at)
  return { year: p.year, month: p.month - 1, day: p.day, hour: p.hour }
}

/** The instant, ms, at which the site's clock shows a date and hour; months count from 0, and days may run over. */
export function instantOf(year: number, month: number, day: number, hour = 0, minute = 0): number {
  const naive = Date.UTC(year, month, day, hour, minute)
  return naive - offsetAt(naive - offsetAt(naive))
}

/** The instant, ms, at which a day YYYY-MM-DD begins at the site. */
export function midnight(date: string): number {
  const [year, month, day] = date.split('-').map(Number)
  return instantOf(year, month - 1, day)
}

/** The instant, ms, at which the hour of an instant began on the site's clock. */
export function hourStart(at: number): number {
  const p = partsAt(at)
  return Math.floor(at / 1000) * 1000 - (p.minute * 60 + p.second) * 1000
}

/** The instant, ms, with the same time of day so many days later, or earlier, at the site. */
export function shiftDays(at: number, days: number): number {
  const p = partsAt(at)
  return instantOf(p.year, p.month - 1, p.day + days, p.hour, p.minute) + p.second * 1000
}
