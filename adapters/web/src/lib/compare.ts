// Two ranges side by side.

type Step = { start: string; kwh: number | null }

const dayMs = 86_400_000

/** What the earlier range used in each step of the later one, so many days before; null where it has no such step. */
export function beside(now: Step[], then: Step[], days: number): (number | null)[] {
  const by = new Map(then.map((s) => [Date.parse(s.start) + days * dayMs, s]))
  return now.map((s) => by.get(Date.parse(s.start))?.kwh ?? null)
}
