// The server's calls, typed from its own document.
import createClient from 'openapi-fetch'
import type { paths } from '../api'
import { t } from '../i18n/i18n.svelte'
import { refresh, requireFactor, token } from './session.svelte'

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

/** What a GET at an address returns. */
export type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Content } } } }
}
  ? Exclude<Content, Rows>
  : never

/** Rows for other programs (format=flat), which no page asks for. */
type Rows = readonly unknown[]

/** What is sent to an address. */
export type Body<Path extends keyof paths, Method extends 'post' | 'put' | 'patch'> =
  Exclude<paths[Path][Method], undefined> extends {
    requestBody?: { content: { 'application/json': infer Content } }
  }
    ? Content
    : never

/** What a GET at an address is asked with. */
export type Query<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Asked } }
}
  ? NonNullable<Asked>
  : never

export type Problem = {
  title: string
  detail: string
  request_id: string
  code?: string
  errors?: { field: string; message: string }[] | null
}

/** A failure in words, with the id under which the server's log has the cause. */
export class Failure extends Error {
  constructor(public problem: Problem) {
    super(problem.detail)
  }
}

type Called<T> = { data?: T; error?: unknown; response: Response }

/** The data of an answer, if it is JSON; throws Failure. */
export async function ask<T>(call: Promise<Called<T>>): Promise<Exclude<T, string | Rows>> {
  let answer
  try {
    answer = await call
  } catch {
    throw new Failure({ title: '', detail: t('common.noAnswer'), request_id: '' })
  }
  if (answer.error !== undefined) {
    const problem = answer.error as Problem
    if (problem.code === 'second_factor_setup_required') requireFactor()
    throw new Failure(problem)
  }
  return answer.data as Exclude<T, string | Rows>
}

/** Saves the answer of a call as a file, with the reader's rights. */
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
