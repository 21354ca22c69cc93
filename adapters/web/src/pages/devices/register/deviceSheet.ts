// A list of devices as a sheet: which of its rows can be made, which are there already, and what is wrong with the others.
import type { Device, Space } from '../../../server/places.svelte'
import { columnsOf, plainWord } from '../../../sheet/columns'
import { decimal, decimalMark } from '../../../sheet/decimal'
import { parseSheet, type Row } from '../../../sheet/sheet'
import { proposedId, type NewDevice } from '../form/deviceDraft'
import { parentsFirst } from './parentsFirst'
import { kindOf, findSpaces } from './sheetWords'

export type SheetCode =
  | 'no_id'
  | 'bad_id'
  | 'repeated_id'
  | 'no_space'
  | 'unknown_space'
  | 'ambiguous_space'
  | 'unknown_kind'
  | 'unknown_parent'
  | 'bad_number'

/** Rows with the same fault: what stands in their cells, each once, and the first of their lines. */
export type SheetFault = { code: SheetCode; rows: number; lines: number[]; values: string[] }

export type ReadyDevice = NewDevice & { line: number }

export type DeviceSheet = {
  ready: ReadyDevice[]
  existing: number
  faults: SheetFault[]
  header: string[]
  /** Whether there is a column for the name or the id, and one for the space. */
  isUnderstood: boolean
}

const headings = {
  id: ['id', 'identificador', 'codigo', 'code', 'device id', 'identifier'],
  name: ['name', 'nombre', 'dispositivo', 'device'],
  kind: ['kind', 'tipo', 'clase', 'type'],
  space: ['space', 'espacio', 'sala', 'room', 'edificio', 'building', 'ubicacion', 'location', 'space id'],
  parent: ['parent', 'parent id', 'detras de', 'esta detras de', 'medidor', 'behind', 'is behind', 'meter'],
  rated_w: [
    'rated w',
    'potencia nominal',
    'potencia nominal w',
    'potencia',
    'potencia w',
    'rated power',
    'power',
  ],
  standby_w: [
    'standby w',
    'potencia en espera',
    'potencia en espera w',
    'en espera',
    'standby power',
    'standby',
  ],
  interval_s: [
    'interval s',
    'intervalo',
    'intervalo s',
    'intervalo de reporte',
    'interval',
    'reporting interval',
  ],
  mqtt_topic: ['mqtt topic', 'tema mqtt', 'topico mqtt', 'topic', 'tema', 'topico'],
} as const
const numbers = ['rated_w', 'standby_w', 'interval_s'] as const
const maxValues = 5
const maxLines = 3

export function readDevices(text: string, spaces: Space[], devices: Device[]): DeviceSheet {
  const sheet = parseSheet(text)
  const column = columnsOf(sheet.header, headings)
  const cell = (row: Row, field: keyof typeof headings) => row.cells[column[field]] ?? ''
  const faults: SheetFault[] = []
  const known = new Set(devices.map((device) => device.id))
  const marks = Object.fromEntries(
    numbers.map((field) => [
      field,
      decimalMark(
        sheet.rows.map((row) => cell(row, field)),
        sheet.separator,
      ),
    ]),
  )

  let isBlamed = false
  function blame(code: SheetCode, line: number, value = '') {
    isBlamed = true
    let fault = faults.find((one) => one.code === code)
    if (!fault) faults.push((fault = { code, rows: 0, lines: [], values: [] }))
    fault.rows++
    if (fault.lines.length < maxLines) fault.lines.push(line)
    if (value && fault.values.length < maxValues && !fault.values.includes(value)) fault.values.push(value)
  }

  const idOf = (row: Row) => cell(row, 'id') || proposedId(cell(row, 'name'))
  const ids = new Set(sheet.rows.map(idOf))
  const idByName = new Map([
    ...sheet.rows.map((row): [string, string] => [plainWord(cell(row, 'name')), idOf(row)]),
    ...devices.map((device): [string, string] => [plainWord(device.name), device.id]),
  ])
  const parentOf = (written: string) =>
    known.has(written) || ids.has(written) ? written : idByName.get(plainWord(written))

  const taken = new Set<string>()
  let existing = 0

  function read(row: Row): ReadyDevice[] {
    const { line } = row
    const id = idOf(row)
    if (known.has(id)) {
      existing++
      return []
    }
    isBlamed = false
    if (!id) blame('no_id', line)
    else if (!/^[A-Za-z0-9._:-]{1,64}$/.test(id)) blame('bad_id', line, id)
    else if (taken.has(id)) blame('repeated_id', line, id)
    taken.add(id)
    const space = cell(row, 'space')
    const found = findSpaces(spaces, space)
    if (!space) blame('no_space', line)
    else if (found.length !== 1) blame(found.length ? 'ambiguous_space' : 'unknown_space', line, space)
    const kind = kindOf(cell(row, 'kind') || 'meter')
    if (!kind) blame('unknown_kind', line, cell(row, 'kind'))
    const parent = cell(row, 'parent')
    const parent_id = parent && parentOf(parent)
    if (parent && (!parent_id || parent_id === id)) blame('unknown_parent', line, parent)
    const device: ReadyDevice = { line, id, kind: kind ?? 'meter', space_id: found[0]?.id ?? '' }
    if (cell(row, 'name')) device.name = cell(row, 'name')
    if (parent_id) device.parent_id = parent_id
    if (cell(row, 'mqtt_topic')) device.mqtt_topic = cell(row, 'mqtt_topic')
    for (const field of numbers) {
      const value = decimal(cell(row, field), marks[field])
      if (Number.isNaN(value) || (value ?? 0) < 0) blame('bad_number', line, cell(row, field))
      else if (value) device[field] = value
    }
    return isBlamed ? [] : [device]
  }

  const { ordered, orphans } = parentsFirst(sheet.rows.flatMap(read), known)
  for (const { line, parent_id } of orphans) blame('unknown_parent', line, parent_id ?? '')
  const isUnderstood = (column.id >= 0 || column.name >= 0) && column.space >= 0
  return { ready: ordered, existing, faults, header: sheet.header, isUnderstood }
}

/** A sheet that is understood, with a meter and a device behind it in the reader's own spaces. */
export function exampleSheet(spaces: Space[], isSpanish: boolean): string {
  const space = spaces.find((one) => one.kind === 'building') ?? spaces[0]
  const quoted = (text: string) => (/[;"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const place = quoted(space?.name ?? (isSpanish ? 'Bloque 1' : 'Building 1'))
  const lines = isSpanish
    ? [
        'id;nombre;tipo;espacio;detrás de;potencia nominal;en espera;intervalo;tema mqtt',
        `medidor-1;Medidor ${space?.name ?? 'Bloque 1'};medidor;${place};;;;900;`,
        `aire-1;Aire acondicionado 1;aire acondicionado;${place};medidor-1;3500;20;;tele/aire-1`,
      ]
    : [
        'id;name;kind;space;parent;rated_w;standby_w;interval_s;mqtt_topic',
        `meter-1;Meter ${space?.name ?? 'Building 1'};meter;${place};;;;900;`,
        `ac-1;Air conditioner 1;ac;${place};meter-1;3500;20;;tele/ac-1`,
      ]
  return [...lines, ''].join('\r\n')
}
