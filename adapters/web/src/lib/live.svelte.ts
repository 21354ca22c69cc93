// What happens, as it happens: one stream for the page, which goes on where it was when the connection comes back.
import { token } from './session.svelte'

export type Happening = { kind: string; data: Record<string, any> }

export const live = $state<{ connected: boolean; lost: boolean; last: Record<string, Happening> }>({
  connected: false,
  lost: false,
  last: {},
})

const listeners = new Set<(h: Happening) => void>()

export function onHappening(listener: (h: Happening) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Calls back some time after something happened that is meant, once for all that happened in between. */
export function soonAfter(meant: (h: Happening) => boolean, wait: number, call: () => void): () => void {
  let due: ReturnType<typeof setTimeout> | undefined
  const stop = onHappening((h) => {
    if (due !== undefined || !meant(h)) return
    due = setTimeout(() => {
      due = undefined
      call()
    }, wait)
  })
  return () => {
    stop()
    clearTimeout(due)
  }
}

/** Follows the events until stop is called. */
export function follow(): () => void {
  const ended = new AbortController()
  void run(ended.signal)
  return () => ended.abort()
}

async function run(signal: AbortSignal) {
  let last = ''
  let wait = 1000
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${await token()}` }
      if (last) headers['Last-Event-ID'] = last
      const answer = await fetch('/api/eventos', { headers, signal })
      if (!answer.ok || !answer.body) throw new Error(String(answer.status))
      live.connected = true
      live.lost = false
      wait = 1000
      last = await read(answer.body, last)
    } catch {
      /* told below */
    }
    live.connected = false
    if (signal.aborted) return
    live.lost = true
    await new Promise((resume) => setTimeout(resume, wait))
    wait = Math.min(wait * 2, 15_000)
  }
}

async function read(body: ReadableStream<Uint8Array>, last: string): Promise<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
    .getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await Promise.race([reader.read(), silence()])
    if (done) {
      void reader.cancel()
      return last
    }
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) last = tell(block) || last
  }
}

/** A stream that says nothing for longer than its heartbeat is dead. */
function silence(): Promise<{ value: undefined; done: true }> {
  return new Promise((dead) => setTimeout(() => dead({ value: undefined, done: true }), 20_000))
}

function tell(block: string): string {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const at = line.indexOf(': ')
    if (at > 0) fields[line.slice(0, at)] = line.slice(at + 2)
  }
  if (fields.data && fields.event) {
    const happening = { kind: fields.event, data: JSON.parse(fields.data) }
    const about = happening.data.device_id ?? happening.data.space_id
    if (about) live.last[`${happening.kind} ${about}`] = happening
    for (const listener of listeners) listener(happening)
  }
  return fields.id ?? ''
}
