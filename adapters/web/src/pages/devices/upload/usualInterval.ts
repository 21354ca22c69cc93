// How long the intervals of a file's readings are, where the file does not say it.
import { parseSheet } from '../../../sheet/sheet'

/** A file's time as a number of seconds that can be compared with others of the file; NaN if it is none. */
function seconds(text: string): number {
  const sheet = /^(\d{1,2})\/(\d{1,2})\/(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (!sheet) return Date.parse(text.replace(' ', 'T')) / 1000
  const [day, month, year, hour, minute, second] = sheet.slice(1).map((part) => Number(part ?? 0))
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}

/**
 * The most frequent step between two readings of energy of one device, s; null if the file states the intervals, or has no
 * energy per interval.
 */
export function usualInterval(beginning: string): number | null {
  const { header, rows } = parseSheet(beginning)
  const column = (name: string) => header.findIndex((one) => one.toLowerCase() === name)
  const [device, time] = [column('device_id'), column('timestamp')]
  if (device < 0 || time < 0 || column('interval_s') >= 0) return null
  if (column('kwh') < 0 && column('kvarh') < 0) return null
  const last = new Map<string, number>()
  const steps = new Map<number, number>()
  for (const { cells } of rows) {
    const at = seconds(cells[time])
    const step = Math.abs(at - (last.get(cells[device]) ?? NaN))
    if (step > 0 && step <= 86_400) steps.set(step, (steps.get(step) ?? 0) + 1)
    last.set(cells[device], at)
  }
  const [step] = [...steps].sort(([, a], [, b]) => b - a)[0] ?? [null]
  return step
}
