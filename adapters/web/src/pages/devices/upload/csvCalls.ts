// A file of readings: checked by the server first, then sent. The file goes as it is, and is never read into the page as a whole.
import { t } from '../../../i18n/i18n.svelte'
import { Failure, type Problem } from '../../../server/client'
import { token } from '../../../server/session.svelte'
import type { Fault } from '../faults/faults'

export type UnknownDevice = { id: string; rows: number }
type Grouped = { rejected: number; faults?: Fault[] | null; unknown_devices?: UnknownDevice[] | null }
export type Review = Grouped & { received: number; good: number }
export type Sent = Grouped & { received: number; inserted: number; duplicates: number }

/** How much of the file has been sent, 0–1. */
type Progress = (share: number) => void

export const review = (file: Blob, progress: Progress) =>
  post<Review>('/consumo/lote/revision', file, progress)
export const send = (file: Blob, progress: Progress) => post<Sent>('/consumo/lote', file, progress)

async function post<T extends { received: number }>(
  path: string,
  file: Blob,
  progress: Progress,
): Promise<T> {
  const { status, text } = await upload(path, file, await token(), progress)
  let content: T | Problem
  try {
    content = JSON.parse(text) as T | Problem
  } catch {
    throw new Error(t('upload.noAnswer')) // a proxy answered in place of the server
  }
  if (status >= 400 && !('received' in content)) throw new Failure(content as Problem)
  return content as T
}

/** Only XMLHttpRequest tells how far the sending is. */
function upload(path: string, file: Blob, bearer: string, progress: Progress) {
  return new Promise<{ status: number; text: string }>((done, failed) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('Authorization', `Bearer ${bearer}`)
    request.setRequestHeader('Content-Type', 'text/csv')
    request.setRequestHeader('Accept-Language', document.documentElement.lang)
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0)
    request.onload = () => done({ status: request.status, text: request.responseText })
    request.onerror = request.onabort = () => failed(new Error(t('upload.noAnswer')))
    request.send(file)
  })
}
