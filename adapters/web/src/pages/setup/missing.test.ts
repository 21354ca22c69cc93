import { describe, expect, it } from 'vitest'
import { missingOf } from './missing'
import type { Facts } from './setupState'

const site = { id: 'site', name: 'Site', kind: 'site' as const, parent_id: null }
const device = (id: string, kind: string, last_heard: string | null) => ({
  id,
  kind,
  space_id: 'site',
  measures: 'active' as const,
  parent_id: null,
  health: { last_heard },
})
const admin = { id: 'ana', role: 'admin' as const, space_id: null, disabled: false }
const empty: Facts = {
  user: { role: 'admin', space_id: null, initial_password: true },
  spaces: [],
  devices: [],
  tariffs: [],
  calendar: [],
  users: [admin],
}
const whatOf = (facts: Partial<Facts>, assumed = 0) =>
  missingOf({ ...empty, ...facts }, assumed).map(({ what, n }) => (n === 1 ? what : `${what} ${n}`))
const complete: Partial<Facts> = {
  user: { role: 'admin', space_id: null, initial_password: false },
  spaces: [site],
  devices: [device('a', 'tv', '2026-11-28T12:00:00Z')],
  tariffs: [{ id: 'own' }],
  calendar: [{ kind: 'opening' }],
  users: [admin, { ...admin, id: 'eva' }],
}

describe('what is missing', () => {
  it('is first what all else needs', () => {
    expect(whatOf({})).toEqual(['password', 'site', 'admin'])
    expect(whatOf({ spaces: [site] })).toEqual(['password', 'devices', 'tariff', 'hours 0', 'admin'])
  })

  it('is nothing when all is done', () => {
    expect(whatOf(complete)).toEqual([])
  })

  it('is said with what hangs on it', () => {
    expect(whatOf({ ...complete, devices: [device('a', 'tv', null)] })).toEqual(['readings'])
    expect(whatOf(complete, 14)).toEqual(['hours 14'])
    expect(whatOf({ ...complete, calendar: null })).toEqual([])
    expect(whatOf({ ...complete, calendar: null }, 14)).toEqual(['hours 14'])
    const devices = [...(complete.devices ?? []), device('m', 'meter', null), device('b', 'tv', null)]
    expect(whatOf({ ...complete, devices })).toEqual(['twice 2'])
  })

  it('is another administrator, not just another user', () => {
    const viewer = { ...admin, id: 'eva', role: 'viewer' as const }
    const invited = { ...admin, id: 'luz', invited: true }
    expect(whatOf({ ...complete, users: [admin, viewer, invited] })).toEqual(['admin'])
    expect(whatOf({ ...complete, users: [admin, { ...admin, id: 'eva', space_id: 'site' }] })).toEqual([
      'admin',
    ])
  })

  it('is asked only of those who may do it', () => {
    expect(whatOf({ user: { role: 'viewer', space_id: null } })).toEqual([])
    expect(whatOf({ user: { role: 'manager', space_id: null }, spaces: [site], users: null })).toEqual([
      'devices',
      'tariff',
      'hours 0',
    ])
    expect(whatOf({ ...complete, user: { role: 'admin', space_id: 'site' }, users: [] })).toEqual([])
  })
})
