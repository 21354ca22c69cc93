// The parts of a stacked chart.
import type { Line } from '../../chart/picture'

export type Part = { name: string; items: { start: string; kwh: number | null }[] | null }

const maxParts = 8 // as many colours as can be told apart

type Values = (number | null)[]

const sumOf = (values: Values) => values.reduce<number>((sum, v) => sum + (v ?? 0), 0)
const isKnown = (values: Values) => values.some((v) => v !== null)

/**
 * A line for each part, the largest first; x has the start of each step, s. There are eight at most: the smallest
 * parts are added up as the last.
 */
export function stackedLines(x: number[], parts: Part[], othersName: (count: number) => string): Line[] {
  const stepAt = new Map(x.map((at, i) => [at, i]))
  const lines = parts
    .map((part) => ({ name: part.name, values: valuesOf(part, stepAt) }))
    .filter((line) => isKnown(line.values))
    .sort((a, b) => sumOf(b.values) - sumOf(a.values))
  if (lines.length <= maxParts) return lines
  const others = lines.slice(maxParts - 1)
  return [
    ...lines.slice(0, maxParts - 1),
    { name: othersName(others.length), values: addUp(others.map((line) => line.values)), color: 'soft' },
  ]
}

function valuesOf(part: Part, stepAt: Map<number, number>): Values {
  const values: Values = Array(stepAt.size).fill(null)
  for (const item of part.items ?? []) {
    const step = stepAt.get(Date.parse(item.start) / 1000)
    if (step !== undefined) values[step] = item.kwh
  }
  return values
}

function addUp(all: Values[]): Values {
  return all[0].map((_, step) => {
    const known = all.map((values) => values[step]).filter((v) => v !== null)
    return known.length ? sumOf(known) : null
  })
}
