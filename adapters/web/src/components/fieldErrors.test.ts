import { describe, expect, it } from 'vitest'
import { Failure } from '../server/client'
import { messagesOf } from './fieldErrors.svelte'

const refused = new Failure({
  title: 'Datos inválidos',
  detail: 'Corrija los campos.',
  request_id: 'rq_1',
  errors: [
    { field: 'name', message: 'es obligatorio' },
    { field: 'periods[0].from', message: 'debe ser HH:MM' },
    { field: 'name', message: 'es muy largo' },
  ],
})

describe('the errors of a field', () => {
  it('are all that name it, in order', () => {
    expect(messagesOf(refused, 'name')).toEqual(['es obligatorio', 'es muy largo'])
    expect(messagesOf(refused, 'periods[0].from')).toEqual(['debe ser HH:MM'])
  })

  it('are none for another field, another failure, or no failure', () => {
    expect(messagesOf(refused, 'period')).toEqual([])
    expect(messagesOf(new Error('network'), 'name')).toEqual([])
    expect(messagesOf(null, 'name')).toEqual([])
  })
})
