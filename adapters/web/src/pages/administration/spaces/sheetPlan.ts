// What a sheet of spaces would make, and what is wrong in it. Either each row has a column per level (site, building, floor, room),
// or each row is a space with its name, its kind and what it is inside of.
import { columnsOf, plainWord } from '../../../sheet/columns'
import { decimal, decimalMark, type Mark } from '../../../sheet/decimal'
import type { Row, Sheet } from '../../../sheet/sheet'
import type { Space } from '../../../server/places.svelte'
import { holds, kinds, type Kind } from './spaceTree'

export type FaultKind =
  | 'noColumns'
  | 'noName'
  | 'longName'
  | 'unknownKind'
  | 'badArea'
  | 'noParent'
  | 'twoParents'
  | 'notInside'
  | 'otherKind'
  | 'repeated'
  | 'noSite'
  | 'foreignSite'

/** text is what stands in the cell that is wrong. */
export type Fault = { kind: FaultKind; line: number; text: string }

/** A space of the sheet: parent is the key of another one. A space that exists has its id as its key. */
export type Planned = {
  key: string
  line: number
  name: string
  kind: Kind
  parent: string | null
  path: string[]
  area: number | null
  action: 'make' | 'update' | 'same'
}

export type Plan = { list: Planned[]; faults: Fault[] }

export type Known = Pick<Space, 'id' | 'name' | 'kind' | 'parent_id' | 'area_m2'>

type Place = {
  key: string
  name: string
  kind: Kind
  parent: string | null
  path: string[]
  area: number | null
}

const columns = {
  site: ['sitio', 'sede', 'campus', 'site'],
  building: ['edificio', 'bloque', 'building', 'block'],
  floor: ['piso', 'planta', 'nivel', 'floor', 'level', 'storey'],
  room: ['sala', 'salon', 'aula', 'room', 'espacio', 'space'],
  name: ['nombre', 'name'],
  kind: ['tipo', 'clase', 'kind', 'type'],
  inside: [
    'dentro de',
    'en',
    'esta en',
    'inside',
    'inside of',
    'in',
    'parent',
    'pertenece a',
    'ubicacion',
    'location',
  ],
  area: [
    'area',
    'area m2',
    'area m²',
    'm2',
    'm²',
    'metros cuadrados',
    'superficie',
    'square metres',
    'square meters',
  ],
} as const

const kindWords: Record<Kind, readonly string[]> = {
  site: [...columns.site],
  building: [...columns.building],
  floor: [...columns.floor],
  room: [...columns.room, 'laboratorio', 'oficina', 'lab', 'office', 'classroom', 'auditorio', 'auditorium'],
}
const kindOf = (word: string) => kinds.find((kind) => kindWords[kind].includes(plainWord(word)))

const maxArea = 10_000_000
const maxName = 200

/** Names are the same whatever their case, accents and spaces. */
const alike = (name: string) =>
  name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()

/** Plans what a sheet makes beside the spaces that are there. mayAddSites is false for who is limited to a space. */
export function planOf(sheet: Sheet, known: Known[], mayAddSites: boolean): Plan {
  const column = columnsOf(sheet.header, columns)
  if (column.kind < 0 && column.room < 0) column.room = column.name // names of what is in the other columns
  const planner = new Planner(known, mayAddSites)
  const levels = kinds.filter((kind) => column[kind] >= 0)
  const mark = decimalMark(
    column.area < 0 ? [] : sheet.rows.map((row) => row.cells[column.area]),
    sheet.separator,
  )
  if (column.name >= 0 && column.kind >= 0) {
    const rows = sheet.rows.map((row) => ({ row, kind: kindOf(row.cells[column.kind]) }))
    const depth = (kind?: Kind) => (kind ? kinds.indexOf(kind) : kinds.length)
    rows.sort((a, b) => depth(a.kind) - depth(b.kind)) // what others are inside of comes first
    for (const { row, kind } of rows) {
      const { [column.name]: name, [column.kind]: word, [column.inside]: inside = '' } = row.cells
      planner.takeSpace(row, name, kind ?? word, inside, { text: row.cells[column.area] ?? '', mark })
    }
  } else if (levels.length) {
    for (const row of sheet.rows) {
      const path = levels.map((kind) => ({ kind, name: row.cells[column[kind]] }))
      const named = path.filter(({ name }) => name !== '')
      planner.takePath(row, named, { text: row.cells[column.area] ?? '', mark })
    }
  } else if (sheet.header.length) planner.fault('noColumns', 1, sheet.header.join(' · '))
  return planner.plan()
}

