import { describe, expect, it } from 'vitest'
import type { Device, Space } from '../../../server/places.svelte'
import { exampleSheet, readDevices } from './deviceSheet'
import { parentsFirst } from './parentsFirst'
import { refusedFaults } from './refusals'
import { findSpaces, kindOf } from './sheetWords'

const space = (id: string, name: string, parent_id: string | null = null) =>
  ({ id, name, parent_id, kind: parent_id ? 'building' : 'site' }) as Space
const spaces = [
  space('sp_s', 'Universidad'),
  space('sp_4', 'Bloque 4', 'sp_s'),
  space('sp_5', 'Bloque 5', 'sp_s'),
  space('sp_41', 'Piso 1', 'sp_4'),
  space('sp_51', 'Piso 1', 'sp_5'),
]
const known = [{ id: 'm4', name: 'Medidor Bloque 4' } as Device]
const read = (...lines: string[]) => readDevices(lines.join('\n'), spaces, known)

describe('a list of devices', () => {
  it('is read in Spanish and in English, with numbers as spreadsheets write them', () => {
    const wanted = {
      id: 'ac-1',
      name: 'Aire',
      kind: 'ac',
      space_id: 'sp_51',
      parent_id: 'm4',
      rated_w: 3500.5,
    }
    const { ready, faults, isUnderstood } = read(
      'Id;Nombre;Tipo;Espacio;Está detrás de;Potencia nominal (W)',
      'ac-1;Aire;Aire acondicionado;Bloque 5 / Piso 1;Medidor Bloque 4;3.500,5',
    )
    expect([faults, isUnderstood]).toEqual([[], true])
    expect(ready).toEqual([{ ...wanted, line: 2 }])
    expect(
      read('id,name,kind,space,parent,rated_w,mqtt_topic', 'ac-1,Aire,ac,sp_51,m4,3500.5,tele/a').ready,
    ).toEqual([{ ...wanted, mqtt_topic: 'tele/a', line: 2 }])
  })

  it('needs a name and a space, and takes a meter', () => {
    expect(read('nombre;sala', 'Medidor Bloque 5;bloque 5').ready).toEqual([
      { id: 'medidor-bloque-5', name: 'Medidor Bloque 5', kind: 'meter', space_id: 'sp_5', line: 2 },
    ])
    expect(read('medidor;consumo', 'a;1').isUnderstood).toBe(false)
  })

  it('groups what is wrong', () => {
    const { ready, faults } = read(
      'id;espacio;tipo;detrás de;potencia',
      'a;Bloque 9;;;',
      'b;Bloque 9;;;',
      'c;Bloque 10;;;',
      'd;Bloque 9;;;',
      'e;;;;',
      'f;Piso 1;;;',
      'g;Bloque 4;nave;;',
      'h;Bloque 4;;nadie;',
      'i;Bloque 4;;a;',
      'j k;Bloque 4;;;',
      'l;Bloque 4;;;mucha',
      'm;Bloque 4;;;5',
      'm;Bloque 4;;;5',
    )
    expect(ready.map((one) => one.id)).toEqual(['m'])
    expect(faults.map(({ code, rows, lines, values }) => [code, rows, lines, values])).toEqual([
      ['unknown_space', 4, [2, 3, 4], ['Bloque 9', 'Bloque 10']],
      ['no_space', 1, [6], []],
      ['ambiguous_space', 1, [7], ['Piso 1']],
      ['unknown_kind', 1, [8], ['nave']],
      ['unknown_parent', 2, [9, 10], ['nadie', 'a']],
      ['bad_id', 1, [11], ['j k']],
      ['bad_number', 1, [12], ['mucha']],
      ['repeated_id', 1, [14], ['m']],
    ])
  })

  it('makes meters before what is behind them, and nothing that is there already', () => {
    const { ready, existing } = read(
      'id;espacio;detrás de',
      'c;Bloque 4;b',
      'm4;Bloque 4;',
      'b;Bloque 4;a',
      'a;Bloque 4;m4',
    )
    expect(ready.map((one) => one.id)).toEqual(['a', 'b', 'c'])
    expect(existing).toBe(1)
    expect(read('id;espacio;detrás de', 'x;Bloque 4;y', 'y;Bloque 4;x').faults[0].code).toBe('unknown_parent')
  })

  it('has an example that is understood', () => {
    for (const isSpanish of [true, false]) {
      const { ready, faults } = readDevices(exampleSheet(spaces, isSpanish), spaces, [])
      expect([faults, ready.length, ready[1].parent_id === ready[0].id]).toEqual([[], 2, true])
    }
  })
})

it('knows kinds and spaces by the words that people use', () => {
  expect(['Contador', 'AIRE', 'lighting', 'Televisor', 'nave'].map(kindOf)).toEqual([
    'meter',
    'ac',
    'lighting',
    'tv',
    undefined,
  ])
  const ids = (text: string) => findSpaces(spaces, text).map((one) => one.id)
  expect(ids('Universidad > Bloque 4 > Piso 1')).toEqual(['sp_41'])
  expect(ids('Universidad / Piso 1')).toEqual(['sp_41', 'sp_51'])
  expect(ids('Bloque 6 / Piso 1')).toEqual([])
})

it('orders devices by what they are behind', () => {
  const { ordered, orphans } = parentsFirst(
    [{ id: 'b', parent_id: 'a' }, { id: 'a' }, { id: 'd', parent_id: 'x' }, { id: 'e', parent_id: 'd' }],
    new Set(),
  )
  expect([ordered.map((one) => one.id), orphans.map((one) => one.id)]).toEqual([
    ['a', 'b'],
    ['d', 'e'],
  ])
})

it('groups what the server refused', () => {
  const problem = (message: string) => ({
    title: '',
    detail: 'No',
    request_id: '',
    errors: [{ field: 'mqtt_topic', message }],
  })
  expect(
    refusedFaults([
      { line: 2, problem: problem('ya existe'), text: '' },
      { line: 3, problem: problem('ya existe'), text: '' },
      { line: 4, problem: null, text: 'sin red' },
    ]).map(({ field, message, rows, lines }) => [field, message, rows, lines]),
  ).toEqual([
    ['mqtt_topic', 'ya existe', 2, [2, 3]],
    ['', 'sin red', 1, [4]],
  ])
})
