// Which devices may stop reporting when a key is revoked.
import type { Answer } from '../../server/client'
import { isWithin } from '../../server/placeTree'
import type { Device, Space } from '../../server/places.svelte'

type Listed = NonNullable<Answer<'/auth/claves'>['items']>[number]
export type DeviceKey = Pick<Listed, 'id' | 'name' | 'space_id' | 'device_ids' | 'last_used_at'>
type Heard = {
  id: string
  space_id: string
  health?: Pick<NonNullable<Device['health']>, 'last_heard'> | null
}

const dayMs = 86_400_000

/** The devices that may send by a key and reported in the last day; none if the key was not used in that time. */
export function activeDevices<T extends Heard>(
  key: DeviceKey,
  spaces: Pick<Space, 'id' | 'name' | 'parent_id'>[],
  devices: T[],
  now: number,
): T[] {
  const isRecent = (at: string | null | undefined) => !!at && now - Date.parse(at) <= dayMs
  const maySend = (device: T) => {
    if (key.device_ids?.length) return key.device_ids.includes(device.id)
    return !key.space_id || isWithin(spaces, device.space_id, key.space_id)
  }
  if (!isRecent(key.last_used_at)) return []
  return devices.filter((device) => maySend(device) && isRecent(device.health?.last_heard))
}