type AreaCell = { text: string; mark: Mark }

class Planner {
  private places = new Map<string, Place>()
  private inside = new Map<string, Place>()
  private list = new Map<string, Planned>()
  private byName = new Map<string, Place[]>()
  private faults: Fault[] = []
  private seen = new Set<string>()

  constructor(
    known: Known[],
    private mayAddSites: boolean,
  ) {
    const byId = new Map(known.map((space) => [space.id, space]))
    const path = (space: Known | undefined): string[] =>
      space ? [...path(byId.get(space.parent_id ?? '')), space.name] : []
    for (const { id, name, kind, parent_id, area_m2 } of known) {
      const outer = byId.get(parent_id ?? '')
      this.place({ key: id, name, kind, parent: outer?.id ?? null, path: path(outer), area: area_m2 })
    }
  }

  plan = (): Plan => ({
    list: [...this.list.values()].sort((a, b) => a.line - b.line || a.path.length - b.path.length),
    faults: this.faults.sort((a, b) => a.line - b.line),
  })

  fault(kind: FaultKind, line: number, text: string): null {
    this.faults.push({ kind, line, text })
    return null
  }

  /** A row whose cells name a space from the outside in. */
  takePath({ line }: Row, cells: { kind: Kind; name: string }[], areaCell: AreaCell) {
    if (!cells.length) return this.fault('noName', line, '')
    const long = cells.find(({ name }) => name.length > maxName)
    if (long) return this.fault('longName', line, long.name)
    const area = this.areaOf(areaCell, line)
    if (area === undefined) return
    let outer: Place | null = null
    const fresh: Place[] = []
    for (const [i, cell] of cells.entries()) {
      const found: Place | undefined | null =
        i === 0 ? this.outermost(cell, line) : this.child(fresh, outer?.key ?? null, cell.name)
      if (found === null) return
      if (found && found.kind !== cell.kind) return this.fault('otherKind', line, cell.name)
      if (i === 0 && !found) {
        const base = this.base(cell.kind, line, cell.name)
        if (base === null) return
        outer = base === 'none' ? null : base
      }
      const place: Place = found ?? newPlace(cell.name, cell.kind, outer)
      if (!found) fresh.push(place)
      outer = place
    }
    if (outer) this.settle(line, outer.name, outer, fresh, area)
  }

  /** A row that is one space; inside is empty, a name, or a path of names with slashes. */
  takeSpace({ line }: Row, name: string, kind: Kind | string, inside: string, areaCell: AreaCell) {
    if (!name) return this.fault('noName', line, '')
    if (name.length > maxName) return this.fault('longName', line, name)
    if (!isKind(kind)) return this.fault('unknownKind', line, kind)
    const area = this.areaOf(areaCell, line)
    if (area === undefined) return
    const parent = this.parentOf(kind, name, inside, line)
    if (parent === null) return
    const outer = parent === 'none' ? null : parent
    const found = this.child([], outer?.key ?? null, name)
    if (found && found.kind !== kind) return this.fault('otherKind', line, name)
    const place = found ?? newPlace(name, kind, outer)
    this.settle(line, name, place, found ? [] : [place], area)
  }

