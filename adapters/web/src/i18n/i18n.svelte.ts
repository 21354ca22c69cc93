// The page's texts, in the reader's language. Only that language is loaded, so that the first view stays small.
// What the server says is in the reader's language already.
import type spanish from './es.json'

export type Code = 'es' | 'en'
type Translations = typeof spanish
type Group = keyof Translations

/** A text's key: its page or subject, and its name there. */
export type Key = { [G in Group]: `${G}.${keyof Translations[G] & string}` }[Group]

const languageKey = 'holotwin.language'
const files: Record<Code, () => Promise<{ default: Translations }>> = {
  es: () => import('./es.json'),
  en: () => import('./en.json'),
}

export const language = $state<{ code: Code }>({ code: 'es' })
let texts = $state.raw<Record<string, Record<string, string>>>({})

/** The language that the reader chose before, or else the browser's. */
export function preferredLanguage(): Code {
  const stored = localStorage.getItem(languageKey)
  if (stored === 'en' || stored === 'es') return stored
  return navigator.language.startsWith('en') ? 'en' : 'es'
}

/** Loads a language and shows the page in it. Rejects if its file cannot be loaded. */
export async function loadLanguage(code: Code) {
  texts = (await files[code]()).default
  language.code = code
  document.documentElement.lang = code
}

/** Shows the page in another language, now and at the next visit. */
export async function setLanguage(code: Code) {
  await loadLanguage(code)
  localStorage.setItem(languageKey, code)
}

/** The text of a key; each {name} in it is replaced by the value of that name. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const dot = key.indexOf('.')
  const text = texts[key.slice(0, dot)]?.[key.slice(dot + 1)] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The text of a key, with a capital as a label begins. */
export function label(key: Key): string {
  const text = t(key)
  return text[0].toUpperCase() + text.slice(1)
}

/** The page's text for a word of the server, such as a device's kind; the server's own word where there is none. */
export function serverLabel(group: Group, word: string): string {
  return texts[group]?.[word] ?? word
}
