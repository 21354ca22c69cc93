// Holds the page's rounding to the server's: the same rows, half to even on the same digits. Needs no browser.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import ts from 'typescript'

const source = readFileSync(new URL('../src/lib/figures.ts', import.meta.url), 'utf8')
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
})
const { decimals, written } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`)
const rows = JSON.parse(
  readFileSync(new URL('../../../modules/advice/figure/testdata/rounding.json', import.meta.url), 'utf8'),
)
for (const { value, decimals: digits, text, shown } of rows) {
  if (shown !== undefined)
    assert.equal(
      written(value, decimals(value), 'en-US').replaceAll(',', ''),
      shown,
      `${value} as it is shown`,
    )
  else assert.equal(written(value, digits, 'en-US').replaceAll(',', ''), text, `${value} to ${digits}`)
}
assert.equal(written(265083.293, 1, 'es-CO', {}, -3), '265,1')
assert.equal(written(264750, 1, 'es-CO', {}, -3), '264,8')
assert.equal(written(264650, 1, 'es-CO', {}, -3), '264,6', 'the point moves without a digit being lost')
assert.equal(
  written(106550000, 1, 'es-CO', { style: 'currency', currency: 'COP' }, -6).replace(/\s/g, ' '),
  '$ 106,6',
)
assert.equal(written(1234.5, 0, 'es-CO'), '1.234')
