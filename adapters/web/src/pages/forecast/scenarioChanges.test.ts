import { expect, it } from 'vitest'
import { changesOf, emptyForm, wholeHours } from './scenarioChanges'

it('changes only what the form moves from zero', () => {
  expect(changesOf(emptyForm(), 'ac')).toEqual([{ target: 'ac', action: 'off_hours' }])
  expect(changesOf({ ...emptyForm(), offHours: false }, 'ac')).toEqual([])
})

it('has each change of the form, with shares of one', () => {
  const form = emptyForm()
  form.degrees = 1.5
  form.price = 900
  form.shift.percent = 30
  form.replace.count = 10
  expect(changesOf(form, 'ac')).toEqual([
    { target: 'ac', action: 'off_hours' },
    { target: 'ac', action: 'setpoint', degrees: 1.5 },
    { target: 'ac', action: 'replace', count: 10, old_watts: 60, watts: 20 },
    { target: 'ac', action: 'shift', from: '18:00', to: '21:00', start: '22:00', share: 0.3 },
    { action: 'tariff', price_per_kwh: 900 },
  ])
})

it('offers the 24 whole hours', () => {
  expect(wholeHours).toHaveLength(24)
  expect([wholeHours[0], wholeHours[9], wholeHours[23]]).toEqual(['00:00', '09:00', '23:00'])
})
