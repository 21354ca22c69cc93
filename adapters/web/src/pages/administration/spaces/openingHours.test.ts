import { describe, expect, it } from 'vitest'
import { assumedHours, hoursOf, hoursText, type Entry } from './openingHours'
import type { Node } from './spaceTree'

const spaces: Node[] = [
  { id: 'site', name: 'USC', kind: 'site', parent_id: null },
  { id: 'b', name: 'Bloque', kind: 'building', parent_id: 'site' },
  { id: 'r', name: 'Sala', kind: 'room', parent_id: 'b' },
]
const opening = (space_id: string, kind: Entry['kind'] = 'opening'): Entry => ({
  id: `cal-${space_id}`,
  name: 'x',
  kind,
  space_id,
  hours: [{ days: ['mon'], from: '08:00', to: '12:00' }],
})

describe('the hours of a space', () => {
  it('are assumed where nothing is set', () => {
    expect(hoursOf(spaces, [opening('b', 'open')], spaces[2])).toEqual({
      source: 'assumed',
      hours: assumedHours,
    })
  })

  it('are its own, or those of the nearest space around it', () => {
    const entries = [opening('site'), opening('b')]
    expect(hoursOf(spaces, entries, spaces[1])).toMatchObject({ source: 'own', space: { id: 'b' } })
    expect(hoursOf(spaces, entries, spaces[2])).toMatchObject({ source: 'inherited', space: { id: 'b' } })
    expect(hoursOf(spaces, [opening('r')], spaces[1]).source).toBe('assumed')
  })

  it('are written in short', () => {
    expect(hoursText(assumedHours, (day) => day)).toBe('mon–fri 07:00–22:00, sat 07:00–13:00')
    expect(
      hoursText(
        [{ days: ['sun', 'mon', 'tue', 'thu', 'holiday'], from: '08:00', to: '24:00' }],
        (day) => day,
      ),
    ).toBe('mon tue thu sun holiday 08:00–24:00')
  })
})
