// The recommendations as a reader works through them.
import { api, ask, type Answer, type Query } from '../../server/client'

export type AdviceAnswer = Answer<'/api/recomendaciones'>
export type Recommendation = NonNullable<AdviceAnswer['recomendaciones']>[number]
export type Status = NonNullable<Query<'/api/recomendaciones'>['status']>
export type Decision = 'accepted' | 'dismissed' | 'done' | 'open'

/** Whether a comment can be added: it is sent with the status, and these are the reader's to set. */
export const mayComment = (status: string): status is Decision =>
  ['open', 'accepted', 'dismissed', 'done'].includes(status)

/** The status to return to by the undo of a decision; undefined where that would not be exactly what was before. */
export function undoOf(before: string, after: Decision): Decision | undefined {
  if (after !== 'open') return 'open' // takes the last step back
  return before === 'accepted' || before === 'dismissed' ? before : undefined
}

export const statuses = [
  'open',
  'accepted',
  'done',
  'verified',
  'dismissed',
  'ended',
] as const satisfies Status[]

/** The recommendations of a status; of all that are neither dismissed nor ended without one. */
export const loadAdvice = (status?: Status): Promise<AdviceAnswer> =>
  ask(api.GET('/api/recomendaciones', { params: { query: { limit: 200, status } } }))

/** An answer with the recommendation that a link leads to, first where it is ended or dismissed and so in no list. */
export async function withLinked(answer: AdviceAnswer, id: string): Promise<AdviceAnswer> {
  const listed = answer.recomendaciones ?? []
  if (listed.some((one) => one.id === id)) return answer
  for (const status of ['ended', 'dismissed'] as const) {
    const linked = ((await loadAdvice(status)).recomendaciones ?? []).find((one) => one.id === id)
    if (linked) return { ...answer, recomendaciones: [linked, ...listed] }
  }
  return answer
}

/**
 * What is loaded, in the order of what is shown: a card that was decided on stays where it was, even if it no longer
 * has the status that is shown; new ones come last.
 */
export function inShownOrder<T extends { id: string }>(
  shown: T[],
  loaded: T[],
  decided: readonly string[],
): T[] {
  const kept = shown.flatMap((old) => {
    const current = loaded.find((one) => one.id === old.id)
    return current ?? (decided.includes(old.id) ? old : [])
  })
  return [...kept, ...loaded.filter((one) => !kept.some((old) => old.id === one.id))]
}
