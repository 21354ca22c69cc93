import { describe, expect, it } from 'vitest'
import { runningSince } from './runningStep'

const at = (hour: number) => Date.parse(`2026-11-28T${String(hour).padStart(2, '0')}:00:00Z`)
const hours = (...coverage: number[]) =>
  coverage.map((c, hour) => ({ start: new Date(at(hour)).toISOString(), coverage: c }))

describe('the end of what is measured', () => {
  it('is the step that still runs', () => {
    expect(runningSince(hours(1, 1, 1, 0.4), at(3) + 1_500_000)).toBe(at(3) / 1000)
  })

  it('is the first of the last steps whose meters have not all reported', () => {
    expect(runningSince(hours(1, 1, 0.3, 0.2), at(4))).toBe(at(2) / 1000)
  })

  it('is open where the last step is complete', () => {
    expect(runningSince(hours(1, 1, 1), at(3))).toBe(Infinity)
    expect(runningSince([], at(3))).toBe(Infinity)
  })

  it('does not reach back to old gaps, nor to a meter that has been away for long', () => {
    expect(runningSince(hours(1, 0, 1, 1, 1, 1, 1, 1, 1), at(9))).toBe(Infinity)
    expect(runningSince(hours(0.5, 0.5, 0.5, 0.5), at(4))).toBe(Infinity)
  })

  it('does not mistake steps to come for missing ones', () => {
    expect(runningSince(hours(1, 1, 0, 0), at(2))).toBe(at(2) / 1000)
    expect(runningSince(hours(1, 1, 0, 0).slice(0, 2), at(2))).toBe(Infinity)
  })
})
