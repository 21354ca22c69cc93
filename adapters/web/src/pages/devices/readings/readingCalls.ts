// Correcting and withdrawing readings; what was there is kept with the reason.
import { api, ask } from '../../../server/client'
import { quantityOf, type Quantity, type Reading } from './quantity'

type Of = Pick<Reading, 'device_id' | 'timestamp'>
const path = ({ device_id, timestamp }: Of) => ({ device_id, timestamp })

export const correct = (of: Of, { field, value }: Pick<Quantity, 'field' | 'value'>, reason: string) =>
  ask(
    api.PUT('/consumo/{device_id}/{timestamp}', {
      params: { path: path(of) },
      body: { [field]: value, reason },
    }),
  )

export const withdraw = (of: Of, reason: string) =>
  ask(api.DELETE('/consumo/{device_id}/{timestamp}', { params: { path: path(of), query: { reason } } }))

/** Puts back the value that a reading had, also if it was withdrawn. */
export const putBack = (reading: Reading, reason: string) => correct(reading, quantityOf(reading), reason)

export const historyOf = (of: Of) =>
  ask(api.GET('/consumo/{device_id}/{timestamp}', { params: { path: path(of) } }))
