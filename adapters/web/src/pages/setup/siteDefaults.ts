// What is proposed for a new site.

/** The browser's time zone. */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** The zones to choose from, the present one always among them. */
export function timeZones(present: string): string[] {
  const zones = Intl.supportedValuesOf('timeZone')
  return zones.includes(present) ? zones : [present, ...zones]
}

/** The holidays that a site in a time zone most likely has. */
export const holidaysIn = (zone: string): 'CO' | 'none' => (zone === 'America/Bogota' ? 'CO' : 'none')
