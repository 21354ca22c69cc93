// What a reader enters about a device, and what of it is sent.
import type { Body } from '../../../server/client'
import type { Device } from '../../../server/places.svelte'

type Sent = Omit<Body<'/api/dispositivos', 'post'>, 'id'>
type Clearable =
  'parent_id' | 'rated_w' | 'standby_w' | 'interval_s' | 'register_modulus_kwh' | 'mqtt_topic' | 'mqtt_unit'

/** The fields of a device that are sent; null makes one unknown. */
export type DeviceFields = Omit<Sent, Clearable> & { [F in Clearable]?: NonNullable<Sent[F]> | null }
export type NewDevice = DeviceFields & { id: string }
export type DeviceChange = DeviceFields & { moved_at?: string }
export type Kind = NonNullable<Sent['kind']>
export type Measures = NonNullable<Sent['measures']>
export type MqttUnit = NonNullable<Sent['mqtt_unit']>

export const kinds: Kind[] = [
  'meter',
  'ac',
  'lighting',
  'computer',
  'console',
  'tv',
  'appliance',
  'lab',
  'sensor',
  'other',
]
export const quantities: Measures[] = ['active', 'reactive_inductive', 'reactive_capacitive']
export const mqttUnits: MqttUnit[] = ['kWh', 'Wh', 'MWh', 'mWh', 'Wmin', 'Ws', 'W', 'kW', 'mW']

/** A text that is empty, and a number that is null, is not known. */
export type DeviceDraft = {
  id: string
  name: string
  kind: Kind
  space_id: string
  parent_id: string
  measures: Measures
  rated_w: number | null
  standby_w: number | null
  interval_s: number | null
  register_modulus_kwh: number | null
  mqtt_topic: string
  mqtt_unit: MqttUnit | ''
  mqtt_interval: boolean
}

/** What there is to edit of a device; of a new one, what is usual. */
export function draftOf(device?: Device): DeviceDraft {
  return {
    id: device?.id ?? '',
    name: device?.name ?? '',
    kind: (device?.kind ?? 'meter') as Kind,
    space_id: device?.space_id ?? '',
    parent_id: device?.parent_id ?? '',
    measures: device?.measures ?? 'active',
    rated_w: device?.rated_w ?? null,
    standby_w: device?.standby_w ?? null,
    interval_s: device?.interval_s ?? null,
    register_modulus_kwh: device?.register_modulus_kwh ?? null,
    mqtt_topic: device?.mqtt_topic ?? '',
    mqtt_unit: (device?.mqtt_unit ?? '') as MqttUnit | '',
    mqtt_interval: device?.mqtt_interval ?? false,
  }
}

/** The fields in which a draft differs from another, as they are sent. */
export function changesOf(draft: DeviceDraft, before: DeviceDraft): DeviceFields {
  const change: DeviceFields = {}
  const differs = (field: keyof DeviceDraft) => (draft[field] || null) !== (before[field] || null)
  for (const field of ['name', 'space_id'] as const) if (differs(field)) change[field] = draft[field].trim()
  for (const field of ['parent_id', 'mqtt_topic'] as const)
    if (differs(field)) change[field] = draft[field].trim() || null
  if (differs('kind')) change.kind = draft.kind
  if (differs('measures')) change.measures = draft.measures
  for (const field of ['rated_w', 'standby_w', 'interval_s', 'register_modulus_kwh'] as const)
    if (differs(field)) change[field] = draft[field] || null
  if (differs('mqtt_unit') || differs('mqtt_interval')) {
    change.mqtt_unit = draft.mqtt_unit || null // the API reads the two together
    if (draft.mqtt_unit) change.mqtt_interval = draft.mqtt_interval
  }
  return change
}

/** What is sent to create a device. */
export const newDevice = (draft: DeviceDraft): NewDevice => ({
  ...changesOf(draft, draftOf()),
  id: draft.id.trim(),
  kind: draft.kind,
})

/** An id made of a name, such as medidor-bloque-5. */
export function proposedId(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9._:-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
}
