import { expect, it } from 'vitest'
import { browserZone, holidaysIn, timeZones } from './siteDefaults'

it('a new site is proposed the browser’s clock, and Colombia’s holidays in Colombia', () => {
  expect(browserZone()).toBe('Asia/Tokyo')
  expect(holidaysIn('America/Bogota')).toBe('CO')
  expect(holidaysIn('Asia/Tokyo')).toBe('none')
})

it('the present zone can always be chosen, once', () => {
  expect(timeZones('America/Bogota').filter((zone) => zone === 'America/Bogota')).toHaveLength(1)
  expect(timeZones('Etc/GMT+5')).toContain('Etc/GMT+5')
})
