import { describe, expect, it } from 'vitest'
import { nextStep, stepOf } from './steps'

describe('the steps of the setup', () => {
  it('begin at the first, or at the one that the address names', () => {
    expect(stepOf(undefined)).toBe('password')
    expect(stepOf('nothing')).toBe('password')
    expect(stepOf('tariff')).toBe('tariff')
  })

  it('follow each other and end', () => {
    expect(nextStep('password')).toBe('site')
    expect(nextStep('connection')).toBeNull()
  })
})
