// A file of readings: checked by the server first, then sent.
import { t } from '../../i18n/i18n.svelte'
import { Failure, type Problem } from '../../server/client'
import { token } from '../../server/session.svelte'

export type LineError = { line: number; field: string; message: string }
export type Review = { received: number; good: number; rejected: number; errors: LineError[] | null }
export type Sent = {
  received: number
  inserted: number
  duplicates: number
  rejected: number
  errors: LineError[] | null
}

export const review = (csv: string) => post<Review>('/consumo/lote/revision', csv)
export const send = (csv: string) => post<Sent>('/consumo/lote', csv)

async function post<T extends { received: number }>(path: string, csv: string): Promise<T> {
  const headers = {
    Authorization: `Bearer ${await token()}`,
    'Content-Type': 'text/csv',
    'Accept-Language': document.documentElement.lang,
  }
  let status: number
  let content: T | Problem
  try {
    const answer = await fetch(path, { method: 'POST', headers, body: csv })
    status = answer.status
    content = await answer.json()
  } catch {
    throw new Error(t('upload.noAnswer')) // the network failed, or a proxy answered in place of the server
  }
  if (status >= 400 && !('received' in content)) throw new Failure(content as Problem)
  return content as T
}

/** The errors of each line of the file. */
export function errorsByLine(errors: LineError[] | null | undefined): [line: number, errors: LineError[]][] {
  const lines = new Map<number, LineError[]>()
  for (const error of errors ?? []) lines.set(error.line, [...(lines.get(error.line) ?? []), error])
  return [...lines]
}
