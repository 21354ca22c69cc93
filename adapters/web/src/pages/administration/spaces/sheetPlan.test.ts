import { describe, expect, it } from 'vitest'
import { parseSheet } from '../../../sheet/sheet'
import { faultGroups, planOf, type Known } from './sheetPlan'
import type { Kind } from './spaceTree'

const space = (
  id: string,
  kind: Kind,
  parent_id: string | null,
  name: string,
  area_m2: number | null = null,
): Known => ({
  id,
  kind,
  parent_id,
  name,
  area_m2,
})
const campus = [
  space('s', 'site', null, 'USC'),
  space('b1', 'building', 's', 'Bloque 1', 900),
  space('b2', 'building', 's', 'Bloque 2'),
  space('f1', 'floor', 'b1', 'Piso 1'),
  space('f2', 'floor', 'b2', 'Piso 1'),
  space('r1', 'room', 'f1', 'Sala 101', 40),
]
const plan = (text: string, known = campus, mayAddSites = true) =>
  planOf(parseSheet(text), known, mayAddSites)
const shown = (text: string, known?: Known[], mayAddSites?: boolean) =>
  plan(text, known, mayAddSites).list.map(({ action, kind, path, name, area }) =>
    [action, kind, [...path, name].join('/'), area].join(' '),
  )
const faults = (text: string, known?: Known[], mayAddSites?: boolean) =>
  plan(text, known, mayAddSites).faults.map(({ kind, line, text: cell }) => `${line} ${kind} ${cell}`)

describe('a sheet with a column for each level', () => {
  it('makes what is missing, outer spaces first, and leaves what is there', () => {
    expect(
      shown(
        'Edificio;Piso;Sala;Área (m²)\nBloque 1;Piso 1;sala 101;40\nBloque 1;Piso 1;Sala 102;35,5\nBloque 3;Piso 1;Sala 301;\nBloque 3;Piso 1;Sala 302;20',
      ),
    ).toEqual([
      'same room USC/Bloque 1/Piso 1/Sala 101 40',
      'make room USC/Bloque 1/Piso 1/Sala 102 35.5',
      'make building USC/Bloque 3 ',
      'make floor USC/Bloque 3/Piso 1 ',
      'make room USC/Bloque 3/Piso 1/Sala 301 ',
      'make room USC/Bloque 3/Piso 1/Sala 302 20',
    ])
  })

  it('takes a column of names for the rooms', () => {
    expect(shown('Nombre;Edificio;m2\nSala 5;Bloque 2;9')).toEqual(['make room USC/Bloque 2/Sala 5 9'])
  })

  it('makes a whole campus on an empty server, in English', () => {
    expect(shown('Site,Building,Room,m2\nUSC,Block 1,Room 1,"1,200.5"\nUSC,Block 1,,900', [])).toEqual([
      'make site USC ',
      'make building USC/Block 1 900',
      'make room USC/Block 1/Room 1 1200.5',
    ])
  })

  it('changes the area of what is there only where the sheet has another one', () => {
    expect(shown('bloque\tm²\nBLOQUE 1\t950\nBloque 2\t')).toEqual([
      'update building USC/Bloque 1 950',
      'same building USC/Bloque 2 ',
    ])
  })

  it('knows nothing to make once all is there', () => {
    const text = 'Edificio;Sala;m2\nBloque 4;Sala 1;10\nBloque 4;Sala 2;20'
    const after = [
      ...campus,
      space('b4', 'building', 's', 'Bloque 4'),
      space('x', 'room', 'b4', 'Sala 1', 10),
      space('y', 'room', 'b4', 'Sala 2', 20),
    ]
    expect(plan(text, after).list.every((one) => one.action === 'same')).toBe(true)
  })

  it('names what is wrong, and plans the rest', () => {
    const text =
      'Edificio;Piso;Sala;m2\n;;;5\nBloque 1;;Sala 1;grande\nBloque 1;;Sala 2;-3\n' +
      'Piso 1;;Sala;1\nBloque 1;;Piso 1;1\nBloque 1;Piso 1;Sala 101;41\nBloque 1;Piso 1;Sala 101;42'
    expect(faults(text)).toEqual([
      '2 noName ',
      '3 badArea grande',
      '4 badArea -3',
      '6 otherKind Piso 1',
      '8 repeated Sala 101',
    ])
    expect(shown(text)).toEqual([
      'make building USC/Piso 1 ',
      'make room USC/Piso 1/Sala 1',
      'update room USC/Bloque 1/Piso 1/Sala 101 41',
    ])
    expect(faults(`Sala\n${'x'.repeat(201)}`)).toEqual([`2 longName ${'x'.repeat(201)}`])
  })

  it('needs to know the site where there is none or more than one', () => {
    expect(faults('Edificio\nA', [])).toEqual(['2 noSite A'])
    expect(faults('Edificio\nA', [...campus, space('s2', 'site', null, 'Otra')])).toEqual(['2 noSite A'])
    expect(faults('Piso;Sala\nPiso 1;A')).toEqual(['2 twoParents Piso 1'])
  })

  it('stays inside the space that the reader is limited to', () => {
    const own = campus.slice(1, 2)
    expect(shown('Piso;Sala\nPiso 9;A', own, false)).toEqual([
      'make floor Bloque 1/Piso 9 ',
      'make room Bloque 1/Piso 9/A ',
    ])
    expect(shown('Edificio;Sala\nBloque 1;A', own, false)).toEqual(['make room Bloque 1/A '])
    expect(faults('Sitio;Sala\nUSC;A', own, false)).toEqual(['2 foreignSite USC'])
    expect(faults('Edificio\nBloque 9', own, false)).toEqual(['2 noSite Bloque 9'])
  })
})

