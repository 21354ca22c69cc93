import { describe, expect, it } from 'vitest'
import english from './en.json'
import spanish from './es.json'

const sources = Object.values(
  import.meta.glob<string>(['../**/*.svelte', '../**/*.ts', '!../**/*.test.ts', '!../api.d.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
).join('\n')

const keysOf = (texts: Record<string, Record<string, string>>) =>
  Object.entries(texts).flatMap(([group, words]) => Object.keys(words).map((word) => `${group}.${word}`))

// A key is used as it is, or as a word of the server, or is put together: `role.${role}`.
const isUsed = (key: string) => {
  const group = key.slice(0, key.indexOf('.'))
  return [`'${key}'`, `serverLabel('${group}'`, `\`${group}.\${`].some((use) => sources.includes(use))
}

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

describe('translations', () => {
  it('have the same keys, in the same order, in both languages', () => {
    expect(keysOf(english)).toEqual(keysOf(spanish))
  })

  it('are all used', () => {
    expect(keysOf(spanish).filter((key) => !isUsed(key))).toEqual([])
  })

  it('are not empty, and name the same values in both languages', () => {
    for (const [group, words] of Object.entries(spanish as Record<string, Record<string, string>>)) {
      for (const [word, text] of Object.entries(words)) {
        const other = (english as Record<string, Record<string, string>>)[group][word]
        expect(text && other, `${group}.${word}`).toBeTruthy()
        expect(placeholders(other), `${group}.${word}`).toEqual(placeholders(text))
      }
    }
  })

  it('are given the values that they name', () => {
    const withValues = Object.entries(spanish as Record<string, Record<string, string>>).flatMap(
      ([group, words]) =>
        Object.entries(words).flatMap(([word, text]) =>
          placeholders(text).length ? `${group}.${word}` : [],
        ),
    )
    expect(withValues.length).toBeGreaterThan(5)
    expect(withValues.filter((key) => sources.includes(`t('${key}')`))).toEqual([])
  })

  it('leave no text of a page in its code', () => {
    const components = import.meta.glob<string>('../**/*.svelte', {
      query: '?raw',
      import: 'default',
      eager: true,
    })
    const written = Object.entries(components).flatMap(([file, source]) => {
      const markup = source
        .replace(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->/g, '')
        .replace(/\{[^{}]*\}|&\w+;/g, '')
      return (markup.match(/>[^<>{}]*\p{Ll}{4,}[^<>{}]*</gu) ?? []).map((text) => `${file}: ${text.trim()}`)
    })
    expect(written.filter((text) => !/HoloTwin/.test(text))).toEqual([])
  })
})
