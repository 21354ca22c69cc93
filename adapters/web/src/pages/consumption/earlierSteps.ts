// Two ranges side by side.
import { shiftDays } from '../../time/zone.svelte'

type Step = { start: string; kwh: number | null }

/** What the earlier range used in each step of the later one, so many days before; null where it has no such step. */
export function earlierKwh(later: Step[], earlier: Step[], days: number): (number | null)[] {
  const byStart = new Map(earlier.map((step) => [shiftDays(Date.parse(step.start), days), step.kwh]))
  return later.map((step) => byStart.get(Date.parse(step.start)) ?? null)
}
