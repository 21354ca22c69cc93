// What is wrong with a file, each fault once, with what to do about it.

/** Rows with the same error in the same field; lines has the first of them, counted from 1. */
export type Fault = { field: string; code: string; message: string; rows: number; lines: number[] }

/** A fault with what to do about it. */
export type Remedied = Fault & {
  title: string
  remedy: string
  action?: { text: string; href?: string; onact?: () => void }
}

export const remedies = [
  'unknown_device',
  'device_id',
  'timestamp',
  'future',
  'too_old',
  'out_of_reach',
  'overlapping',
  'conflicting',
  'impossible',
  'negative',
  'quantity',
  'number',
  'decimal_mark',
  'columns',
  'cut',
  'header',
  'other',
] as const
export type Remedy = (typeof remedies)[number]

const byCode: Record<string, Remedy> = {
  future: 'future',
  too_old: 'too_old',
  forgotten: 'too_old',
  out_of_reach: 'out_of_reach',
  overlapping: 'overlapping',
  conflicting_reading: 'conflicting',
  impossible_use: 'impossible',
  negative: 'negative',
  exactly_one: 'quantity',
  number: 'number',
  ambiguous_point: 'decimal_mark',
  unknown: 'header',
  duplicate: 'header',
}

/** What to do about a fault of a file of readings. */
export function remedyOf({ field, code }: Pick<Fault, 'field' | 'code'>): Remedy {
  if (field === 'device_id') return code === 'no_such' ? 'unknown_device' : 'device_id'
  if (field === 'header') return 'header'
  if (field === 'row') return 'columns'
  if (field === 'body') return 'cut'
  return byCode[code] ?? (field === 'timestamp' ? 'timestamp' : 'other')
}
