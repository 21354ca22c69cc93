// How far a series is whole: what is measured of a step that runs still, or of one whose meters have not reported yet, is no fall.

type Step = { start: string; coverage: number }

const enough = 0.9 // of what is usually covered: a meter that is away for long does not hide the others
const lateMs = 6 * 3_600_000 // readings that come later than this are a gap

/** The start, s, of the first step at the running end that is not whole; Infinity where the last one is. */
export function runningSince(steps: Step[], now = Date.now()): number {
  const past = steps.filter((s) => Date.parse(s.start) <= now)
  if (past.length === 0) return Infinity
  const starts = steps.map((s) => Date.parse(s.start))
  const endOf = (i: number) => starts[i + 1] ?? starts[i] + (i > 0 ? starts[i] - starts[i - 1] : 3_600_000)
  const usual = past.map((s) => s.coverage).sort((a, b) => a - b)[Math.floor(past.length / 2)]
  let first = past.length
  for (let i = past.length - 1; i >= 0; i--) {
    const late = endOf(i) > now - lateMs && past[i].coverage < enough * usual
    if (endOf(i) <= now && !late) break
    first = i
  }
  return first < past.length ? starts[first] / 1000 : Infinity
}
