import { expect, it } from 'vitest'
import { quantityOf } from './quantity'

it('finds the one quantity of a reading', () => {
  expect(quantityOf({ register_kwh: 1234.5 })).toEqual({ field: 'register_kwh', value: 1234.5, unit: 'kWh' })
  expect(quantityOf({ kwh: 0, power_w: null })).toEqual({ field: 'kwh', value: 0, unit: 'kWh' })
  expect(quantityOf({ power_w: 60 })).toEqual({ field: 'power_w', value: 60, unit: 'W' })
})
