// The header of a file of readings, as the server reads it.
import { parseSheet } from '../../../sheet/sheet'

export const quantityColumns = ['kwh', 'register_kwh', 'power_w', 'kvarh', 'register_kvarh'] as const
const timeColumns = ['timestamp', 'age_s']
const known = ['device_id', ...timeColumns, 'interval_s', ...quantityColumns]

export type Header = { found: string[]; unknown: string[]; missing: ('device_id' | 'timestamp' | 'kwh')[] }

/** What a header has that is not understood, and what it lacks. */
export function headerOf(beginning: string): Header {
  const found = parseSheet(beginning).header
  const names = found.map((name) => name.trim().toLowerCase())
  const has = (columns: readonly string[]) => columns.some((column) => names.includes(column))
  const missing: Header['missing'] = []
  if (!has(['device_id'])) missing.push('device_id')
  if (!has(timeColumns)) missing.push('timestamp')
  if (!has(quantityColumns)) missing.push('kwh')
  return { found, unknown: found.filter((_, i) => !known.includes(names[i])), missing }
}

/** A file that the server accepts, with two hours of two meters that end at an instant. */
export function exampleFile(end: Date): string {
  const hour = 3_600_000
  const last = Math.floor(end.getTime() / hour) * hour
  const at = (hoursAgo: number) => `${new Date(last - hoursAgo * hour).toISOString().slice(0, 19)}Z`
  const rows = ['medidor-1', 'medidor-2'].flatMap((id, i) => [
    `${id},${at(1)},${12.5 + i},3600`,
    `${id},${at(0)},${13.1 + i},3600`,
  ])
  return ['device_id,timestamp,kwh,interval_s', ...rows, ''].join('\n')
}