  /** The row is about a place; fresh are the places that it makes, outer ones first. */
  private settle(line: number, name: string, place: Place, fresh: Place[], area: number | null) {
    if (this.seen.has(place.key)) return this.fault('repeated', line, name)
    this.seen.add(place.key)
    for (const one of fresh) {
      this.place(one)
      this.list.set(one.key, { ...one, line, action: 'make' })
    }
    const made = this.list.get(place.key) // by this row, or by an earlier one as the place of its own space
    if (made) made.area = area
    else {
      const action = area !== null && area !== place.area ? 'update' : 'same'
      this.list.set(place.key, { ...place, area: area ?? place.area, line, action })
    }
  }

  /** null after a fault; 'none' for a site, which is inside of nothing. */
  private parentOf(kind: Kind, name: string, inside: string, line: number): Place | 'none' | null {
    if (!inside) {
      const there = kind === 'site' && this.child([], null, name)
      return there ? 'none' : this.base(kind, line, name)
    }
    const named = this.named(inside)
    const fitting = named.filter((one) => holds(one.kind, kind))
    if (!named.length) return this.fault('noParent', line, inside)
    if (!fitting.length) return this.fault('notInside', line, inside)
    return fitting.length > 1 ? this.fault('twoParents', line, inside) : fitting[0]
  }

  /** The places with a name, or with a path of names that ends in it. */
  private named(text: string): Place[] {
    const of = (name: string) => this.byName.get(alike(name)) ?? []
    const whole = of(text)
    if (whole.length) return whole
    const names = text.split(/\s*[/›>\\]\s*/).map(alike)
    return of(names.at(-1) ?? '').filter((one) =>
      names.slice(0, -1).every((name) => one.path.some((outer) => alike(outer) === name)),
    )
  }

  /** The place that the first cell of a path names; undefined if there is none, null after a fault. */
  private outermost({ kind, name }: { kind: Kind; name: string }, line: number): Place | undefined | null {
    const found = (this.byName.get(alike(name)) ?? []).filter((one) => one.kind === kind)
    if (found.length < 2) return found[0]
    return found.find((one) => one.parent === null) ?? this.fault('twoParents', line, name)
  }

  /** Where a place is whose row does not say it: in the only space around all. */
  private base(kind: Kind, line: number, name: string): Place | 'none' | null {
    if (kind === 'site') return this.mayAddSites ? 'none' : this.fault('foreignSite', line, name)
    const roots = [...this.places.values()].filter((one) => one.parent === null && holds(one.kind, kind))
    return roots.length === 1 ? roots[0] : this.fault('noSite', line, name)
  }

  /** undefined after a fault. */
  private areaOf({ text, mark }: AreaCell, line: number): number | null | undefined {
    const area = decimal(text, mark)
    if (area === null || area === 0) return null
    if (area > 0 && area <= maxArea) return area
    this.fault('badArea', line, text)
  }

  private child(fresh: Place[], parent: string | null, name: string): Place | undefined {
    const key = childKey(parent, name)
    return this.inside.get(key) ?? fresh.find((one) => one.key === key)
  }

  private place(one: Place) {
    this.places.set(one.key, one)
    const name = alike(one.name)
    this.byName.set(name, [...(this.byName.get(name) ?? []), one])
    const key = childKey(one.parent, one.name)
    if (!this.inside.has(key)) this.inside.set(key, one)
  }
}

const isKind = (word: string): word is Kind => kinds.some((kind) => kind === word)
const childKey = (parent: string | null, name: string) => `${parent ?? ''}/${alike(name)}`
const newPlace = (name: string, kind: Kind, outer: Place | null): Place => ({
  key: childKey(outer?.key ?? null, name),
  name,
  kind,
  parent: outer?.key ?? null,
  path: outer ? [...outer.path, outer.name] : [],
  area: null,
})

/** The faults of one kind together, in the order of their first lines. */
export function faultGroups(faults: Fault[]): [kind: FaultKind, faults: Fault[]][] {
  const groups = new Map<FaultKind, Fault[]>()
  for (const fault of faults) groups.set(fault.kind, [...(groups.get(fault.kind) ?? []), fault])
  return [...groups]
}
