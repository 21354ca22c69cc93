// The tree site › building › floor › room: what may be inside what, and in which order it is shown.
import type { Space } from '../../../server/places.svelte'
import { isWithin } from '../../../server/placeTree'

/** The kinds, from the outside in. Levels may be skipped, not reversed. */
export const kinds = ['site', 'building', 'floor', 'room'] as const
export type Kind = (typeof kinds)[number]
export type Node = Pick<Space, 'id' | 'name' | 'kind' | 'parent_id'>

const depth = (kind: Kind) => kinds.indexOf(kind)

export const holds = (outer: Kind, inner: Kind) => depth(outer) < depth(inner)

export const innerKinds = (outer: Kind): Kind[] => kinds.filter((kind) => holds(outer, kind))

const byName = new Intl.Collator('es', { numeric: true, sensitivity: 'base' })
const inOrder = (a: Node, b: Node) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)

/** The spaces right inside another, by name. */
export const childrenOf = <T extends Node>(spaces: T[], id: string): T[] =>
  spaces.filter((space) => space.parent_id === id).sort(inOrder)

/** For each space, those right inside it, by name. */
export function insideById<T extends Node>(spaces: T[]): Map<string, T[]> {
  const inside = new Map<string, T[]>()
  for (const space of spaces.toSorted(inOrder)) {
    const siblings = inside.get(space.parent_id ?? '')
    if (siblings) siblings.push(space)
    else inside.set(space.parent_id ?? '', [space])
  }
  return inside
}

/** The outermost spaces that the reader sees, by name. */
export function rootsOf<T extends Node>(spaces: T[]): T[] {
  const known = new Set(spaces.map((space) => space.id))
  return spaces.filter((space) => !space.parent_id || !known.has(space.parent_id)).sort(inOrder)
}

/** A space and all that is inside it, outer spaces first. */
export function branchOf<T extends Node>(spaces: T[], top: T): T[] {
  return [top, ...childrenOf(spaces, top.id).flatMap((inner) => branchOf(spaces, inner))]
}

/** From the outermost space that the reader sees to the space itself. */
export function pathOf<T extends Node>(spaces: T[], space: T): T[] {
  const outer = spaces.find((one) => one.id === space.parent_id)
  return outer ? [...pathOf(spaces, outer), space] : [space]
}

/** Whether a space may be moved into another one, in which it is not yet. */
export function mayMove(spaces: Node[], space: Node, to: Node): boolean {
  return (
    space.kind !== 'site' &&
    space.parent_id !== to.id &&
    holds(to.kind, space.kind) &&
    !isWithin(spaces, to.id, space.id)
  )
}

/** The spaces that a space of this kind may be in; without a space, where a new one may be. */
export function possibleParents<T extends Node>(spaces: T[], kind: Kind, space?: Node): T[] {
  return rootsOf(spaces)
    .flatMap((root) => branchOf(spaces, root))
    .filter((one) => holds(one.kind, kind) && !(space && isWithin(spaces, one.id, space.id)))
}

/** The kinds that a space may have, in its parent and with what is inside it. A site stays a site. */
export function possibleKinds(spaces: Node[], space: Node, parent?: Node): Kind[] {
  if (space.kind === 'site' || !parent) return [space.kind]
  const inside = childrenOf(spaces, space.id)
  return innerKinds(parent.kind).filter((kind) => inside.every((inner) => holds(kind, inner.kind)))
}

/** The kind that the next space inside another one most likely has: that of its siblings, or else the next level. */
export function nextKind(spaces: Node[], parent: Node): Kind {
  const siblings = childrenOf(spaces, parent.id)
  return siblings.at(-1)?.kind ?? innerKinds(parent.kind)[0]
}

/** The ending of a copy's name in any language, so that the copy of a copy has only one. */
const copyEnding = / \((?:copia|copy)(?: \d+)?\)$/

/** A name for a copy that none of its siblings has; write puts the ending of the nth copy after a name. */
export function copyName(
  name: string,
  siblings: string[],
  write: (name: string, n: number) => string,
): string {
  const bare = name.replace(copyEnding, '').slice(0, 180) // a name has at most 200 characters
  for (let n = 1; ; n++) {
    const proposed = write(bare, n)
    if (!siblings.includes(proposed)) return proposed
  }
}

/** How many devices each space has, with those in the spaces inside it. */
export function deviceCounts(spaces: Node[], devices: { space_id: string }[]): Map<string, number> {
  const parents = new Map(spaces.map((space) => [space.id, space.parent_id]))
  const counts = new Map<string, number>()
  for (const device of devices)
    for (let id: string | null | undefined = device.space_id; id; id = parents.get(id))
      counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
