// The format of server-sent events, which come in pieces of any length.

export type StreamEvent = { id: string; kind: string; data: string }

/** The events that are complete in a text, and what is left of it for the next piece. */
export function eventsIn(text: string): { events: StreamEvent[]; rest: string } {
  const blocks = text.split('\n\n')
  const rest = blocks.pop() ?? ''
  return { events: blocks.map(eventOf), rest }
}

function eventOf(block: string): StreamEvent {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2)
  }
  return { id: fields.id ?? '', kind: fields.event ?? '', data: fields.data ?? '' }
}
