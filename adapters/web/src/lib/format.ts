// Numbers, money and dates as they are written in Colombia, or in English.
import { language } from './i18n.svelte'

const locale = () => (language.code === 'en' ? 'en-US' : 'es-CO')

export function number(v: number | null | undefined, digits = 1): string {
  if (v === null || v === undefined) return '–'
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(v)
}

/** kWh in the unit that reads best. */
export function kwh(v: number | null | undefined): string {
  if (v === null || v === undefined) return '–'
  if (Math.abs(v) >= 100_000) return `${number(v / 1000, 1)} MWh`
  return `${number(v, Math.abs(v) < 10 ? 2 : Math.abs(v) < 1000 ? 1 : 0)} kWh`
}

export function kw(v: number | null | undefined): string {
  if (v === null || v === undefined) return '–'
  return Math.abs(v) < 1 ? `${number(v * 1000, 0)} W` : `${number(v, 1)} kW`
}

export function money(v: number | null | undefined, currency = 'COP'): string {
  if (v === null || v === undefined) return '–'
  return new Intl.NumberFormat(locale(), { style: 'currency', currency, maximumFractionDigits: 0 }).format(v)
}

export function percent(v: number | null | undefined, decimals = 0): string {
  if (v === null || v === undefined) return '–'
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: decimals }).format(v)
}

const zone = 'America/Bogota'

export function day(at: string | number | Date): string {
  return new Intl.DateTimeFormat(locale(), { weekday: 'short', day: 'numeric', month: 'short', timeZone: zone }).format(new Date(at)).replaceAll(' de ', ' ')
}

export function moment(at: string | number | Date): string {
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(new Date(at)).replaceAll(' de ', ' ')
}

/** The time of day; midnight is the day. */
export function clock(at: number): string {
  const text = new Intl.DateTimeFormat('es-CO', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(new Date(at))
  return text === '00:00' ? day(at) : text
}

/** YYYY-MM-DD at the site, so many days from now. */
export function date(days = 0): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.now() + days * 86_400_000)
}
