import { expect, it } from 'vitest'
import { errorsByLine } from './csvCalls'
import { healthTone } from './healthTone'

it('puts the errors of a line together', () => {
  const error = (line: number, field: string) => ({ line, field, message: '' })
  const lines = errorsByLine([error(2, 'kwh'), error(5, 'device_id'), error(2, 'timestamp')])
  expect(lines.map(([line, errors]) => [line, errors.map((one) => one.field)])).toEqual([
    [2, ['kwh', 'timestamp']],
    [5, ['device_id']],
  ])
  expect(errorsByLine(null)).toEqual([])
})

it.each([
  ['ok', 'good'],
  ['silent', 'bad'],
  ['never', 'bad'],
  ['stuck', 'warn'],
  ['clock_ahead', 'warn'],
])('shows %s as %s', (status, tone) => {
  expect(healthTone(status)).toBe(tone)
})
