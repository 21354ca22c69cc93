// Two ranges side by side, hour by hour, so that what was not measured in one is not told as a saving of the other.

type Step = { start: string; kwh: number | null; coverage: number }

const dayMs = 86_400_000
const alike = 0.05 // how far the measured parts of two hours may differ

/** The steps of an earlier range by when they would lie had they been so many days later. */
function shifted(then: Step[], days: number): Map<number, Step> {
  return new Map(then.map((s) => [Date.parse(s.start) + days * dayMs, s]))
}

/** What the earlier range used in each step of the later one; null where it has no such step. */
export function beside(now: Step[], then: Step[], days: number): (number | null)[] {
  const by = shifted(then, days)
  return now.map((s) => by.get(Date.parse(s.start))?.kwh ?? null)
}

/** The sums over the hours of which the same part was measured in both, and how many those are. */
export function inBoth(now: Step[], then: Step[], days: number): { now: number; then: number; hours: number } {
  const by = shifted(then, days)
  const sums = { now: 0, then: 0, hours: 0 }
  for (const s of now) {
    const was = by.get(Date.parse(s.start))
    if (!was || s.kwh === null || was.kwh === null || Math.abs(s.coverage - was.coverage) > alike) continue
    sums.now += s.kwh
    sums.then += was.kwh
    sums.hours++
  }
  return sums
}
