// For which devices it must be asked whether a meter counts them already.
import type { Device, Space } from '../../../server/places.svelte'
import { isBehind } from '../form/parents'

type Node = Pick<Device, 'id' | 'kind' | 'space_id' | 'parent_id' | 'measures'>
export type MeterQuestion<T> = { device: T; meters: T[] }

const isMeter = ({ kind, measures }: Node) => kind === 'meter' && measures === 'active'

/** A space and those around it, from the inside out. */
function outwards(spaces: Pick<Space, 'id' | 'parent_id'>[], id: string): string[] {
  const way: string[] = []
  for (let at: string | null | undefined = id; at && !way.includes(at);) {
    way.push(at)
    at = spaces.find((space) => space.id === at)?.parent_id
  }
  return way
}

/**
 * The meters that could count a device in a space: in the innermost space around it that has any. Of meters side by side in
 * one space, none is taken to count another.
 */
export function possibleMeters<T extends Node>(
  spaces: Pick<Space, 'id' | 'parent_id'>[],
  devices: T[],
  of: Node,
): T[] {
  const way = outwards(spaces, of.space_id)
  for (const space of of.kind === 'meter' ? way.slice(1) : way) {
    const meters = devices.filter((one) => one.space_id === space && isMeter(one))
    const possible = meters.filter((meter) => !of.id || !isBehind(devices, meter.id, of.id))
    if (possible.length) return possible
  }
  return []
}

/** The devices that are behind no other and that a meter could count. */
export function meterQuestions<T extends Node>(
  spaces: Pick<Space, 'id' | 'parent_id'>[],
  devices: T[],
): MeterQuestion<T>[] {
  return devices
    .filter((device) => !device.parent_id && device.measures === 'active')
    .map((device) => ({ device, meters: possibleMeters(spaces, devices, device) }))
    .filter(({ meters }) => meters.length > 0)
}
