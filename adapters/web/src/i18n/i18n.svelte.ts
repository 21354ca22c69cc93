// The page's texts, in the reader's language. Only that language is loaded, and only the texts that the first view may show, so that
// this stays small; the others come with the first page that is opened after it.
// What the server says is in the reader's language already.
import type spanish from './es.json'

export type Code = 'es' | 'en'
type Translations = typeof spanish
type Group = keyof Translations

/** A text's key: its page or subject, and its name there. */
export type Key = { [G in Group]: `${G}.${keyof Translations[G] & string}` }[Group]

const languageKey = 'holotwin.language'
type Texts = Record<string, Record<string, string>>
type Part = () => Promise<{ default: Texts }>
const firstTexts: Record<Code, Part> = {
  es: () => import('./es.json?texts=first'),
  en: () => import('./en.json?texts=first'),
}
const otherTexts: Record<Code, Part> = {
  es: () => import('./es.json?texts=rest'),
  en: () => import('./en.json?texts=rest'),
}

export const language = $state<{ code: Code }>({ code: 'es' })
let texts = $state.raw<Texts>({})
let isWhole = false

/** The language that the reader chose before, or else the browser's. */
export function preferredLanguage(): Code {
  const stored = localStorage.getItem(languageKey)
  if (stored === 'en' || stored === 'es') return stored
  return navigator.language.startsWith('en') ? 'en' : 'es'
}

/** Loads a language and shows the page in it. Rejects if its file cannot be loaded. */
export async function loadLanguage(code: Code) {
  const parts = await Promise.all([firstTexts[code](), ...(isWhole ? [otherTexts[code]()] : [])])
  texts = Object.assign({}, ...parts.map((part) => part.default)) as Texts
  language.code = code
  document.documentElement.lang = code
}

/** Loads all texts of the language. Rejects if their file cannot be loaded. */
export async function loadAllTexts() {
  if (isWhole) return
  const { code } = language
  const rest = (await otherTexts[code]()).default
  if (language.code === code) texts = { ...texts, ...rest }
  isWhole = true
  if (language.code !== code) await loadLanguage(language.code)
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
