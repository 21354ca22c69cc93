// Creating and changing devices.
import { api, ask, type Body } from '../../../server/client'
import type { Device } from '../../../server/places.svelte'
import { changesOf, draftOf, type DeviceChange, type NewDevice } from './deviceDraft'
import { moveBack } from './moved'

type Post = Body<'/api/dispositivos', 'post'>
type Patch = Body<'/api/dispositivos/{id}', 'patch'>

export const createDevice = (body: NewDevice): Promise<Device> =>
  ask(api.POST('/api/dispositivos', { body: body as Post }))

const patch = (id: string, change: DeviceChange) =>
  ask(
    api.PATCH('/api/dispositivos/{id}', { params: { path: { id } }, body: change as Patch }),
  ) as Promise<Device>

/** Changes a device; undo takes the change back, and is missing where that would lose what is known of earlier places. */
export async function changeDevice(
  device: Device,
  change: DeviceChange,
): Promise<{ after: Device; undo?: () => Promise<Device> }> {
  const after = await patch(device.id, change)
  const back = changesOf(draftOf(device), draftOf(after))
  const moves = 'space_id' in change || 'parent_id' in change
  const moved = moves ? moveBack(device, after) : {}
  return moved ? { after, undo: () => patch(device.id, { ...back, ...moved }) } : { after }
}
