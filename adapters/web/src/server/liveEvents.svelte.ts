// Events as they happen: one stream for the page, which resumes where it was when the connection comes back.
import { eventsIn, type StreamEvent } from './eventStream'
import { token } from './session.svelte'

/** The part of an event's data that the page reads. */
export type EventData = {
  device_id?: string
  space_id?: string
  state?: string
  run_id?: string
}
export type LiveEvent = { kind: string; data: EventData }

type Live = { connected: boolean; lost: boolean; last: Record<string, LiveEvent> }

/** The state of the stream, and the last event of each kind by device or space. */
export const live = $state<Live>({ connected: false, lost: false, last: {} })

const firstRetryMs = 1000
const maxRetryMs = 15_000
const maxSilenceMs = 20_000 // a stream that is silent for longer than its heartbeat is dead

let listeners: ((event: LiveEvent) => void)[] = []

/** Calls back with each event until the returned function is called. */
export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  listeners = [...listeners, listener]
  return () => (listeners = listeners.filter((one) => one !== listener))
}

/** Calls back waitMs after an event that matters, once for all events in between. */
export function debounce(
  matters: (event: LiveEvent) => boolean,
  waitMs: number,
  call: () => void,
): () => void {
  let due: ReturnType<typeof setTimeout> | undefined
  const stop = onLiveEvent((event) => {
    if (due !== undefined || !matters(event)) return
    due = setTimeout(() => {
      due = undefined
      call()
    }, waitMs)
  })
  return () => {
    stop()
    clearTimeout(due)
  }
}

/** Follows the events until the returned function is called. */
export function follow(): () => void {
  const ended = new AbortController()
  void run(ended.signal)
  return () => ended.abort()
}

async function run(signal: AbortSignal) {
  let lastId = ''
  let wait = firstRetryMs
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${await token()}` }
      if (lastId) headers['Last-Event-ID'] = lastId
      const answer = await fetch('/api/eventos', { headers, signal })
      if (!answer.ok || !answer.body) throw new Error(String(answer.status))
      live.connected = true
      live.lost = false
      wait = firstRetryMs
      lastId = await read(answer.body, lastId)
    } catch {
      /* shown as lost below, and tried again */
    }
    live.connected = false
    if (signal.aborted) return
    live.lost = true
    await new Promise((resume) => setTimeout(resume, wait))
    wait = Math.min(wait * 2, maxRetryMs)
  }
}

/** Publishes what comes until the stream ends; returns the id of the last event. */
async function read(body: ReadableStream<Uint8Array>, lastId: string): Promise<string> {
  const decoder = new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>
  const reader = body.pipeThrough(decoder).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await Promise.race([reader.read(), silence()])
    if (done) {
      void reader.cancel()
      return lastId
    }
    const piece = eventsIn(rest + value)
    rest = piece.rest
    for (const event of piece.events) {
      publish(event)
      lastId = event.id || lastId
    }
  }
}

function silence(): Promise<{ value: undefined; done: true }> {
  return new Promise((dead) => setTimeout(() => dead({ value: undefined, done: true }), maxSilenceMs))
}

function publish({ kind, data }: StreamEvent) {
  if (!kind || !data) return
  const event: LiveEvent = { kind, data: JSON.parse(data) }
  const subject = event.data.device_id ?? event.data.space_id
  if (subject) live.last[`${kind} ${subject}`] = event
  for (const listener of listeners) listener(event)
}
