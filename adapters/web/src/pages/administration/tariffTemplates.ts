// The published prices that a new tariff begins with, to be replaced by the retailer's own: Codensa, July 2017, not residential,
// the network its own, without contribution, in COP/kWh. The hours of the options are not published there, so they stay empty.
import type { PeriodDraft, TariffDraft } from './tariffDraft'

export const levels = [1, 2, 3, 4] as const
export type Level = (typeof levels)[number]

/** One price; another at peak hours; or one by day and another by night. */
export const options = ['flat', 'peak', 'dayNight'] as const
export type Option = (typeof options)[number]

/** The price outside all periods, and the one within them. */
type Prices = { base: number | null; period?: number | null }

const published: Record<Level, Record<Option, Prices>> = {
  1: {
    flat: { base: 437.9027 },
    peak: { base: 437.3234, period: 441.1073 },
    dayNight: { base: 437.6243, period: 440.524 },
  },
  2: {
    flat: { base: 351.7054 },
    peak: { base: 351.2765, period: 354.4584 },
    dayNight: { base: 351.5021, period: 354.0255 },
  },
  3: {
    flat: { base: 324.3474 },
    peak: { base: 323.9718, period: 325.0495 },
    dayNight: { base: 323.8484, period: 326.7114 },
  },
  4: {
    flat: { base: 277.1867 },
    peak: { base: 280.845, period: 277.1015 },
    dayNight: { base: null, period: null },
  },
}

const referencePrices = new Set(
  Object.values(published)
    .flatMap((byOption) => Object.values(byOption))
    .flatMap(({ base, period }) => [base, period])
    .filter((price): price is number => typeof price === 'number'),
)

/** Whether a price is one of 2017 that the retailer's should replace. */
export const isReferencePrice = (price: number | null) => price !== null && referencePrices.has(price)

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday']

/** The prices and periods of a template; what is not published is null or empty, for the reader to fill in. */
export function templateOf(level: Level, option: Option): Pick<TariffDraft, 'price_per_kwh' | 'periods'> {
  const { base, period } = published[level][option]
  const periods: PeriodDraft[] =
    period === undefined ? [] : [{ days: everyDay, from: '', to: '', price_per_kwh: period }]
  return { price_per_kwh: base, periods }
}
