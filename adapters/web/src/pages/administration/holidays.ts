// Which public holidays the calendars of the sites have by themselves.
import type { Space } from '../../server/places.svelte'

/** `some` where one site has Colombia's and another has none; null where the reader sees no site. */
export function holidaysOf(spaces: Pick<Space, 'kind' | 'holidays'>[]): 'CO' | 'none' | 'some' | null {
  const sets = new Set(spaces.filter((space) => space.kind === 'site').map((site) => site.holidays ?? 'CO'))
  const [only] = sets
  return sets.size > 1 ? 'some' : (only ?? null)
}
