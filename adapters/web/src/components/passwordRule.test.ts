import { expect, it } from 'vitest'
import { hasAllowedLength } from './passwordRule'

it.each([
  ['ñandúes', false], // 9 bytes
  ['ñúáéí', true], // 10 bytes
  ['a'.repeat(72), true],
  ['ñ'.repeat(37), false], // 74 bytes
  ['', false],
])('%s is allowed: %s', (password, allowed) => {
  expect(hasAllowedLength(password)).toBe(allowed)
})
