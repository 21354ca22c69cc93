import { serverLabel } from '../../i18n/i18n.svelte'

/** Days of the week, as the server has them, in the reader's language. */
export const weekdayNames = (days: string[] | null) =>
  (days ?? []).map((day) => serverLabel('weekday', day)).join(', ')
