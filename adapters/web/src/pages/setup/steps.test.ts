import { describe, expect, it } from 'vitest'
import { nextStep, stepOf, steps, stepsOf, type Step } from './steps'

const none = Object.fromEntries(steps.map((step) => [step, false])) as Record<Step, boolean>
const all: Step[] = [...steps]
const spaces = [
  { id: 'site', kind: 'site' as const },
  { id: 'block', kind: 'building' as const },
]

describe('the steps of the setup', () => {
  it('begin at the one that the address names, or at the first that is not done', () => {
    expect(stepOf(undefined, all, none)).toBe('password')
    expect(stepOf('nothing', all, { ...none, password: true, site: true })).toBe('spaces')
    expect(stepOf('tariff', all, none)).toBe('tariff')
    expect(stepOf('colleagues', ['password', 'spaces'], none)).toBe('password')
  })

  it('follow each other and end', () => {
    expect(nextStep('password', all)).toBe('site')
    expect(nextStep('password', ['password', 'spaces'])).toBe('spaces')
    expect(nextStep('connection', all)).toBeNull()
  })

  it('are those that the user may do', () => {
    expect(stepsOf({ role: 'admin', space_id: null }, [])).toEqual(all)
    expect(stepsOf({ role: 'viewer', space_id: null }, spaces)).toEqual([])
    expect(stepsOf(null, spaces)).toEqual([])
    expect(stepsOf({ role: 'manager', space_id: null }, spaces)).toEqual(all.slice(0, 7))
    expect(stepsOf({ role: 'admin', space_id: 'block' }, spaces.slice(1))).not.toContain('site')
    expect(stepsOf({ role: 'admin', space_id: 'site' }, spaces)).toContain('site')
  })
})
