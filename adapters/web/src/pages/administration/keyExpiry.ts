// The last day of a key, as a reader chooses it, and the instant after it, as the server has it.
import { dateOf, addDays } from '../../time/calendar'
import { midnight } from '../../time/zone.svelte'

/** The instant at which a key whose last day is given expires; null if it never does. */
export const expiryOf = (lastDay: string): string | null =>
  lastDay ? new Date(midnight(addDays(lastDay, 1))).toISOString() : null

/** The last whole or partial day of a key that expires at an instant; empty if it never does. */
export const lastDayOf = (expiresAt: string | null | undefined): string =>
  expiresAt ? dateOf(Date.parse(expiresAt) - 1) : ''

export const isExpired = (expiresAt: string | null | undefined, now = Date.now()): boolean =>
  !!expiresAt && Date.parse(expiresAt) <= now
