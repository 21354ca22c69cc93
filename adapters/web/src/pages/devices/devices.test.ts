import { expect, it } from 'vitest'
import { healthTone } from './healthTone'

it.each([
  ['ok', 'good'],
  ['silent', 'bad'],
  ['never', 'bad'],
  ['stuck', 'warn'],
  ['clock_ahead', 'warn'],
])('shows %s as %s', (status, tone) => {
  expect(healthTone(status)).toBe(tone)
})
