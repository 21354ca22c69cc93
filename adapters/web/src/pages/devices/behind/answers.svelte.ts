// Which questions were answered with no. That is remembered until the page is loaded again: the answer changes nothing.
import { SvelteSet } from 'svelte/reactivity'

export const notBehind = new SvelteSet<string>()
