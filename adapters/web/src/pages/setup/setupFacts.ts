// What the setup asks of the server.
import { api, ask, type Answer } from '../../server/client'
import { freshPlaces, places, type Places } from '../../server/places.svelte'
import { session } from '../../server/session.svelte'
import type { Facts } from './setupState'

export type Known = { facts: Facts; all: Places; tariffYear: string }

const all = { params: { query: { limit: 1000 } } }

/** The facts; with fresh, the spaces and devices as they are now; without calendar, not its entries. */
export async function loadFacts({ fresh = false, calendar: asksCalendar = true }): Promise<Known> {
  const isAdmin = session.user?.role === 'admin'
  const [me, known, tariffs, calendar, users] = await Promise.all([
    ask(api.GET('/auth/me', {})) as Promise<Answer<'/auth/me'> & { initial_password?: boolean }>,
    fresh ? freshPlaces() : places(),
    ask(api.GET('/api/tarifas', all)),
    asksCalendar ? ask(api.GET('/api/calendarios', all)) : null,
    isAdmin ? ask(api.GET('/auth/usuarios', all)) : null,
  ])
  return {
    all: known,
    facts: {
      user: me,
      spaces: known.spaces,
      devices: known.devices,
      tariffs: tariffs.items ?? [],
      calendar: calendar && (calendar.items ?? []),
      users: users && (users.items ?? []),
    },
    tariffYear: tariffs.default?.valid_from.slice(0, 4) ?? '',
  }
}
