// What a device is told so that its readings arrive, and how the first of them is noticed.
import type { Answer } from '../../server/client'
import type { Mqtt } from '../../server/mqtt'
import type { Device } from '../../server/places.svelte'

/** The address of the server's own broker, or of the one outside; null where MQTT is off. */
export function brokerAddress(
  { listen, broker }: Pick<Mqtt, 'listen' | 'broker'>,
  hostname: string,
): string | null {
  if (listen) return `${listen.tls ? 'mqtts' : 'mqtt'}://${listen.host ?? hostname}:${listen.port}`
  return broker?.url ?? null
}

/** The device that the examples name: the first that measures energy. */
export const exampleDevice = <T extends Pick<Device, 'kind'>>(devices: T[]): T | undefined =>
  devices.find((device) => device.kind !== 'sensor')

/** Where a device publishes its energy, and what; the id stays open where no device is known. */
export function exampleOf({ examples }: Pick<Mqtt, 'examples'>, device: Pick<Device, 'id'> | undefined) {
  const [energy] = examples
  return (
    energy && { ...energy, topic: device ? energy.topic.replace('{device_id}', device.id) : energy.topic }
  )
}

/** The call that sends a reading of a device, for a shell. */
export function curlOf(origin: string, key: string, deviceId: string): string {
  const body = JSON.stringify({ device_id: deviceId, kwh: 0.1 })
  return `curl ${origin}/consumo -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '${body}'`
}

type Discovered = Pick<
  NonNullable<Answer<'/api/dispositivos/nuevos'>['items']>[number],
  'address' | 'key_space_id' | 'messages' | 'name'
>

/** The senders that have sent something since an earlier look; none at the first look, when earlier is null. */
export function sentSince<T extends Discovered>(earlier: T[] | null, now: T[]): T[] {
  const isSame = (one: T, other: T) =>
    one.address === other.address && one.key_space_id === other.key_space_id
  return earlier
    ? now.filter((one) => (earlier.find((other) => isSame(one, other))?.messages ?? 0) < one.messages)
    : []
}
