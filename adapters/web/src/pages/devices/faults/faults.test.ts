import { expect, it } from 'vitest'
import { remedyOf } from './faults'

it.each([
  ['device_id', 'no_such', 'unknown_device'],
  ['device_id', 'pattern', 'device_id'],
  ['timestamp', 'instant', 'timestamp'],
  ['timestamp', 'future', 'future'],
  ['timestamp', 'forgotten', 'too_old'],
  ['timestamp', 'conflicting_reading', 'conflicting'],
  ['timestamp', 'overlapping', 'overlapping'],
  ['kwh', 'impossible_use', 'impossible'],
  ['kwh', 'exactly_one', 'quantity'],
  ['register_kwh', 'number', 'number'],
  ['kwh', 'ambiguous_point', 'decimal_mark'],
  ['row', 'malformed', 'columns'],
  ['body', 'malformed', 'cut'],
  ['fecha', 'unknown', 'header'],
  ['interval_s', 'maximum', 'other'],
] as const)('has a remedy for %s %s', (field, code, remedy) => {
  expect(remedyOf({ field, code })).toBe(remedy)
})
