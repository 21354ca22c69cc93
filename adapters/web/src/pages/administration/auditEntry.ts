// What an entry of the audit is about.
import type { Answer } from '../../server/client'

export type AuditLine = NonNullable<Answer<'/auth/auditoria'>['items']>[number]
export type TargetKind = 'space' | 'device' | 'tariff' | 'calendar' | 'advice' | 'scenario' | 'user' | 'key'
export type Target = { kind: TargetKind; id: string }

const kindOfPath: Record<string, TargetKind> = {
  espacios: 'space',
  dispositivos: 'device',
  tarifas: 'tariff',
  calendarios: 'calendar',
  recomendaciones: 'advice',
  simulaciones: 'scenario',
}
const kindOfPrefix: Record<string, TargetKind> = { us: 'user', key: 'key' }

/** The thing that a target names: an id as of a user, or an address as /api/tarifas/tf_a; null for anything else. */
export function targetOf(target: string): Target | null {
  const [, api, list, id] = target.split('/')
  if (api === 'api' && id && list in kindOfPath && id !== 'nuevos' && id !== 'preguntas')
    return { kind: kindOfPath[list], id: decodeURIComponent(id) }
  if (api === 'consumo' && list) return { kind: 'device', id: decodeURIComponent(list) }
  const kind = kindOfPrefix[target.slice(0, target.indexOf('_'))]
  return kind ? { kind, id: target } : null
}

/** Whether a request was refused: its detail is then the status of HTTP. */
export const isRefused = ({ action, detail }: Pick<AuditLine, 'action' | 'detail'>): boolean =>
  action.includes(' ') && (detail === '401' || detail === '403')

/** Whether an entry has all words of a search, wherever they stand. */
export function matches(search: string, ...texts: string[]): boolean {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const all = plain(texts.join(' '))
  return plain(search)
    .split(/\s+/)
    .every((word) => all.includes(word))
}
