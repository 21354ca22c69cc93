// The changes of a scenario, from what its form holds.
import type { Body } from '../../server/client'

export type ScenarioBody = Body<'/api/simulaciones', 'post'>
export type Change = ScenarioBody['changes'][number]

export type ScenarioForm = {
  offHours: boolean
  degrees: number
  price: number | null
  shift: { percent: number; from: string; to: string; start: string }
  replace: { count: number; oldWatts: number; watts: number }
}

export const emptyForm = (): ScenarioForm => ({
  offHours: true,
  degrees: 0,
  price: null,
  shift: { percent: 0, from: '18:00', to: '21:00', start: '22:00' },
  replace: { count: 0, oldWatts: 60, watts: 20 },
})

/** The whole hours of a day, as a clock shows them. */
export const wholeHours = [...Array(24).keys()].map((hour) => `${String(hour).padStart(2, '0')}:00`)

/** What would change at a place; nothing that is left at zero does. */
export function changesOf(form: ScenarioForm, target: string): Change[] {
  const { offHours, degrees, price, shift, replace } = form
  const changes: Change[] = []
  if (offHours) changes.push({ target, action: 'off_hours' })
  if (degrees > 0) changes.push({ target, action: 'setpoint', degrees })
  if (replace.count > 0) {
    const { count, oldWatts, watts } = replace
    changes.push({ target, action: 'replace', count, old_watts: oldWatts, watts })
  }
  if (shift.percent > 0) {
    const { percent, from, to, start } = shift
    changes.push({ target, action: 'shift', from, to, start, share: percent / 100 })
  }
  if (price) changes.push({ action: 'tariff', price_per_kwh: price })
  return changes
}
