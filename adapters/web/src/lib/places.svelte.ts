// The spaces and devices that the reader sees, by id.
import { api, ask } from './api'

export type Space = { id: string; name: string; kind: string; parent_id: string | null; area_m2: number | null }
export type Device = { id: string; name: string; kind: string; space_id: string; parent_id?: string | null; rated_w?: number | null; standby_w?: number | null; interval_s?: number | null; health?: { status: string; message?: string; last_heard: string | null; clock_off_s?: number } | null }

export type Places = { spaces: Space[]; devices: Device[]; name: (id: string | undefined | null) => string; level: (id: string) => string }

/** All of them, page by page. */
export async function places(): Promise<Places> {
  const [spaces, devices] = await Promise.all([
    all((cursor) => ask(api.GET('/api/espacios', { params: { query: { limit: 1000, cursor } } }))),
    all((cursor) => ask(api.GET('/api/dispositivos', { params: { query: { limit: 1000, cursor } } }))),
  ])
  const names = new Map<string, string>([...spaces, ...devices].map((one) => [one.id, one.name]))
  const levels = new Map<string, string>([...spaces.map((s): [string, string] => [s.id, s.kind]), ...devices.map((d): [string, string] => [d.id, 'device'])])
  return { spaces: spaces as Space[], devices: devices as Device[], name: (id) => names.get(id ?? '') ?? id ?? '', level: (id) => levels.get(id) ?? 'site' }
}

async function all<T>(page: (cursor?: string) => Promise<{ items: T[] | null; next: string | null }>): Promise<T[]> {
  const list: T[] = []
  let cursor: string | undefined
  do {
    const one = await page(cursor)
    list.push(...(one.items ?? []))
    cursor = one.next ?? undefined
  } while (cursor)
  return list
}