describe('a sheet with a space in each row', () => {
  it('is read in any order of rows', () => {
    expect(
      shown(
        'Nombre;Tipo;Dentro de;m²\nSala 9;Sala;Piso 9;12,5\nPiso 9;piso;Bloque 9;\nBloque 9;Edificio;;\nLab;laboratorio;USC / Bloque 2 / Piso 1;',
      ),
    ).toEqual([
      'make room USC/Bloque 9/Piso 9/Sala 9 12.5',
      'make floor USC/Bloque 9/Piso 9 ',
      'make building USC/Bloque 9 ',
      'make room USC/Bloque 2/Piso 1/Lab ',
    ])
  })

  it('leaves what is there, in English', () => {
    expect(
      shown('name,kind,inside,m2\nUSC,site,,\nBloque 1,building,USC,900\nSala 101,room,Bloque 1 / Piso 1,41'),
    ).toEqual([
      'same site USC ',
      'same building USC/Bloque 1 900',
      'update room USC/Bloque 1/Piso 1/Sala 101 41',
    ])
  })

  it('names what is wrong', () => {
    const text =
      'Nombre;Tipo;Dentro de;m2\n;sala;;\nA;cueva;;\nB;sala;Bloque 8;\n' +
      'C;sala;Piso 1;\nD;edificio;Bloque 1;\nBloque 1;sala;USC;\nE;sala;Bloque 1;1,2,3\nF;sala;Bloque 2;\nf;sala;bloque 2;'
    expect(faults(text)).toEqual([
      '2 noName ',
      '3 unknownKind cueva',
      '4 noParent Bloque 8',
      '5 twoParents Piso 1',
      '6 notInside Bloque 1',
      '7 otherKind Bloque 1',
      '8 badArea 1,2,3',
      '10 repeated f',
    ])
  })

  it('may have a slash in a name', () => {
    expect(faults('Nombre;Tipo;Dentro de\nX;sala;Sala 1/2\nSala 1/2;piso;Bloque 1')).toEqual([])
  })
})

describe('the faults of a sheet', () => {
  it('stand together by kind', () => {
    const groups = faultGroups(plan('Sala;m2\nA;x\n;1\nB;y').faults)
    expect(groups.map(([kind, list]) => [kind, list.map((one) => one.line)])).toEqual([
      ['badArea', [2, 4]],
      ['noName', [3]],
    ])
  })

  it('say so where no column is known, or nothing is there yet', () => {
    expect(faults('Foo;Bar\n1;2')).toEqual(['1 noColumns Foo · Bar'])
    expect(plan('')).toEqual({ list: [], faults: [] })
  })
})
