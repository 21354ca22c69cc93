// Every view and range has an address, after the # so that it is no call of the API.

export const pages = [
  'hoy',
  'consumo',
  'recomendaciones',
  'campus',
  'pronostico',
  'dispositivos',
  'administracion',
  'inicio',
] as const
export type Page = (typeof pages)[number]
export type Params = Record<string, string | undefined>

export type Address = { page: Page; params: Record<string, string> }

/** The page and parameters of an address; today's page if it names none. */
export function parseAddress(hash: string): Address {
  const [path, query] = hash.replace(/^#\/?/, '').split('?')
  const page = pages.find((one) => one === path) ?? 'hoy'
  return { page, params: Object.fromEntries(new URLSearchParams(query ?? '')) }
}

/** The address of a page with the parameters that are not empty. */
export function address(page: Page, params: Params = {}): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => !!entry[1])
  const query = new URLSearchParams(given).toString()
  return `#/${page}${query ? `?${query}` : ''}`
}
