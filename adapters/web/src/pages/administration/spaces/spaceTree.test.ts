import { describe, expect, it } from 'vitest'
import {
  branchOf,
  childrenOf,
  copyName,
  deviceCounts,
  innerKinds,
  insideById,
  mayMove,
  nextKind,
  pathOf,
  possibleKinds,
  possibleParents,
  rootsOf,
  type Kind,
  type Node,
} from './spaceTree'

const node = (id: string, kind: Kind, parent_id: string | null, name = id): Node => ({
  id,
  kind,
  parent_id,
  name,
})
const campus = [
  node('site', 'site', null),
  node('b1', 'building', 'site', 'Bloque 1'),
  node('b10', 'building', 'site', 'Bloque 10'),
  node('b2', 'building', 'site', 'Bloque 2'),
  node('f1', 'floor', 'b1', 'Piso 1'),
  node('r1', 'room', 'f1', 'Sala 1'),
  node('r2', 'room', 'b1', 'Sala 2'),
]
const of = (id: string) => campus.find((one) => one.id === id) ?? campus[0]
const ids = (list: Node[]) => list.map((one) => one.id)

describe('the tree of spaces', () => {
  it('has outer kinds around inner ones, also with a level between them left out', () => {
    expect(innerKinds('site')).toEqual(['building', 'floor', 'room'])
    expect(innerKinds('building')).toEqual(['floor', 'room'])
    expect(innerKinds('room')).toEqual([])
  })

  it('is in the order of names, with numbers as numbers', () => {
    expect(ids(childrenOf(campus, 'site'))).toEqual(['b1', 'b2', 'b10'])
    expect(ids(insideById(campus).get('site') ?? [])).toEqual(['b1', 'b2', 'b10'])
    expect(ids(branchOf(campus, of('b1')))).toEqual(['b1', 'f1', 'r1', 'r2'])
    expect(ids(pathOf(campus, of('r1')))).toEqual(['site', 'b1', 'f1', 'r1'])
  })

  it('begins at what the reader sees', () => {
    expect(ids(rootsOf(campus))).toEqual(['site'])
    expect(ids(rootsOf(campus.slice(1)))).toEqual(['b1', 'b2', 'b10'])
  })

  it('lets a space move where its kind fits, and neither into itself nor to where it is', () => {
    expect(mayMove(campus, of('r1'), of('b2'))).toBe(true)
    expect(mayMove(campus, of('f1'), of('b2'))).toBe(true)
    expect(mayMove(campus, of('r1'), of('site'))).toBe(true)
    expect(mayMove(campus, of('r1'), of('f1')), 'it is there').toBe(false)
    expect(mayMove(campus, of('b1'), of('b2')), 'a building in a building').toBe(false)
    expect(mayMove(campus, of('b1'), of('f1')), 'into itself').toBe(false)
    expect(mayMove(campus, of('site'), of('b1')), 'a site').toBe(false)
    expect(mayMove(campus, of('b1'), of('r1')), 'into a room').toBe(false)
  })

  it('offers parents and kinds that fit', () => {
    expect(ids(possibleParents(campus, 'floor', of('f1')))).toEqual(['site', 'b1', 'b2', 'b10'])
    expect(ids(possibleParents(campus, 'room', of('r1')))).toEqual(['site', 'b1', 'f1', 'b2', 'b10'])
    expect(possibleKinds(campus, of('b1'), of('site')), 'it has a floor').toEqual(['building'])
    expect(possibleKinds(campus, of('f1'), of('b1')), 'it has a room').toEqual(['floor'])
    expect(possibleKinds(campus, of('r2'), of('b1'))).toEqual(['floor', 'room'])
    expect(possibleKinds(campus, of('site'))).toEqual(['site'])
  })

  it('proposes the kind of the siblings, or else the next level', () => {
    expect(nextKind(campus, of('site'))).toBe('building')
    expect(nextKind(campus, of('b1'))).toBe('room')
    expect(nextKind(campus, of('b2'))).toBe('floor')
  })

  it('counts devices with those further in', () => {
    const counts = deviceCounts(campus, [
      { space_id: 'r1' },
      { space_id: 'r1' },
      { space_id: 'b1' },
      { space_id: 'gone' },
    ])
    expect([
      counts.get('r1'),
      counts.get('f1'),
      counts.get('b1'),
      counts.get('site'),
      counts.get('b2'),
    ]).toEqual([2, 2, 3, 3, undefined])
  })
})

describe('the name of a copy', () => {
  const write = (name: string, n: number) => (n === 1 ? `${name} (copia)` : `${name} (copia ${n})`)

  it('is one that no sibling has', () => {
    expect(copyName('Piso 1', ['Piso 1'], write)).toBe('Piso 1 (copia)')
    expect(copyName('Piso 1', ['Piso 1 (copia)', 'Piso 1 (copia 2)'], write)).toBe('Piso 1 (copia 3)')
  })

  it('has one ending only, and is not too long', () => {
    expect(copyName('Piso 1 (copia 2)', ['Piso 1 (copia)'], write)).toBe('Piso 1 (copia 2)')
    expect(copyName('Floor (copy)', [], write)).toBe('Floor (copia)')
    expect(copyName('x'.repeat(200), [], write).length).toBeLessThanOrEqual(200)
  })
})
