// Numbers as spreadsheets write them in Spanish and in English.
import type { Separator } from './sheet'

export type Mark = ',' | '.'

/**
 * The mark before the decimals in a column. A cell with only one mark and three digits after it, such as 1.234, says nothing; then
 * the sheet's separator decides, as spreadsheets that write commas in numbers put semicolons between cells.
 */
export function decimalMark(cells: string[], separator: Separator): Mark {
  for (const cell of cells) {
    const marks = cell.match(/[.,]/g) ?? []
    const last = marks.at(-1) as Mark | undefined
    if (!last) continue
    if (new Set(marks).size === 2) return last
    if (marks.length > 1) return last === '.' ? ',' : '.'
    if (!/^\D*[1-9]\d{0,2}[.,]\d{3}\D*$/.test(cell)) return last
  }
  return separator === ',' ? '.' : ','
}

/** The number in a cell, also with a unit after it or marks between thousands; null if there is none, NaN if it is no number. */
export function decimal(cell: string, mark: Mark): number | null {
  const text = cell.replace(/\s|m²|m2/gi, '')
  if (text === '') return null
  const grouped = mark === ',' ? /^-?\d{1,3}(\.\d{3})+(,\d+)?$/ : /^-?\d{1,3}(,\d{3})+(\.\d+)?$/
  const bare = mark === ',' ? /^-?\d+(,\d+)?$/ : /^-?\d+(\.\d+)?$/
  if (!grouped.test(text) && !bare.test(text)) return NaN
  return Number(text.replaceAll(mark === ',' ? '.' : ',', '').replace(mark, '.'))
}
