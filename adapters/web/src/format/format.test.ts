import { beforeEach, describe, expect, it } from 'vitest'
import { language } from '../i18n/i18n.svelte'
import { site } from '../time/zone.svelte'
import {
  clock,
  day,
  dayOf,
  inKwh,
  kw,
  kwh,
  millions,
  moment,
  money,
  month,
  number,
  percent,
  price,
} from './format'

const plain = (text: string) => text.replace(/\s/g, ' ')

beforeEach(() => {
  language.code = 'es'
  site.zone = 'America/Bogota'
})

describe('amounts', () => {
  it.each([
    ['1.234,6', () => number(1234.56)],
    ['–', () => number(null)],
    ['99.999 kWh', () => kwh(99_999)],
    ['100,0 MWh', () => kwh(100_000)],
    ['265.083 kWh', () => inKwh(265_083.2)],
    ['12,3 kW', () => kw(12.34)],
    ['12,3 W', () => kw(0.0123)],
    ['0 W', () => kw(0)],
    ['$ 1.234', () => money(1234.5)],
    ['$ 812,3456', () => price(812.3456)],
    ['$ 106,6 M', () => millions(106_585_588)],
    ['$ 999.999', () => millions(999_999)],
    ['26%', () => percent(0.256).replace(/\s/, '')],
    ['–', () => percent(undefined)],
  ])('%s', (expected, text) => {
    expect(plain(text())).toBe(expected)
  })

  it('are written in English for an English reader', () => {
    language.code = 'en'
    expect(plain(kwh(1234.5))).toBe('1,234 kWh')
    expect(plain(money(1234.5))).toBe('COP 1,234')
    expect(plain(percent(0.256))).toBe('26%')
  })

  it('keep their unit on the same line', () => {
    for (const text of [kwh(5), kw(5), money(5), millions(5e6)]) expect(text).not.toContain(' ')
  })
})

describe('times', () => {
  const at = '2026-11-29T01:30:00Z' // the evening before at the site

  it.each([
    ['sáb 28 nov', () => day(at)],
    ['28 nov, 20:30', () => moment(at)],
    ['nov 2026', () => month(Date.parse(at))],
    ['20:30', () => clock(Date.parse(at))],
    ['sáb 28 nov', () => clock(Date.parse('2026-11-28T05:00:00Z'))],
    ['sáb 28 nov', () => dayOf('2026-11-28')],
  ])('%s', (expected, text) => {
    expect(plain(text())).toBe(expected)
  })

  it('are the site’s, east of the date line too', () => {
    site.zone = 'Pacific/Auckland'
    expect(plain(dayOf('2026-11-28'))).toBe('sáb 28 nov')
    expect(plain(moment('2026-11-28T12:00:00Z'))).toBe('29 nov, 01:00')
  })
})
