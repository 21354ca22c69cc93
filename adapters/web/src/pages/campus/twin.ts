// The twin of the campus: its spaces with what they draw at this moment.
import type { Answer } from '../../server/client'

export type TwinSpace = NonNullable<Answer<'/api/gemelo'>['spaces']>[number]
export type TwinDevice = NonNullable<TwinSpace['devices']>[number]

type Node = Pick<TwinSpace, 'kw'> & { devices?: unknown[] | null; spaces?: Node[] | null }

export const powerOf = (space: Pick<TwinSpace, 'kw'>) => space.kw ?? 0

/** What a space's own devices draw, kW, without the spaces within it. */
export function ownPower(space: Node): number {
  const within = (space.spaces ?? []).reduce((sum, inner) => sum + powerOf(inner), 0)
  return Math.max(0, powerOf(space) - within)
}

/** The spaces that have devices of their own, from the outside in. */
export function spacesWithDevices<T extends { devices?: unknown[] | null; spaces?: T[] | null }>(
  space: T,
): T[] {
  return [...(space.devices?.length ? [space] : []), ...(space.spaces ?? []).flatMap(spacesWithDevices)]
}

/** The greatest power, kW, and never zero, so that others can be measured by it. */
export const maxPower = (powers: number[]) => Math.max(1e-9, ...powers)
