// The site's time zone: days, hours and axes are told on its clock, wherever the reader is.

export const site = $state({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone })

const formats = new Map<string, Intl.DateTimeFormat>()

function parts(at: number): Record<string, number> {
  let format = formats.get(site.zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: site.zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(site.zone, format)
  }
  return Object.fromEntries(format.formatToParts(at).map((p) => [p.type, Number(p.value)]))
}

/** How far the site's clock is ahead of UTC at an instant, ms. */
function ahead(at: number): number {
  const p = parts(at)
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000
}

/** The site's date and hour at an instant, ms. */
export function local(at: number): { year: number; month: number; day: number; hour: number } {
  const p = parts(at)
  return { year: p.year, month: p.month - 1, day: p.day, hour: p.hour }
}

/** The instant, ms, at which the site's clock shows a date and hour; months count from 0, and days may run over. */
export function instantOf(year: number, month: number, day: number, hour = 0): number {
  const naive = Date.UTC(year, month, day, hour)
  return naive - ahead(naive - ahead(naive))
}

/** The instant, ms, at which a day YYYY-MM-DD begins at the site. */
export function midnight(date: string): number {
  const [year, month, day] = date.split('-').map(Number)
  return instantOf(year, month - 1, day)
}
