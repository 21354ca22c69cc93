import { describe, expect, it } from 'vitest'
import { decodeSheet } from './sheetFile'

describe('a file of a spreadsheet', () => {
  it('may be in any of the encodings that spreadsheets write', () => {
    expect(decodeSheet(new TextEncoder().encode('\uFEFFSalón'))).toBe('Salón')
    expect(decodeSheet(Uint8Array.of(0x53, 0x61, 0x6c, 0xf3, 0x6e))).toBe('Salón')
    expect(decodeSheet(Uint8Array.of(0xff, 0xfe, 0x53, 0, 0xf3, 0))).toBe('Só')
    expect(decodeSheet(Uint8Array.of(0xfe, 0xff, 0, 0x53, 0, 0xf3))).toBe('Só')
  })

  it('is no text if it is a workbook', () => {
    expect(decodeSheet(Uint8Array.of(0x50, 0x4b, 0x03, 0x04))).toBeNull()
  })
})
