import type { Attempts } from '../../lib/attempts.svelte'
import type { Places } from '../../lib/places.svelte'

/** What each part of the page gets. */
export type Props = { all: Places; may: boolean; attempts: Attempts }
