import { describe, expect, it } from 'vitest'
import { columnsOf, plainWord } from './columns'
import { decimal, decimalMark } from './decimal'
import { parseSheet } from './sheet'

const cells = (text: string) => parseSheet(text).rows.map((row) => row.cells)

describe('a sheet', () => {
  it('has the separator of its first line', () => {
    for (const [separator, text] of [
      ['\t', 'a, b\tc;d\n1,5\t2'],
      [';', 'a, b;c\n1,5;2'],
      [',', 'a,"b;;;"\n1.5,2'],
      [',', 'a\n1'],
      [';', '\n\na;b\n1;2'],
      [',', 'sep=,\na;b,c\n1,2'],
    ])
      expect(parseSheet(text).separator, text).toBe(separator)
  })

  it('has lines that end in any way, and counts them', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(parseSheet(['a;b', '1;2', '', '3;4', ''].join(end)).rows, JSON.stringify(end)).toEqual([
        { line: 2, cells: ['1', '2'] },
        { line: 4, cells: ['3', '4'] },
      ])
    expect(parseSheet('sep=;\r\na;b\r\n"x\r\ny";2\r\n3;4').rows).toEqual([
      { line: 3, cells: ['x\r\ny', '2'] },
      { line: 5, cells: ['3', '4'] },
    ])
  })

  it('reads quotes as spreadsheets write them, and leaves others', () => {
    expect(cells('a,b\n"1,5","say ""hi"""')).toEqual([['1,5', 'say "hi"']])
    expect(cells('a,b\nTV 42",x\n"42" TV,y\n"open,z')).toEqual([
      ['TV 42"', 'x'],
      ['"42" TV', 'y'],
      ['"open', 'z'],
    ])
    expect(cells('a,b\n"1" ,2')).toEqual([['1', '2']])
  })

  it('has no byte order mark, no spaces around cells, no empty lines, and rows as wide as the header', () => {
    const sheet = parseSheet('\uFEFFa ;\u00A0b;;\n1\n;;;\n  \n1;2;3;4')
    expect(sheet.header).toEqual(['a', 'b'])
    expect(sheet.rows.map((row) => row.cells)).toEqual([
      ['1', ''],
      ['1', '2'],
    ])
  })

  it('may be empty', () => {
    expect(parseSheet('')).toEqual({ header: [], rows: [], separator: ',' })
    expect(parseSheet('a;b')).toEqual({ header: ['a', 'b'], rows: [], separator: ';' })
  })

  it('takes a long text in little time', () => {
    const text = 'a;b\n' + '"x";"y ""z"""\n'.repeat(100_000)
    expect(parseSheet(text).rows.length).toBe(100_000)
  })
})

describe('the columns of a sheet', () => {
  it('are found by name in any case, with accents and units', () => {
    const names = { area: ['area', 'm2', 'm²'], name: ['nombre', 'name'], kind: ['tipo'] }
    expect(columnsOf([' NOMBRE ', 'Área (m²)'], names)).toEqual({ name: 0, area: 1, kind: -1 })
    expect(columnsOf(['m²'], names).area).toBe(0)
    expect(plainWord('Está_dentro-de:')).toBe('esta dentro de')
  })
})

describe('a number in a sheet', () => {
  it('has the decimal mark of its column, or else of the sheet', () => {
    expect(decimalMark(['1.234', '85,5'], ';')).toBe(',')
    expect(decimalMark(['1,234', '85.5'], '\t')).toBe('.')
    expect(decimalMark(['1.234,5'], ',')).toBe(',')
    expect(decimalMark(['1.234.567'], '\t')).toBe(',')
    expect(decimalMark(['0.125'], '\t')).toBe('.')
    expect(decimalMark(['1.234'], ',')).toBe('.')
    expect(decimalMark(['1.234', ''], ';')).toBe(',')
  })

  it('is read with marks between thousands and its unit', () => {
    expect(decimal('1.234,5', ',')).toBe(1234.5)
    expect(decimal('1 234,5 m²', ',')).toBe(1234.5)
    expect(decimal('1,234.5', '.')).toBe(1234.5)
    expect(decimal('-3', ',')).toBe(-3)
    expect(decimal(' ', ',')).toBeNull()
    for (const text of ['grande', '1,2,3', '12.34', '1e5', '3-4']) expect(decimal(text, ','), text).toBeNaN()
  })
})
