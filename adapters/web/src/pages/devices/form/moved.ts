// Since when a device is where it is.
import type { Device } from '../../../server/places.svelte'

export const moments = ['now', 'date', 'beginning'] as const
export type Since = { moment: (typeof moments)[number]; date: string }

/** No reading is older than this. */
export const beginning = '2000-01-01T00:00:00Z'

/** What is sent as moved_at; nothing means now. */
export function movedAt({ moment, date }: Since): string | undefined {
  if (moment === 'beginning') return beginning
  return moment === 'date' && date ? date : undefined
}

/**
 * The moved_at with which a move can be taken back; null if that would lose earlier places. `before` and `after` are the device
 * before and after the move.
 */
export function moveBack(before: Device, after: Device): { moved_at?: string } | null {
  const [were, are] = [before.former_places?.length ?? 0, after.former_places?.length ?? 0]
  if (are === 0 && were === 0) return {} // without readings, nothing is kept of where it was
  return are === were + 1 ? { moved_at: after.former_places?.at(-1)?.until } : null
}

/** Whether a move from a day or instant on, YYYY-MM-DD or longer, forgets moves that are known; without one it is now. */
export const forgets = (device: Device, moved_at: string | undefined) =>
  !!moved_at && (device.former_places ?? []).some(({ until }) => until.slice(0, 10) >= moved_at.slice(0, 10))
