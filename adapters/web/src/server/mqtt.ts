// How a device reaches this server by MQTT.
import { api, ask, type Answer } from './client'

/**
 * listen is the server's own broker, its host null where it is reached under the page's; broker is one outside that it reads from. Both
 * are null where MQTT is off. Topics have {device_id} in place of a device's id.
 */
export type Mqtt = Answer<'/api/mqtt'>

/** Asks how MQTT is set up. Rejects with Failure. */
export const loadMqtt = (): Promise<Mqtt> => ask(api.GET('/api/mqtt'))
