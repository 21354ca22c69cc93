import { describe, expect, it } from 'vitest'
import { meterQuestions, possibleMeters } from './meterQuestions'

const spaces = [
  { id: 'site', parent_id: null },
  { id: 'block', parent_id: 'site' },
  { id: 'room', parent_id: 'block' },
]
const node = (id: string, kind: string, space_id: string, parent_id: string | null = null) => ({
  id,
  kind,
  space_id,
  parent_id,
  measures: 'active' as 'active' | 'reactive_inductive',
})
const asked = (devices: ReturnType<typeof node>[]) =>
  meterQuestions(spaces, devices).map(({ device, meters }) => [device.id, ...meters.map((one) => one.id)])

describe('whether a meter counts a device already', () => {
  it('is asked of the innermost meter around it', () => {
    expect(
      asked([
        node('main', 'meter', 'site'),
        node('m5', 'meter', 'block'),
        node('tv', 'tv', 'room'),
        node('ac', 'ac', 'site'),
      ]),
    ).toEqual([
      ['m5', 'main'],
      ['tv', 'm5'],
      ['ac', 'main'],
    ])
  })

  it('is not asked of a device that is behind one, or that none could count', () => {
    expect(asked([node('m5', 'meter', 'block'), node('tv', 'tv', 'room', 'm5')])).toEqual([])
    expect(asked([node('tv', 'tv', 'room'), node('m', 'meter', 'room', 'tv')])).toEqual([])
    expect(asked([node('tv', 'tv', 'block'), node('m', 'meter', 'room')])).toEqual([])
  })

  it('lets the reader choose among meters side by side, and takes none of them to count another', () => {
    expect(
      asked([node('a', 'meter', 'block'), node('b', 'meter', 'block'), node('tv', 'tv', 'room')]),
    ).toEqual([['tv', 'a', 'b']])
  })

  it('leaves out meters of reactive energy', () => {
    const reactive = { ...node('r', 'meter', 'block'), measures: 'reactive_inductive' as const }
    expect(asked([reactive, node('tv', 'tv', 'room')])).toEqual([])
    expect(possibleMeters(spaces, [reactive], { ...node('', 'tv', 'room') })).toEqual([])
  })
})
