// The page rounds as the server does: both are held to the same rows.
import { expect, it } from 'vitest'
import rows from '../../../../modules/advice/figure/testdata/rounding.json'
import { decimals, written } from './rounding'

type Row = { value: number; decimals?: number; text?: string; shown?: string }

const plain = (text: string) => text.replaceAll(',', '')

it.each(rows as Row[])(
  '$value is rounded as the server rounds it',
  ({ value, decimals: digits, text, shown }) => {
    if (shown !== undefined) expect(plain(written(value, decimals(value), 'en-US'))).toBe(shown)
    else expect(plain(written(value, digits ?? 0, 'en-US'))).toBe(text)
  },
)

it.each([
  [265083.293, '265,1'],
  [264750, '264,8'],
  [264650, '264,6'],
])('%d moves its point without losing a digit: %s', (value, expected) => {
  expect(written(value, 1, 'es-CO', {}, -3)).toBe(expected)
})

it('writes money and thousands as Colombia does', () => {
  const money = written(106550000, 1, 'es-CO', { style: 'currency', currency: 'COP' }, -6)
  expect(money.replace(/\s/g, ' ')).toBe('$ 106,6')
  expect(written(1234.5, 0, 'es-CO')).toBe('1.234')
})
