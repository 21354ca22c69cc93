// How a device reaches this server by MQTT.
import { t } from '../i18n/i18n.svelte'
import { Failure, type Problem } from './client'
import { token } from './session.svelte'

/**
 * listen is the server's own broker, its host null where it is reached under the page's; broker is one outside that it reads from. Both
 * are null where MQTT is off. Topics have {device_id} in place of a device's id.
 */
export type Mqtt = {
  listen: { host: string | null; port: number; tls: boolean } | null
  broker: { url: string; filters: string[] } | null
  examples: { topic: string; payload: string }[]
}

/** Asks how MQTT is set up; a server that cannot say has none. Rejects with Failure. */
export async function loadMqtt(): Promise<Mqtt> {
  let answer
  try {
    answer = await fetch('/api/mqtt', {
      headers: {
        Authorization: `Bearer ${await token()}`,
        'Accept-Language': document.documentElement.lang,
      },
    })
  } catch {
    throw new Failure({ title: '', detail: t('common.noAnswer'), request_id: '' })
  }
  if (answer.status === 404) return { listen: null, broker: null, examples: [] }
  if (!answer.ok) throw new Failure((await answer.json()) as Problem)
  return (await answer.json()) as Mqtt
}
