import { describe, expect, it } from 'vitest'
import english from '../../i18n/en.json'
import spanish from '../../i18n/es.json'
import { isRefused, matches, targetOf } from './auditEntry'

describe('an entry of the audit', () => {
  it.each([
    ['us_abc', { kind: 'user', id: 'us_abc' }],
    ['key_abc', { kind: 'key', id: 'key_abc' }],
    ['/api/tarifas/tf_a', { kind: 'tariff', id: 'tf_a' }],
    ['/api/dispositivos/luz%20de%20sala/estado', { kind: 'device', id: 'luz de sala' }],
    ['/consumo/ac-1/2026-11-28T10:00:00Z', { kind: 'device', id: 'ac-1' }],
    ['/api/recomendaciones/rec_a/estado', { kind: 'advice', id: 'rec_a' }],
    ['/api/dispositivos/nuevos', null],
    ['/api/tarifas', null],
    ['ana@example.org', null],
    ['', null],
  ])('with the target %s is about %o', (target, expected) => {
    expect(targetOf(target)).toEqual(expected)
  })

  it('is a refusal where its detail is the status', () => {
    expect(isRefused({ action: 'POST /api/tarifas', detail: '403' })).toBe(true)
    expect(isRefused({ action: 'GET /consumo', detail: '200' })).toBe(false)
    expect(isRefused({ action: 'login', detail: '401' })).toBe(false)
  })

  it('is found by its words, in any order and without accents', () => {
    expect(matches('tarifa ana', 'ana@example.org', 'Creó una tarifa')).toBe(true)
    expect(matches('CREO', 'Creó una tarifa')).toBe(true)
    expect(matches('quitó', 'Creó una tarifa')).toBe(false)
    expect(matches('', 'x')).toBe(true)
  })
})

// Changes of the API that the audit keeps: all but those of /auth, which have names of their own, and readings.
const changes = Object.values(
  import.meta.glob<string>('../../api.d.ts', { query: '?raw', import: 'default', eager: true }),
).flatMap((types) => {
  const paths = types.slice(types.indexOf('interface paths'), types.indexOf('interface components'))
  return paths.split(/\n {4}"/).flatMap((block) => {
    const path = block.slice(0, block.indexOf('"'))
    const methods = [...block.matchAll(/\n {8}(post|put|patch|delete): operations/g)].map((found) => found[1])
    return path.startsWith('/api/') ? methods.map((method) => `${method.toUpperCase()} ${path}`) : []
  })
})

describe('the sentences of the audit', () => {
  const byDevices = ['POST /api/dispositivos/{id}/estado']

  it('say what each change of the API was, in both languages', () => {
    expect(changes.length).toBeGreaterThan(15)
    const missing = changes.filter(
      (action) =>
        !byDevices.includes(action) && !(action in spanish.auditAction && action in english.auditAction),
    )
    expect(missing).toEqual([])
  })
})
