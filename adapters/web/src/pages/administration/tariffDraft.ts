// A tariff while it is written: what is not filled in yet is null or empty.
import type { Answer, Body } from '../../server/client'
import { endOfDay } from '../../time/endOfDay'

export type Tariff = NonNullable<Answer<'/api/tarifas'>['items']>[number]
export type PeriodDraft = { days: string[]; from: string; to: string; price_per_kwh: number | null }
export type ReactiveDraft = {
  price_per_kvarh: number | null
  limit_pct: number | null
  capacitive: boolean
  multiplier: number | null
}
export type TariffDraft = {
  name: string
  space_id: string
  valid_from: string
  price_per_kwh: number | null
  periods: PeriodDraft[]
  contribution_pct: number | null
  demand_price_per_kw: number | null
  reactive: ReactiveDraft | null
  co2_kg_per_kwh: number | null
  co2_avoided_kg_per_kwh: number | null
}

/** The contribution, %, of users in Colombia who must pay it. */
export const usualContribution = 20
/** The rule of CREG 015 of 2018, whose price is the retailer's. */
export const usualReactive: ReactiveDraft = {
  price_per_kvarh: null,
  limit_pct: 50,
  capacitive: true,
  multiplier: 1,
}

export const newDraft = (spaceId: string, today: string): TariffDraft => ({
  name: '',
  space_id: spaceId,
  valid_from: today,
  price_per_kwh: null,
  periods: [],
  contribution_pct: null,
  demand_price_per_kw: null,
  reactive: null,
  co2_kg_per_kwh: null,
  co2_avoided_kg_per_kwh: null,
})

/** A tariff as it is, to be edited; the end of the day is 00:00 in a time field. */
export const draftOf = (tariff: Tariff): TariffDraft => ({
  name: tariff.name,
  space_id: tariff.space_id,
  valid_from: tariff.valid_from,
  price_per_kwh: tariff.price_per_kwh,
  periods: (tariff.periods ?? []).map(({ days, from, to, price_per_kwh }) => ({
    days: [...(days ?? [])],
    from,
    to: to === '24:00' ? '00:00' : to,
    price_per_kwh,
  })),
  contribution_pct: tariff.contribution_pct || null,
  demand_price_per_kw: tariff.demand_price_per_kw || null,
  reactive: tariff.reactive
    ? {
        price_per_kvarh: tariff.reactive.price_per_kvarh,
        limit_pct: tariff.reactive.limit_pct ?? null,
        capacitive: tariff.reactive.capacitive ?? false,
        multiplier: tariff.reactive.multiplier ?? null,
      }
    : null,
  co2_kg_per_kwh: tariff.co2_kg_per_kwh ?? null,
  co2_avoided_kg_per_kwh: tariff.co2_avoided_kg_per_kwh ?? null,
})

type NewTariff = Body<'/api/tarifas', 'post'>
type TariffChange = Body<'/api/tarifas/{id}', 'patch'>

const periodsOf = (draft: TariffDraft) =>
  draft.periods.map((period) => ({
    ...period,
    to: endOfDay(period.to),
    price_per_kwh: period.price_per_kwh ?? 0,
  }))

const reactiveOf = ({ reactive }: TariffDraft) =>
  reactive && {
    price_per_kvarh: reactive.price_per_kvarh ?? 0,
    capacitive: reactive.capacitive,
    limit_pct: reactive.limit_pct ?? undefined,
    multiplier: reactive.multiplier ?? undefined,
  }

/** What is sent to make the tariff: only what is filled in. The form has seen to what must be. */
export const newTariff = (draft: TariffDraft): NewTariff => ({
  name: draft.name,
  space_id: draft.space_id,
  valid_from: draft.valid_from,
  currency: 'COP',
  price_per_kwh: draft.price_per_kwh ?? 0,
  periods: periodsOf(draft),
  contribution_pct: draft.contribution_pct ?? undefined,
  demand_price_per_kw: draft.demand_price_per_kw ?? undefined,
  reactive: reactiveOf(draft) ?? undefined,
  co2_kg_per_kwh: draft.co2_kg_per_kwh ?? undefined,
  co2_avoided_kg_per_kwh: draft.co2_avoided_kg_per_kwh ?? undefined,
})

/** What is sent to change the tariff: null takes away what it had. */
export const tariffChange = (draft: TariffDraft): TariffChange => ({
  name: draft.name,
  space_id: draft.space_id,
  valid_from: draft.valid_from,
  price_per_kwh: draft.price_per_kwh ?? 0,
  periods: periodsOf(draft),
  contribution_pct: draft.contribution_pct,
  demand_price_per_kw: draft.demand_price_per_kw,
  reactive: reactiveOf(draft),
  co2_kg_per_kwh: draft.co2_kg_per_kwh,
  co2_avoided_kg_per_kwh: draft.co2_avoided_kg_per_kwh,
})
