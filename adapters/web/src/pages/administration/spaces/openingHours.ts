// Which opening hours a space has: its own, those of a space around it, or those that are assumed where nothing is set.
import type { Answer } from '../../../server/client'
import { pathOf, type Node } from './spaceTree'

export type Entry = NonNullable<Answer<'/api/calendarios'>['items']>[number]
export type Hours = NonNullable<Entry['hours']>[number]

/** The hours of a space, the entries that set them, and the space that these belong to. */
export type InForce =
  | { source: 'own' | 'inherited'; space: Node; entries: Entry[]; hours: Hours[] }
  | { source: 'assumed'; hours: Hours[] }

/** What the server assumes: DefaultHours of modules/energy/calendar. */
export const assumedHours: Hours[] = [
  { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '07:00', to: '22:00' },
  { days: ['sat'], from: '07:00', to: '13:00' },
]

/** The nearest space that has hours sets them. */
export function hoursOf(spaces: Node[], entries: Entry[], space: Node): InForce {
  for (const one of pathOf(spaces, space).reverse()) {
    const own = entries.filter((entry) => entry.kind === 'opening' && entry.space_id === one.id)
    if (own.length)
      return {
        source: one.id === space.id ? 'own' : 'inherited',
        space: one,
        entries: own,
        hours: own.flatMap((entry) => entry.hours ?? []),
      }
  }
  return { source: 'assumed', hours: assumedHours }
}

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** Days and hours in short, such as `lun–vie 07:00–22:00, sáb 07:00–13:00`; name gives the name of a day. */
export function hoursText(hours: Hours[], name: (day: string) => string): string {
  return hours.map(({ days, from, to }) => `${daysText(days ?? [], name)} ${from}–${to}`).join(', ')
}

function daysText(days: string[], name: (day: string) => string): string {
  const runs: string[][] = []
  for (const day of week.filter((one) => days.includes(one))) {
    const run = runs.at(-1)
    if (run && week.indexOf(run[run.length - 1]) + 1 === week.indexOf(day)) run.push(day)
    else runs.push([day])
  }
  const parts = runs.flatMap((run) =>
    run.length > 2 ? [`${name(run[0])}–${name(run[run.length - 1])}`] : run.map(name),
  )
  return [...parts, ...days.filter((day) => !week.includes(day)).map(name)].join(' ')
}
