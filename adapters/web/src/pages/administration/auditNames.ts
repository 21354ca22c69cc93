// The names of people and things in the audit, and its actions as sentences.
import { serverLabel, t } from '../../i18n/i18n.svelte'
import { address } from '../../addresses'
import { api, ask } from '../../server/client'
import type { Places } from '../../server/places.svelte'
import { isRefused, targetOf, type AuditLine, type Target, type TargetKind } from './auditEntry'

type Named = { id: string; name: string }
export type Names = {
  /** Users and keys: who may have done something. */
  people: Named[]
  things: Map<string, string>
}

const keyOf = ({ kind, id }: Target) => `${kind} ${id}`

/** The names of all that is there now. */
export async function loadNames({ spaces, devices }: Places): Promise<Names> {
  const query = { params: { query: { limit: 1000 } } }
  const [users, keys, tariffs, calendar] = await Promise.all([
    ask(api.GET('/auth/usuarios', query)),
    ask(api.GET('/auth/claves', query)),
    ask(api.GET('/api/tarifas', query)),
    ask(api.GET('/api/calendarios', query)),
  ])
  const accounts = (users.items ?? []).map(({ id, email }) => ({ id, name: email }))
  const lists: [TargetKind, Named[]][] = [
    ['user', accounts],
    ['key', keys.items ?? []],
    ['tariff', tariffs.items ?? []],
    ['calendar', calendar.items ?? []],
    ['space', spaces],
    ['device', devices],
  ]
  return {
    people: [...accounts, ...(keys.items ?? [])],
    things: new Map(
      lists.flatMap(([kind, list]) =>
        list.map((one): [string, string] => [keyOf({ kind, id: one.id }), one.name]),
      ),
    ),
  }
}

/** Who did it: an address, a key's name, the program, or nobody known. */
export function personOf(names: Names, { actor }: AuditLine): string {
  if (!actor) return t('audit.nobody')
  if (actor === 'holotwin') return t('audit.program')
  return names.people.find(({ id }) => id === actor)?.name ?? t('audit.removed', { id: actor })
}

/** The sentence of an action; of a request that has none, where it went to. */
function sentenceOf(action: string): string {
  const said = serverLabel('auditAction', action)
  const [method, path] = action.split(' ')
  if (said !== action || !path) return said
  return t(method === 'GET' ? 'audit.readOf' : 'audit.changeOf', { path })
}

/** What was done, as a sentence. */
export function actionOf(entry: AuditLine): string {
  const said = sentenceOf(entry.action)
  return isRefused(entry) ? t('audit.refused', { action: said }) : said
}

const pageOf = ({ kind, id }: Target): string | undefined => {
  const tabs: Partial<Record<TargetKind, string>> = {
    user: 'users',
    key: 'keys',
    tariff: 'tariffs',
    calendar: 'calendar',
    space: 'spaces',
  }
  if (kind === 'device') return address('dispositivos', { id })
  if (kind === 'advice') return address('recomendaciones', { id })
  return tabs[kind] && address('administracion', { tab: tabs[kind] })
}

/** To what it was done: its name, with the way there where it still exists, and what else the entry says. */
export function namedTarget(names: Names, entry: AuditLine): { name: string; detail: string; href?: string } {
  const target = targetOf(entry.target)
  const detail = entry.action.includes(' ') && /^\d{3}$/.test(entry.detail) ? '' : entry.detail
  if (!target) return { name: entry.target.startsWith('/') ? '' : entry.target, detail }
  const kind = serverLabel('auditTarget', target.kind)
  const name = names.things.get(keyOf(target))
  if (target.kind === 'advice') return { name: kind, detail, href: pageOf(target) }
  if (name === undefined) return { name: t('audit.gone', { kind, name: detail || target.id }), detail: '' }
  return { name: `${kind} ${name}`, detail: detail === name ? '' : detail, href: pageOf(target) }
}
