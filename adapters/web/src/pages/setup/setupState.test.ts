import { describe, expect, it } from 'vitest'
import { countedTwice, setupState, type Facts } from './setupState'

const site = { id: 'site', name: 'Site', kind: 'site' as const, parent_id: null }
const block = { id: 'block', name: 'Block', kind: 'building' as const, parent_id: 'site' }
const room = { id: 'room', name: 'Room', kind: 'room' as const, parent_id: 'block' }
const device = (id: string, kind: string, space_id: string, more: object = {}) => ({
  id,
  kind,
  space_id,
  measures: 'active' as const,
  parent_id: null,
  ...more,
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
const doneOf = (facts: Partial<Facts>) =>
  Object.entries(setupState({ ...empty, ...facts })).flatMap(([step, done]) => (done ? step : []))

describe('what is done of the setup', () => {
  it('is nothing on an empty server', () => {
    expect(doneOf({})).toEqual([])
  })

  it('is what the server has', () => {
    const heard = { health: { last_heard: '2026-11-28T12:00:00Z' } }
    expect(doneOf({ user: { role: 'admin', space_id: null, initial_password: false } })).toEqual(['password'])
    expect(doneOf({ spaces: [site] })).toEqual(['site'])
    expect(doneOf({ spaces: [site, block] })).toEqual(['site', 'spaces'])
    expect(doneOf({ devices: [device('a', 'ac', 'room')] })).toEqual(['devices', 'behind'])
    expect(doneOf({ devices: [device('a', 'ac', 'room', heard)] })).toContain('connection')
    expect(doneOf({ tariffs: [{ id: 'own' }] })).toEqual(['tariff'])
    expect(doneOf({ calendar: [{ kind: 'closed' }] })).toEqual([])
    expect(doneOf({ calendar: [{ kind: 'opening' }] })).toEqual(['calendar'])
    expect(doneOf({ users: [admin, { ...admin, id: 'eva', disabled: true }] })).toEqual([])
    expect(doneOf({ users: [admin, { ...admin, id: 'eva' }] })).toEqual(['colleagues'])
  })

  it('has the password of a server that says nothing about it', () => {
    expect(doneOf({ user: { role: 'admin', space_id: null } })).toContain('password')
  })

  it('has a site that the reader does not see', () => {
    expect(doneOf({ user: { role: 'admin', space_id: 'block' }, spaces: [block] })).toContain('site')
  })
})

describe('a device may be counted twice', () => {
  const spaces = [site, block, room]
  const twice = (...devices: ReturnType<typeof device>[]) =>
    countedTwice({ spaces, devices }).map((one) => one.id)

  it('if a meter is in an outer space or in its own, and it is behind none', () => {
    expect(twice(device('main', 'meter', 'block'), device('tv', 'tv', 'room'))).toEqual(['tv'])
    expect(twice(device('main', 'meter', 'room'), device('tv', 'tv', 'room'))).toEqual(['tv'])
    expect(twice(device('main', 'meter', 'site'), device('m', 'meter', 'block'))).toEqual(['m'])
  })

  it('not if it is behind a meter, holds it, is elsewhere, or measures something else', () => {
    const main = device('main', 'meter', 'block')
    expect(twice(main, device('tv', 'tv', 'room', { parent_id: 'main' }))).toEqual([])
    expect(twice(main, device('above', 'meter', 'site'))).toEqual(['main'])
    expect(twice(device('main', 'meter', 'room'), device('tv', 'tv', 'block'))).toEqual([])
    expect(twice(main, device('air', 'sensor', 'room'))).toEqual([])
    expect(twice(main, device('var', 'meter', 'room', { measures: 'reactive_inductive' }))).toEqual([])
  })

  it('not beside another meter of the same space', () => {
    expect(twice(device('one', 'meter', 'room'), device('other', 'meter', 'room'))).toEqual([])
  })
})
