// Scenarios on the server: computed, stored and listed.
import { api, ask, type Answer } from '../../server/client'
import type { ScenarioBody } from './scenarioChanges'

export type Scenario = NonNullable<Answer<'/api/simulaciones'>['items']>[number]

export const simulate = (body: ScenarioBody): Promise<Scenario> =>
  ask(api.POST('/api/simulaciones', { body }))

export const storedScenarios = () => ask(api.GET('/api/simulaciones', {}))

export const removeScenario = (id: string) =>
  ask(api.DELETE('/api/simulaciones/{id}', { params: { path: { id } } }))
