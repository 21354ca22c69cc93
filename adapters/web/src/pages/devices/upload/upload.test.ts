import { describe, expect, it } from 'vitest'
import { beginningOf, linesOf } from './fileLines'
import { exampleFile, headerOf } from './header'
import { usualInterval } from './usualInterval'

describe('the lines of a file', () => {
  it('are read from anywhere in it, and no others are kept', async () => {
    const many = new Blob(Array.from({ length: 50_000 }, (_, i) => `línea ${i + 1}\r\n`))
    const lines = await linesOf(many, [1, 49_999, 60_000])
    expect([...lines]).toEqual([
      [1, 'línea 1'],
      [49_999, 'línea 49999'],
    ])
    expect([...(await linesOf(new Blob(['a\nb']), [2]))]).toEqual([[2, 'b']])
    expect([...(await linesOf(new Blob(['x'.repeat(500)]), [1]))][0][1].length).toBe(200)
    expect(await linesOf(new Blob(['a']), [])).toEqual(new Map())
    expect((await beginningOf(many, 10)).length).toBeLessThanOrEqual(10)
  })
})

describe('the header of a file', () => {
  it('is understood as the server reads it', () => {
    expect(headerOf('\uFEFFDevice_ID;timestamp;kwh\n')).toMatchObject({ unknown: [], missing: [] })
    expect(headerOf(exampleFile(new Date()))).toMatchObject({ unknown: [], missing: [] })
    expect(headerOf('device_id,age_s,power_w\n').missing).toEqual([])
  })

  it('says what is unknown and what is missing', () => {
    expect(headerOf('Fecha;Hora;Energía activa\n1;2;3')).toEqual({
      found: ['Fecha', 'Hora', 'Energía activa'],
      unknown: ['Fecha', 'Hora', 'Energía activa'],
      missing: ['device_id', 'timestamp', 'kwh'],
    })
    expect(headerOf('')).toEqual({ found: [], unknown: [], missing: ['device_id', 'timestamp', 'kwh'] })
  })
})

describe('the usual interval of a file', () => {
  const file = (...lines: string[]) => usualInterval(lines.join('\n'))

  it('is the most frequent step of a device', () => {
    expect(
      file(
        'device_id,timestamp,kwh',
        'a,2026-01-01T00:00:00Z,1',
        'b,2026-01-01T00:00:00Z,1',
        'a,2026-01-01T01:00:00Z,1',
        'b,2026-01-01T01:00:00Z,1',
        'a,2026-01-01T02:00:00Z,1',
        'a,2026-01-01T05:00:00Z,1',
      ),
    ).toBe(3600)
    expect(file('device_id;timestamp;kwh', 'a;26/11/2026 23:45;1', 'a;27/11/2026 00:00;1')).toBe(900)
  })

  it('is not known where the file states it, or has other quantities', () => {
    expect(file('device_id,timestamp,kwh,interval_s', 'a,2026-01-01T00:00:00Z,1,60')).toBeNull()
    expect(file('device_id,timestamp,power_w', 'a,2026-01-01T00:00:00Z,1')).toBeNull()
    expect(file('device_id,timestamp,kwh', 'a,ayer,1', 'a,hoy,1')).toBeNull()
  })
})
