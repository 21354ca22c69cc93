// What the server refused of a sheet, grouped.
import type { Problem } from '../../../server/client'
import type { Fault } from '../faults/faults'

export type Refusal = { line: number; problem: Problem | null; text: string }

/** The refused rows by field and message; rows without named fields by the problem's own words. */
export function refusedFaults(refusals: Refusal[]): Fault[] {
  const faults: Fault[] = []
  for (const { line, problem, text } of refusals) {
    const errors = problem?.errors?.length
      ? problem.errors
      : [{ field: '', message: problem?.detail ?? text }]
    for (const { field, message } of errors) {
      let fault = faults.find((one) => one.field === field && one.message === message)
      if (!fault) faults.push((fault = { field, code: '', message, rows: 0, lines: [] }))
      fault.rows++
      if (fault.lines.length < 3) fault.lines.push(line)
    }
  }
  return faults
}
