// The view that the browser's address names.
import { address, parseAddress, type Params } from './addresses'

export { address } from './addresses'

export const route = $state(parseAddress(location.hash))

addEventListener('hashchange', () => Object.assign(route, parseAddress(location.hash)))

/** Changes the parameters of this page; the browser's back undoes it. */
export function set(params: Params) {
  location.hash = address(route.page, { ...route.params, ...params })
}
