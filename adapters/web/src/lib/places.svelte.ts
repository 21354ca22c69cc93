// The spaces and devices that the reader sees, by id.
import { api, ask } from './api'
import { session } from './session.svelte'
import { site } from './zone.svelte'

export type Space = {
  id: string
  name: string
  kind: string
  parent_id: string | null
  time_zone?: string
  area_m2: number | null
}
export type Device = {
  id: string
  name: string
  kind: string
  space_id: string
  parent_id?: string | null
  rated_w?: number | null
  standby_w?: number | null
  interval_s?: number | null
  health?: { status: string; message?: string; last_heard: string | null; clock_off_s?: number } | null
}

export type Places = {
  spaces: Space[]
  devices: Device[]
  name: (id: string | undefined | null) => string
  level: (id: string) => string
}

const keptMs = 60_000
let kept: { whose: string; at: number; all: Promise<Places> } | null = null

/** All of them; what was read lately serves all pages. */
export function places(): Promise<Places> {
  const whose = session.user?.id ?? ''
  return kept && kept.whose === whose && Date.now() - kept.at < keptMs ? kept.all : freshPlaces()
}

/** All of them as they are now, for who shows how they are or has changed them. */
export function freshPlaces(): Promise<Places> {
  const all = read()
  const own = { whose: session.user?.id ?? '', at: Date.now(), all }
  kept = own
  all.catch(() => kept === own && (kept = null))
  return all
}

/** Page by page. */
async function read(): Promise<Places> {
  const [spaces, devices] = await Promise.all([
    all((cursor) => ask(api.GET('/api/espacios', { params: { query: { limit: 1000, cursor } } }))),
    all((cursor) => ask(api.GET('/api/dispositivos', { params: { query: { limit: 1000, cursor } } }))),
  ])
  const zoned = spaces.find((s) => s.kind === 'site' && s.time_zone) ?? spaces.find((s) => s.time_zone)
  if (zoned?.time_zone) site.zone = zoned.time_zone
  const names = new Map<string, string>([...spaces, ...devices].map((one) => [one.id, one.name]))
  const levels = new Map<string, string>([
    ...spaces.map((s): [string, string] => [s.id, s.kind]),
    ...devices.map((d): [string, string] => [d.id, 'device']),
  ])
  return {
    spaces: spaces as Space[],
    devices: devices as Device[],
    name: (id) => names.get(id ?? '') ?? id ?? '',
    level: (id) => levels.get(id) ?? 'site',
  }
}

async function all<T>(
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
