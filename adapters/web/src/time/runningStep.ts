// Where the measured part of a series ends. A step that still runs, or whose meters have not all reported yet, must not
// look like a fall of consumption.

type Step = { start: string; coverage: number }

const hourMs = 3_600_000
const enoughCoverage = 0.9 // of the usual coverage, so that a meter that has long been silent does not matter
const maxLateMs = 6 * hourMs // readings that are later than this are a gap

/** The start, s, of the first step at the end of a series that is not complete yet; Infinity if the last one is complete. */
export function runningSince(steps: Step[], now = Date.now()): number {
  const past = steps.filter((step) => Date.parse(step.start) <= now)
  if (past.length === 0) return Infinity
  const starts = steps.map((step) => Date.parse(step.start))
  const endOf = (i: number) => starts[i + 1] ?? starts[i] + (i > 0 ? starts[i] - starts[i - 1] : hourMs)
  const usual = median(past.map((step) => step.coverage))
  let first = past.length
  for (let i = past.length - 1; i >= 0; i--) {
    const isLate = endOf(i) > now - maxLateMs && past[i].coverage < enoughCoverage * usual
    if (endOf(i) <= now && !isLate) break
    first = i
  }
  return first < past.length ? starts[first] / 1000 : Infinity
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
