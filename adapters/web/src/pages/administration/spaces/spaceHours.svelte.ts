// The opening hours of all spaces, as this page has changed them.
import { done, leaving, takeAway } from '../../../components/toasts.svelte'
import { t } from '../../../i18n/i18n.svelte'
import { api, ask } from '../../../server/client'
import type { Space } from '../../../server/places.svelte'
import { hoursOf, type Entry, type Hours, type InForce } from './openingHours'

export class SpaceHours {
  private entries = $state.raw<Entry[]>([])
  loaded = $state(false)

  constructor(private spaces: () => Space[]) {}

  async load() {
    const entries: Entry[] = []
    let cursor: string | undefined
    do {
      const page = await ask(api.GET('/api/calendarios', { params: { query: { limit: 1000, cursor } } }))
      entries.push(...(page.items ?? []))
      cursor = page.next ?? undefined
    } while (cursor)
    this.entries = entries
    this.loaded = true
  }

  of(space: Space): InForce {
    const staying = this.entries.filter((entry) => !leaving.has(entry.id))
    return hoursOf(this.spaces(), staying, space)
  }

  /** Sets a space's own hours; entry is the one that had them before. */
  async set(space: Space, hours: Hours[], entry?: Entry) {
    const before = entry?.hours
    const now = entry ? await this.change(entry.id, hours) : await this.add(space, hours)
    this.entries = [...this.entries.filter((one) => one.id !== now.id), now]
    done(t('spaces.hoursSet', { name: space.name }), () =>
      before ? this.restore(now.id, before) : this.delete(now.id),
    )
  }

  /** Takes a space's own hours away, so that those around it hold. */
  drop(space: Space, entry: Entry) {
    takeAway(entry.id, t('spaces.hoursDropped', { name: space.name }), () => this.delete(entry.id))
  }

  private add(space: Space, hours: Hours[]) {
    const name = t('spaces.hoursOf', { name: space.name }).slice(0, 200)
    return ask(api.POST('/api/calendarios', { body: { space_id: space.id, kind: 'opening', name, hours } }))
  }

  private change(id: string, hours: Hours[]): Promise<Entry> {
    return ask(api.PATCH('/api/calendarios/{id}', { params: { path: { id } }, body: { hours } }))
  }

  private async restore(id: string, hours: Hours[]) {
    const restored = await this.change(id, hours)
    this.entries = this.entries.map((one) => (one.id === id ? restored : one))
  }

  private async delete(id: string) {
    await ask(api.DELETE('/api/calendarios/{id}', { params: { path: { id } } }))
    this.entries = this.entries.filter((one) => one.id !== id)
  }
}
