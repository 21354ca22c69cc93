import { describe, expect, it } from 'vitest'
import { termsIn } from './terms'

describe('the terms of a formula', () => {
  it.each([
    ['Σ (P − P_usual)·t … > máx(40 %, 4 veces la desviación mediana)', ['usual', 'deviation']],
    ['Σ (P − P_idle)·t', ['idle']],
    ['(night power − P90 of nights)', ['percentile']],
    ['kWh', []],
  ])('%s', (formula, expected) => {
    expect(termsIn(formula)).toEqual(expected)
  })
})
