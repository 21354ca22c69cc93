// The texts of a language in two parts: those that the first view may show, and those of pages that load when they are opened. Which
// are which follows from the sources.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const firstSources = [
  'App.svelte',
  'components',
  'chart',
  'format',
  'server',
  'time',
  'pages/today',
  'pages/login',
  'pages/CurrentPage.svelte',
]

function sourceOf(path: string): string {
  if (/\.(svelte|ts)$/.test(path)) return readFileSync(path, 'utf8')
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name))
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n')
}

/** Whether the sources of the first view use a group of texts, as a key, a word of the server, or a key that is put together. */
function usesGroup(source: string, group: string): boolean {
  return [`'${group}.`, `\`${group}.`, `'${group}'`].some((use) => source.includes(use))
}

/** Serves `es.json?texts=first` and `es.json?texts=rest`. */
export function textParts(folder: string): Plugin {
  const source = firstSources.map((path) => sourceOf(join(folder, path))).join('\n')
  return {
    name: 'text-parts',
    load(id) {
      const [file, part] = id.split('?texts=')
      if (!part) return null
      const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
      const own = Object.entries(texts).filter(([group]) => usesGroup(source, group) === (part === 'first'))
      return { code: `export default ${JSON.stringify(Object.fromEntries(own))}`, moduleType: 'js' }
    },
  }
}
