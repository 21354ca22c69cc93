// Spaces and devices from the outside in.
import type { Device, Space } from './places.svelte'

type SpaceNode = Pick<Space, 'id' | 'name' | 'parent_id'>
type DeviceNode = Pick<Device, 'id' | 'name' | 'space_id'>

/** The spaces whose parent the reader does not see, or that have none. */
export function rootSpaces<T extends SpaceNode>(spaces: T[]): T[] {
  const known = new Set(spaces.map((space) => space.id))
  return spaces.filter((space) => !space.parent_id || !known.has(space.parent_id))
}

/** Whether a space is another one, or lies within it. */
export function isWithin(spaces: SpaceNode[], id: string | null | undefined, outer: string): boolean {
  if (!id) return false
  return id === outer || isWithin(spaces, spaces.find((space) => space.id === id)?.parent_id, outer)
}

export type Listed = { id: string; name: string; depth: number; isDevice: boolean }

/** Each space, followed by its devices and then by the spaces within it. */
export function listedPlaces(spaces: SpaceNode[], devices: DeviceNode[]): Listed[] {
  const list = (space: SpaceNode, depth: number): Listed[] => [
    { id: space.id, name: space.name, depth, isDevice: false },
    ...devices
      .filter((device) => device.space_id === space.id)
      .map((device) => ({ id: device.id, name: device.name, depth: depth + 1, isDevice: true })),
    ...spaces.filter((inner) => inner.parent_id === space.id).flatMap((inner) => list(inner, depth + 1)),
  ]
  return rootSpaces(spaces).flatMap((root) => list(root, 0))
}
