// The outline of a QR code, for the path of an SVG.
import { generate } from 'lean-qr'

/** The quiet zone around a code, in modules, that its standard asks for. */
const quiet = 4

export function outlineOf(text: string): { size: number; path: string } {
  const code = generate(text)
  let path = ''
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y)) continue
      let width = 1
      while (code.get(x + width, y)) width++
      path += `M${x + quiet} ${y + quiet}h${width}v1h-${width}z`
      x += width
    }
  }
  return { size: code.size + 2 * quiet, path }
}
