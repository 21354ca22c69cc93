// The server's calls, typed from its own document.
import createClient from 'openapi-fetch'
import type { paths } from '../api'
import { t } from '../i18n/i18n.svelte'
import { refresh, token } from './session.svelte'

export const api = createClient<paths>({
  baseUrl: '',
  querySerializer: { array: { style: 'form', explode: false } },
})

api.use({
  async onRequest({ request }) {
    request.headers.set('Authorization', `Bearer ${await token()}`)
    request.headers.set('Accept-Language', document.documentElement.lang)
    return request
  },
  async onResponse({ request, response }) {
    if (response.status !== 401 || !(await refresh())) return response
    const again = new Request(request.url, { method: request.method, headers: request.headers })
    again.headers.set('Authorization', `Bearer ${await token()}`)
    return request.method === 'GET' ? fetch(again) : response
  },
})

export type Problem = {
  title: string
  detail: string
  request_id: string
  errors?: { field: string; message: string }[] | null
}

/** A failure in words, with the id under which the log tells more. */
export class Failure extends Error {
  constructor(public problem: Problem) {
    super(problem.detail)
  }
}

/** The data of an answer, of those that are JSON; throws Failure. */
export async function ask<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Exclude<T, string>> {
  let answer
  try {
    answer = await call
  } catch {
    throw new Failure({
      title: '',
      detail: t('common.noAnswer'),
      request_id: '',
    })
  }
  if (answer.error !== undefined) throw new Failure(answer.error as Problem)
  return answer.data as Exclude<T, string>
}

/** Saves what a call gives as a file, with the caller's right. */
export async function download(path: string, name: string) {
  const answer = await fetch(path, {
    headers: { Authorization: `Bearer ${await token()}`, 'Accept-Language': document.documentElement.lang },
  })
  if (!answer.ok) throw new Failure((await answer.json()) as Problem)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
