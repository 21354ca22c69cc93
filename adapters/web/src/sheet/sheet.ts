// A table that was pasted from a spreadsheet, or read from a CSV or TSV file.

export type Separator = '\t' | ';' | ','

/** line is where the row begins in the text, counted from 1; cells are as many as the header has. */
export type Row = { line: number; cells: string[] }

export type Sheet = { header: string[]; rows: Row[]; separator: Separator }

/**
 * The first line that is not empty is the header. Lines may end in LF, CRLF or CR; cells may be quoted as spreadsheets do, with
 * separators, quotes and line ends in them; spaces around a cell do not count. Empty lines are left out.
 */
export function parseSheet(text: string): Sheet {
  const { separator, start, line } = preamble(text)
  const rows = rowsOf(text, separator, start, line).filter((row) => row.cells.some((cell) => cell !== ''))
  const header = rows.shift()?.cells ?? []
  while (header.at(-1) === '') header.pop()
  const width = header.length
  const fitted = rows.map((row) => ({
    ...row,
    cells: Array.from({ length: width }, (_, i) => row.cells[i] ?? ''),
  }))
  return { header, rows: fitted, separator }
}

/** Spreadsheets may begin a file with a byte order mark, and with a line that names the separator, such as `sep=;`. */
function preamble(text: string): { separator: Separator; start: number; line: number } {
  const bom = text.startsWith('\uFEFF') ? 1 : 0
  const named = /^sep=([\t;,])(\r\n|\n|\r)/.exec(text.slice(bom))
  if (named) return { separator: named[1] as Separator, start: bom + named[0].length, line: 2 }
  return { separator: separatorOf(text.slice(bom)), start: bom, line: 1 }
}

/** The separator that the first line with text has most of, outside quotes; a tab if it has one. */
function separatorOf(text: string): Separator {
  const first = text.split(/\r\n|\n|\r/).find((one) => one.trim() !== '') ?? ''
  const bare = first.replace(/"(?:[^"]|"")*"/g, '')
  const count = (separator: string) => bare.split(separator).length - 1
  if (count('\t')) return '\t'
  return count(';') >= count(',') && count(';') ? ';' : ','
}

const quoted = /"((?:[^"]|"")*)"[^\S\r\n\t]*/y

function rowsOf(text: string, separator: Separator, start: number, firstLine: number): Row[] {
  const plain = new RegExp(`[^${separator}\\r\\n]*`, 'y')
  const end = new RegExp(`${separator}|\\r\\n|\\n|\\r|$`, 'y')
  const rows: Row[] = []
  let row: Row = { line: firstLine, cells: [] }
  let line = firstLine
  for (let at = start; ;) {
    const [cell, after] = quotedCell(text, at, end) ?? plainCell(text, at, plain)
    row.cells.push(cell.replaceAll('\u00A0', ' ').trim())
    line += text.slice(at, after).match(/\r\n|\n|\r/g)?.length ?? 0
    end.lastIndex = after
    const stop = end.exec(text)?.[0] ?? ''
    at = after + stop.length
    if (stop === separator) continue
    rows.push(row)
    if (stop === '') return rows
    row = { line: ++line, cells: [] }
  }
}

/** A cell in quotes, up to a separator or a line's end; null if the quotes are part of the text, such as inches. */
function quotedCell(text: string, at: number, end: RegExp): [cell: string, after: number] | null {
  quoted.lastIndex = at
  const found = quoted.exec(text)
  if (!found) return null
  end.lastIndex = quoted.lastIndex
  return end.test(text) ? [found[1].replaceAll('""', '"'), at + found[0].length] : null
}

function plainCell(text: string, at: number, plain: RegExp): [cell: string, after: number] {
  plain.lastIndex = at
  const cell = plain.exec(text)?.[0] ?? ''
  return [cell, at + cell.length]
}
