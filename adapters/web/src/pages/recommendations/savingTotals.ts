// The sums of what the recommendations save.
import { api, ask, type Answer } from '../../server/client'

export type Totals = Answer<'/api/recomendaciones/ahorro'>
type Total = { name: 'toDo' | 'inProgress' | 'verified'; count: number; kwh: number; cost: number }

export const loadTotals = (): Promise<Totals> => ask(api.GET('/api/recomendaciones/ahorro'))

/** What is promised for what is to do and in progress, and what was measured of what is verified. */
export const totalAmounts = ({ to_do, in_progress, verified }: Totals): Total[] => [
  { name: 'toDo', count: to_do.count, kwh: to_do.kwh_low, cost: to_do.cost_low },
  { name: 'inProgress', count: in_progress.count, kwh: in_progress.kwh_low, cost: in_progress.cost_low },
  { name: 'verified', count: verified.count, kwh: verified.kwh, cost: verified.cost },
]
