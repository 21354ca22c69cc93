import { beforeEach, describe, expect, it } from 'vitest'
import { site } from '../../time/zone.svelte'
import { expiryOf, isExpired, lastDayOf } from './keyExpiry'

describe('the expiry of a key', () => {
  beforeEach(() => {
    site.zone = 'America/Bogota'
  })

  it('is the end of its last day at the site', () => {
    expect(expiryOf('2026-12-31')).toBe('2027-01-01T05:00:00.000Z')
    expect(lastDayOf('2027-01-01T05:00:00Z')).toBe('2026-12-31')
    expect(lastDayOf(expiryOf('2028-02-29'))).toBe('2028-02-29')
  })

  it('may be never', () => {
    expect(expiryOf('')).toBeNull()
    expect(lastDayOf(null)).toBe('')
    expect(isExpired(null)).toBe(false)
  })

  it('is past from its instant on', () => {
    const at = '2026-11-28T10:00:00Z'
    expect([-1, 0].map((ms) => isExpired(at, Date.parse(at) + ms))).toEqual([false, true])
  })
})
