import { generate } from 'lean-qr'
import { describe, expect, it } from 'vitest'
import { outlineOf } from './qrOutline'

const address =
  'otpauth://totp/HoloTwin:ana@usc.edu.co?algorithm=SHA1&digits=6&issuer=HoloTwin&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** The modules that a path fills, each as "x y". */
function filled(path: string): Set<string> {
  const modules = new Set<string>()
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let i = 0; i < Number(width); i++) modules.add(`${Number(x) + i} ${y}`)
  }
  return modules
}

describe('the outline of a QR code', () => {
  it('fills each dark module and no other, inside of a quiet zone', () => {
    const { size, path } = outlineOf(address)
    const code = generate(address)
    expect(size).toBe(code.size + 8)
    const modules = filled(path)
    let dark = 0
    for (let y = 0; y < code.size; y++) {
      for (let x = 0; x < code.size; x++) {
        if (code.get(x, y)) dark++
        expect(modules.has(`${x + 4} ${y + 4}`)).toBe(code.get(x, y))
      }
    }
    expect(modules.size).toBe(dark)
  })

  it('holds the address of the longest e-mail', () => {
    expect(outlineOf(address.replace('ana', 'a'.repeat(320))).size).toBeGreaterThan(60)
  })
})
