import { describe, expect, it } from 'vitest'
import { draftOf, newDraft, newTariff, tariffChange, usualReactive, type Tariff } from './tariffDraft'
import { isReferencePrice, levels, options, templateOf } from './tariffTemplates'
import { pricesOfWeek, pricesOn } from './tariffWeek'

describe('a template', () => {
  it('has the published prices of its voltage level and option', () => {
    expect(templateOf(1, 'flat')).toEqual({ price_per_kwh: 437.9027, periods: [] })
    const peak = templateOf(1, 'peak')
    expect([peak.price_per_kwh, peak.periods[0].price_per_kwh]).toEqual([437.3234, 441.1073])
    expect(templateOf(2, 'flat').price_per_kwh).toBe(351.7054)
  })

  it('leaves empty what is not published', () => {
    expect(templateOf(4, 'dayNight').price_per_kwh).toBeNull()
    for (const level of levels)
      for (const option of options)
        for (const period of templateOf(level, option).periods)
          expect([period.from, period.to]).toEqual(['', ''])
  })

  it('marks its prices until they are replaced', () => {
    expect(isReferencePrice(437.9027)).toBe(true)
    expect(isReferencePrice(800)).toBe(false)
    expect(isReferencePrice(null)).toBe(false)
  })
})

const stored: Tariff = {
  id: 'tf_a',
  name: 'Propia',
  space_id: 'sp_a',
  currency: 'COP',
  valid_from: '2026-01-01',
  price_per_kwh: 800,
  periods: [{ days: ['mon'], from: '18:00', to: '24:00', price_per_kwh: 900 }],
  contribution_pct: 20,
  demand_price_per_kw: 0,
  reactive: { price_per_kvarh: 100, limit_pct: 50, capacitive: true, multiplier: 2 },
}

describe('a tariff that is edited', () => {
  it('is sent back as it was where nothing is changed', () => {
    const change = tariffChange(draftOf(stored))
    expect(change.periods).toEqual(stored.periods)
    expect(change.reactive).toEqual(stored.reactive)
    expect([change.contribution_pct, change.demand_price_per_kw, change.co2_kg_per_kwh]).toEqual([
      20,
      null,
      null,
    ])
  })

  it('loses what was taken away', () => {
    const draft = { ...draftOf(stored), contribution_pct: null, reactive: null, periods: [] }
    expect(tariffChange(draft)).toMatchObject({ contribution_pct: null, reactive: null, periods: [] })
  })

  it('is new without what nobody filled in', () => {
    const body = newTariff({ ...newDraft('sp_a', '2026-11-28'), name: 'N', price_per_kwh: 1 })
    expect(JSON.parse(JSON.stringify(body))).toEqual({
      name: 'N',
      space_id: 'sp_a',
      valid_from: '2026-11-28',
      currency: 'COP',
      price_per_kwh: 1,
      periods: [],
    })
    expect(usualReactive.limit_pct).toBe(50)
  })
})

describe('the week of a tariff', () => {
  const night = { days: ['mon', 'sun'], from: '22:00', to: '06:00', price_per_kwh: 500 }

  it('goes on after midnight', () => {
    expect(pricesOn('mon', 400, [night])).toEqual([
      { from: 0, to: 360, price: 500 },
      { from: 360, to: 1320, price: 400 },
      { from: 1320, to: 1440, price: 500 },
    ])
    expect(pricesOn('tue', 400, [night])[0]).toEqual({ from: 0, to: 360, price: 500 })
    expect(pricesOn('wed', 400, [night])).toEqual([{ from: 0, to: 1440, price: 400 }])
    expect(pricesOn('holiday', 400, [night])).toHaveLength(1)
  })

  it('ends at midnight where a period does, and leaves out periods without hours', () => {
    const evening = { days: ['fri'], from: '18:00', to: '00:00', price_per_kwh: 900 }
    const empty = { days: ['fri'], from: '', to: '', price_per_kwh: 1 }
    expect(pricesOn('fri', 400, [evening, empty])).toEqual([
      { from: 0, to: 1080, price: 400 },
      { from: 1080, to: 1440, price: 900 },
    ])
    expect(pricesOfWeek(400, [evening, night])).toEqual([400, 500, 900])
  })
})
