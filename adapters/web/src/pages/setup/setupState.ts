// What of the setup is done. It is derived from what the server has, so that it is the same in every browser.
import type { Answer } from '../../server/client'
import { isWithin } from '../../server/placeTree'
import type { Device, Space } from '../../server/places.svelte'
import type { User } from '../../server/session.svelte'
import type { Step } from './steps'

type Entry = NonNullable<Answer<'/api/calendarios'>['items']>[number]
type Account = NonNullable<Answer<'/auth/usuarios'>['items']>[number]
type SpaceFacts = Pick<Space, 'id' | 'name' | 'kind' | 'parent_id'>
type DeviceFacts = Pick<Device, 'id' | 'kind' | 'measures' | 'space_id' | 'parent_id'> & {
  health?: Pick<NonNullable<Device['health']>, 'last_heard'>
}

/** users is null for who may not read them; calendar where it was not asked, and then its hours count as known. */
export type Facts = {
  user: Pick<User, 'role' | 'space_id'> & { initial_password?: boolean }
  spaces: SpaceFacts[]
  devices: DeviceFacts[]
  tariffs: { id: string }[]
  calendar: Pick<Entry, 'kind'>[] | null
  users: (Pick<Account, 'id' | 'role' | 'space_id' | 'disabled'> & { invited?: boolean })[] | null
}

/** Which steps are done. */
export function setupState(facts: Facts): Record<Step, boolean> {
  return {
    password: !facts.user.initial_password,
    site: hasSite(facts),
    spaces: facts.spaces.some((space) => space.kind !== 'site'),
    devices: facts.devices.length > 0,
    behind: facts.devices.length > 0 && countedTwice(facts).length === 0,
    tariff: facts.tariffs.length > 0,
    calendar: hasOpeningHours(facts),
    colleagues: activeUsers(facts).length > 1,
    connection: hasReadings(facts),
  }
}

/** Whether there is a site, also one that the reader does not see because they see a part of it. */
export const hasSite = ({ user, spaces }: Pick<Facts, 'user' | 'spaces'>) =>
  spaces.some((space) => space.kind === 'site') || (!!user.space_id && spaces.length > 0)

export const hasOpeningHours = ({ calendar }: Pick<Facts, 'calendar'>) =>
  !calendar || calendar.some((entry) => entry.kind === 'opening')

export const hasReadings = ({ devices }: Pick<Facts, 'devices'>) =>
  devices.some((device) => device.health?.last_heard)

export const activeUsers = ({ users }: Pick<Facts, 'users'>) => (users ?? []).filter((user) => !user.disabled)

/**
 * The devices that may be counted twice: they are behind no meter, although a bigger one is in their space or in an outer one. Of
 * meters side by side in one space, none is taken to count another.
 */
export function countedTwice({ spaces, devices }: Pick<Facts, 'spaces' | 'devices'>): DeviceFacts[] {
  const counts = (device: DeviceFacts) => device.kind !== 'sensor' && device.measures === 'active'
  const meters = devices.filter((device) => device.kind === 'meter' && counts(device))
  const isBehind = (device: DeviceFacts | undefined, outer: DeviceFacts, depth = 0): boolean =>
    !!device?.parent_id &&
    depth < devices.length &&
    (device.parent_id === outer.id ||
      isBehind(
        devices.find((one) => one.id === device.parent_id),
        outer,
        depth + 1,
      ))
  const isBigger = (meter: DeviceFacts, device: DeviceFacts) =>
    meter.space_id === device.space_id
      ? device.kind !== 'meter'
      : isWithin(spaces, device.space_id, meter.space_id)
  return devices.filter(
    (device) =>
      counts(device) &&
      !device.parent_id &&
      meters.some((meter) => meter.id !== device.id && !isBehind(meter, device) && isBigger(meter, device)),
  )
}
