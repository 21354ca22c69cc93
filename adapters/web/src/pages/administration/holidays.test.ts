import { describe, expect, it } from 'vitest'
import { holidaysOf } from './holidays'

describe('the holidays of the sites', () => {
  const colombian = { kind: 'site', holidays: 'CO' } as const
  const without = { kind: 'site', holidays: 'none' } as const

  it('are those that all sites have', () => {
    expect(holidaysOf([colombian, { kind: 'building' }])).toBe('CO')
    expect(holidaysOf([without])).toBe('none')
  })

  it('differ from site to site, or are not known to who sees no site', () => {
    expect(holidaysOf([colombian, without])).toBe('some')
    expect(holidaysOf([{ kind: 'room' }])).toBeNull()
  })
})
