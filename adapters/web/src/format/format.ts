// Numbers, money and dates as they are written in Colombia, or in English.
import { decimals, written } from './rounding'
import { language } from '../i18n/i18n.svelte'
import { midnight, site } from '../time/zone.svelte'

const nbsp = '\u00a0' // an amount and its unit stay on one line
const locale = () => (language.code === 'en' ? 'en-US' : 'es-CO')

/** A number with so many decimals, without trailing zeros. */
export function number(v: number | null | undefined, digits = 1): string {
  if (v === null || v === undefined) return '–'
  return written(v, digits, locale(), { minimumFractionDigits: 0 })
}

/** An amount with about three digits, as the server's texts write it. */
export function amount(v: number | null | undefined): string {
  if (v === null || v === undefined) return '–'
  return written(v, decimals(v), locale())
}

/** kWh in the unit that reads best. */
export function kwh(v: number | null | undefined): string {
  if (v === null || v === undefined) return '–'
  return Math.abs(v) >= 100_000 ? `${written(v, 1, locale(), {}, -3)}${nbsp}MWh` : inKwh(v)
}

/** kWh as such, for tables and what is promised. */
export function inKwh(v: number | null | undefined): string {
  return v === null || v === undefined ? '–' : `${amount(v)}${nbsp}kWh`
}

export function kw(v: number | null | undefined): string {
  if (v === null || v === undefined) return '–'
  if (Math.abs(v) >= 1) return `${amount(v)}${nbsp}kW`
  return `${written(v, decimals(v * 1000), locale(), {}, 3)}${nbsp}W`
}

/** Money in whole units. */
export function money(v: number | null | undefined, currency = 'COP'): string {
  if (v === null || v === undefined) return '–'
  return written(v, 0, locale(), { style: 'currency', currency }).replaceAll(' ', nbsp)
}

/** A price, with the digits that it has. */
export function price(v: number | null | undefined, currency = 'COP'): string {
  if (v === null || v === undefined) return '–'
  return written(v, 6, locale(), { style: 'currency', currency, minimumFractionDigits: 0 }).replaceAll(
    ' ',
    nbsp,
  )
}

/** Money on a card: millions with one decimal. */
export function millions(v: number | null | undefined, currency = 'COP'): string {
  if (v === null || v === undefined || Math.abs(v) < 1_000_000) return money(v, currency)
  return `${written(v, 1, locale(), { style: 'currency', currency }, -6)} M`.replaceAll(' ', nbsp)
}

export function percent(v: number | null | undefined, decimals = 0): string {
  if (v === null || v === undefined) return '–'
  return written(v, decimals, locale(), { style: 'percent', minimumFractionDigits: 0 })
}

export function day(at: string | number | Date): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: site.zone,
  })
    .format(new Date(at))
    .replaceAll(' de ', ' ')
    .replace(',', '')
}

export function moment(at: string | number | Date): string {
  return new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: site.zone,
  })
    .format(new Date(at))
    .replaceAll(' de ', ' ')
}

/** A month and its year. */
export function month(at: number): string {
  return new Intl.DateTimeFormat(locale(), { month: 'short', year: 'numeric', timeZone: site.zone })
    .format(new Date(at))
    .replaceAll(' de ', ' ')
}

/** The time of day; midnight is the day. */
export function clock(at: number): string {
  const text = new Intl.DateTimeFormat('es-CO', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: site.zone,
  }).format(new Date(at))
  return text === '00:00' ? day(at) : text
}

/** The name of a day YYYY-MM-DD. */
export const dayOf = (date: string) => day(midnight(date))
