import { describe, expect, it } from 'vitest'
import { brokerAddress, curlOf, exampleDevice, exampleOf, sentSince } from './connection'

describe('what a device is told', () => {
  it('is the address of the broker', () => {
    const own = { listen: { host: null, port: 1883, tls: false }, broker: null }
    expect(brokerAddress(own, 'energia.usc.edu.co')).toBe('mqtt://energia.usc.edu.co:1883')
    expect(brokerAddress({ ...own, listen: { host: '10.0.0.2', port: 8883, tls: true } }, 'h')).toBe(
      'mqtts://10.0.0.2:8883',
    )
    expect(brokerAddress({ listen: null, broker: { url: 'mqtt://other:1883', filters: ['#'] } }, 'h')).toBe(
      'mqtt://other:1883',
    )
    expect(brokerAddress({ listen: null, broker: null }, 'h')).toBeNull()
  })

  it('names a device that measures energy', () => {
    expect(exampleDevice([{ kind: 'sensor' }, { kind: 'meter' }])).toEqual({ kind: 'meter' })
    expect(exampleDevice([])).toBeUndefined()
  })

  it('is where to publish, and what', () => {
    const examples = [{ topic: 'holotwin/{device_id}/consumo', payload: '{"kwh":0.42}' }]
    const guide = { listen: null, broker: null, examples }
    expect(exampleOf(guide, { id: 'ac-1' })).toEqual({
      topic: 'holotwin/ac-1/consumo',
      payload: '{"kwh":0.42}',
    })
    expect(exampleOf(guide, undefined)?.topic).toBe('holotwin/{device_id}/consumo')
    expect(exampleOf({ ...guide, examples: [] }, undefined)).toBeUndefined()
  })

  it('can be pasted into a shell', () => {
    expect(curlOf('http://h:8000', 'htk_1', 'ac-1')).toBe(
      `curl http://h:8000/consumo -H 'X-API-Key: htk_1' -H 'Content-Type: application/json' -d '{"device_id":"ac-1","kwh":0.1}'`,
    )
  })
})

describe('a first message', () => {
  const sender = (address: string, messages: number, key_space_id: string | null = null) => ({
    address,
    messages,
    key_space_id,
    name: null,
  })

  it('is from a sender who is new, or who has sent more', () => {
    const before = [sender('a', 1), sender('b', 1)]
    expect(sentSince(before, [sender('a', 1), sender('b', 2), sender('c', 1)]).map((s) => s.address)).toEqual(
      ['b', 'c'],
    )
    expect(sentSince(before, [...before, sender('a', 1, 'room')])).toHaveLength(1)
  })

  it('is none that was there before', () => {
    expect(sentSince(null, [sender('a', 1)])).toEqual([])
  })
})
