import { describe, expect, it } from 'vitest'
import { eventsIn } from './eventStream'

describe('an event stream', () => {
  const stream =
    'id: 7\nevent: reading\ndata: {"kwh": 1}\n\n: heartbeat\n\nid: 8\nevent: ambient\ndata: {}\n\n'

  it('is read event by event', () => {
    expect(eventsIn(stream)).toEqual({
      events: [
        { id: '7', kind: 'reading', data: '{"kwh": 1}' },
        { id: '', kind: '', data: '' },
        { id: '8', kind: 'ambient', data: '{}' },
      ],
      rest: '',
    })
  })

  it('may be cut anywhere', () => {
    const whole = eventsIn(stream).events
    for (let cut = 0; cut < stream.length; cut++) {
      const first = eventsIn(stream.slice(0, cut))
      const second = eventsIn(first.rest + stream.slice(cut))
      expect([...first.events, ...second.events], `cut at ${cut}`).toEqual(whole)
    }
  })
})
