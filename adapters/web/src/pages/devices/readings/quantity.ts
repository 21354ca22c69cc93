// What a reading reports, and in which unit.
import type { Answer } from '../../../server/client'

export type Reading = NonNullable<Answer<'/consumo'>['items']>[number]

const units = {
  kwh: 'kWh',
  register_kwh: 'kWh',
  power_w: 'W',
  kvarh: 'kvarh',
  register_kvarh: 'kvarh',
} as const
export type QuantityField = keyof typeof units
export type Quantity = { field: QuantityField; value: number; unit: string }

/** The one quantity that a reading has. */
export function quantityOf(reading: Partial<Record<QuantityField, number | null>>): Quantity {
  const fields = Object.keys(units) as QuantityField[]
  const field = fields.find((one) => typeof reading[one] === 'number') ?? 'kwh'
  return { field, value: reading[field] ?? 0, unit: units[field] }
}
