import { describe, expect, it } from 'vitest'
import { address, parseAddress } from './addresses'

describe('an address', () => {
  it('names a page and its parameters', () => {
    expect(parseAddress('#/consumo?by=room&id=sala%201')).toEqual({
      page: 'consumo',
      params: { by: 'room', id: 'sala 1' },
    })
  })

  it('is today’s page where it names none', () => {
    for (const hash of ['', '#', '#/', '#/nada', '#/constructor']) expect(parseAddress(hash).page).toBe('hoy')
  })

  it('is written as it is read, without empty parameters', () => {
    const written = address('dispositivos', { id: 'a&b=c', tab: undefined, q: '' })
    expect(written).toBe('#/dispositivos?id=a%26b%3Dc')
    expect(parseAddress(written)).toEqual({ page: 'dispositivos', params: { id: 'a&b=c' } })
    expect(address('hoy')).toBe('#/hoy')
  })
})
