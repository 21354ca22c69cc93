// The spaces and devices that the reader sees, by id.
import { site } from '../time/zone.svelte'
import { api, ask, type Answer, type Query } from './client'
import { session } from './session.svelte'

type Item<T> = T extends { items: (infer One)[] | null } ? One : never

export type Space = Item<Answer<'/api/espacios'>>
export type Device = Item<Answer<'/api/dispositivos'>>
export type Level = NonNullable<Query<'/api/consumo/serie'>['level']>

export type Places = {
  spaces: Space[]
  devices: Device[]
  name: (id: string | undefined | null) => string
  level: (id: string) => Level
}

const keptMs = 60_000
let kept: { userId: string; at: number; all: Promise<Places> } | null = null

/** All of them; what was read lately serves all pages. */
export function places(): Promise<Places> {
  const userId = session.user?.id ?? ''
  return kept && kept.userId === userId && Date.now() - kept.at < keptMs ? kept.all : freshPlaces()
}

/** All of them as they are now, for pages that show their health or have changed them. */
export function freshPlaces(): Promise<Places> {
  const all = read()
  const own = { userId: session.user?.id ?? '', at: Date.now(), all }
  kept = own
  all.catch(() => kept === own && (kept = null))
  return all
}

async function read(): Promise<Places> {
  const [spaces, devices] = await Promise.all([
    allPages((cursor) => ask(api.GET('/api/espacios', { params: { query: { limit: 1000, cursor } } }))),
    allPages((cursor) => ask(api.GET('/api/dispositivos', { params: { query: { limit: 1000, cursor } } }))),
  ])
  const zoned = spaces.find((s) => s.kind === 'site' && s.time_zone) ?? spaces.find((s) => s.time_zone)
  if (zoned?.time_zone) site.zone = zoned.time_zone
  const names = new Map([...spaces, ...devices].map((one): [string, string] => [one.id, one.name]))
  const levels = new Map<string, Level>([
    ...spaces.map((s): [string, Level] => [s.id, s.kind]),
    ...devices.map((d): [string, Level] => [d.id, 'device']),
  ])
  return {
    spaces,
    devices,
    name: (id) => names.get(id ?? '') ?? id ?? '',
    level: (id) => levels.get(id) ?? 'site',
  }
}

async function allPages<T>(
  page: (cursor?: string) => Promise<{ items: T[] | null; next: string | null }>,
): Promise<T[]> {
  const list: T[] = []
  let cursor: string | undefined
  do {
    const one = await page(cursor)
    list.push(...(one.items ?? []))
    cursor = one.next ?? undefined
  } while (cursor)
  return list
}
