// Every view and range has an address, after the # so that it is no call of the API.

export const pages = [
  'hoy',
  'consumo',
  'recomendaciones',
  'campus',
  'pronostico',
  'dispositivos',
  'administracion',
] as const
export type Page = (typeof pages)[number]

function parse(): { page: Page; params: Record<string, string> } {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?')
  const page = (pages as readonly string[]).includes(path) ? (path as Page) : 'hoy'
  return { page, params: Object.fromEntries(new URLSearchParams(query ?? '')) }
}

export const route = $state(parse())

addEventListener('hashchange', () => {
  const next = parse()
  route.page = next.page
  route.params = next.params
})

export function address(page: Page, params: Record<string, string | undefined> = {}): string {
  const query = new URLSearchParams(
    Object.entries(params).filter((entry): entry is [string, string] => !!entry[1]),
  ).toString()
  return `#/${page}${query ? `?${query}` : ''}`
}

/** Changes the parameters of this page; the browser's back undoes it. */
export function set(params: Record<string, string | undefined>) {
  location.hash = address(route.page, { ...route.params, ...params })
}
