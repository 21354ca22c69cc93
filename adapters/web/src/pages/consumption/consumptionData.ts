// What the page of consumption asks of the server.
import { api, ask, type Query } from '../../server/client'
import type { Places } from '../../server/places.svelte'
import { addDays } from '../../time/calendar'
import { daysOf, type Range } from '../../time/dateRange'
import { daysBack, hasBars, type ComparedWith, type Interval, type Split } from './choices'

export type Choice = {
  id: string
  range: Range
  interval: Interval
  split: Split
  comparedWith: ComparedWith
}

type SeriesQuery = Query<'/api/consumo/serie'>
type Scope = { id?: string; level?: SeriesQuery['level']; from: string; to: string }

/** Which place and days a call is about. */
export function scopeOf(places: Places, { id, range }: Pick<Choice, 'id' | 'range'>): Scope {
  return { ...(id && { id, level: places.level(id) }), ...range }
}

export type ConsumptionData = Awaited<ReturnType<typeof loadConsumption>>

export async function loadConsumption(places: Places, choice: Choice) {
  const { range, interval, split, comparedWith } = choice
  const query = scopeOf(places, choice)
  const back = daysBack(comparedWith, daysOf(range))
  const earlierRange = { from: addDays(range.from, -back), to: addDays(range.to, -back) }
  const series = (more: Partial<SeriesQuery> = {}) =>
    ask(api.GET('/api/consumo/serie', { params: { query: { ...query, bucket: interval, ...more } } }))
  const [total, parts, profile, duration, earlier, compared, outdoor] = await Promise.all([
    series(),
    split ? series({ by: split }) : null,
    ask(api.GET('/api/consumo/perfil', { params: { query } })),
    ask(api.GET('/api/consumo/duracion', { params: { query } })),
    comparedWith ? series(earlierRange) : null,
    comparedWith
      ? ask(api.GET('/api/consumo/comparacion', { params: { query: { ...query, earlier: comparedWith } } }))
      : null,
    hasBars(interval) ? [] : outdoorHours(places, range),
  ])
  return {
    choice,
    back,
    total,
    steps: (total.items ?? []).filter((step) => Date.parse(step.start) <= Date.now()),
    parts: parts?.series ?? null,
    profile: profile.items ?? [],
    duration: duration.items,
    earlier: earlier?.items ?? null,
    compared,
    outdoor,
  }
}

async function outdoorHours(places: Places, range: Range) {
  const site = places.spaces.find((space) => space.kind === 'site')
  if (!site) return []
  return (await ask(api.GET('/api/ambiente/horas', { params: { query: { space_id: site.id, ...range } } })))
    .items
}
