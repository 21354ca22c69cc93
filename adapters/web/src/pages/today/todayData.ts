// What the page of today asks of the server.
import { t } from '../../i18n/i18n.svelte'
import { api, ask, type Answer } from '../../server/client'
import { places } from '../../server/places.svelte'
import { rootSpaces } from '../../server/placeTree'
import { hourStart } from '../../time/zone.svelte'

export type Summary = Answer<'/api/consumo/resumen'>
export type Forecast = Answer<'/api/pronostico'>

const hourMs = 3_600_000
const shownHours = 72

/** The outermost space that the reader sees. */
export async function rootSpace(): Promise<string> {
  const [root] = rootSpaces((await places()).spaces)
  if (!root) throw new Error(t('common.noCampus'))
  return root.id
}

export const loadSummary = (): Promise<Summary> => ask(api.GET('/api/consumo/resumen', {}))

export const loadUsual = (id: string) =>
  ask(api.GET('/api/linea-base', { params: { query: { id, hours: shownHours } } }))

export const loadForecast = (id: string): Promise<Forecast> =>
  ask(api.GET('/api/pronostico', { params: { query: { id, hours: 24 } } }))

export const loadAdvice = () =>
  ask(api.GET('/api/recomendaciones', { params: { query: { status: 'open', limit: 5 } } }))

/** What was measured in the last hours. */
export async function loadMeasured(id: string) {
  const now = Date.now()
  const query = {
    id,
    level: (await places()).level(id),
    bucket: 'hour' as const,
    from: new Date(hourStart(now) - shownHours * hourMs).toISOString(),
    to: new Date(now).toISOString(),
  }
  return (await ask(api.GET('/api/consumo/serie', { params: { query } }))).items ?? []
}
