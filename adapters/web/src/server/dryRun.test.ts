import { describe, expect, it } from 'vitest'
import { isAlone } from './dryRun'

describe('a deletion', () => {
  it('is of the thing alone if nothing else goes and nobody uses it', () => {
    expect(isAlone({ deletes: { tariff: 1 }, blocked_by: [] })).toBe(true)
    expect(isAlone({ deletes: {}, blocked_by: [] })).toBe(true)
  })

  it('is not if more goes along, or devices use it', () => {
    expect(isAlone({ deletes: { device: 1, reading: 480 }, blocked_by: [] })).toBe(false)
    expect(isAlone({ deletes: { key: 1 }, blocked_by: [], used_by: { devices_reporting_today: 3 } })).toBe(
      false,
    )
  })
})
