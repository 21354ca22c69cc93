// Which devices another one can be behind.
import type { Device } from '../../../server/places.svelte'

type Node = Pick<Device, 'id' | 'name' | 'kind' | 'parent_id'>

/** Whether a device is another one, or behind it. */
export function isBehind(
  devices: Pick<Device, 'id' | 'parent_id'>[],
  id: string | null | undefined,
  meter: string,
): boolean {
  for (let n = 0; id && n <= devices.length; n++) {
    if (id === meter) return true
    id = devices.find((device) => device.id === id)?.parent_id
  }
  return false
}

/** Meters first: all but the device itself and what is behind it. */
export function possibleParents<T extends Node>(devices: T[], id: string): T[] {
  const rank = ({ kind }: Node) => (kind === 'meter' ? 0 : 1)
  return devices
    .filter((device) => !id || !isBehind(devices, device.id, id))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}
