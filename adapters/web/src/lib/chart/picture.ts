// What a chart shows, as it was when it was asked for: nothing that is painted later may read what belongs to the next one.

export type Line = {
  name: string
  values: (number | null)[]
  color?: number | 'soft'
  dash?: boolean
  fill?: boolean
  /** It tells what is expected: it is lighter, and goes on beyond the step that runs. */
  ahead?: boolean
  /** Its bars stand beside those of the others. */
  beside?: boolean
}
export type Span = { from: number; to: number; name?: string }
export type Band = { low: (number | null)[]; high: (number | null)[] }

export type Picture = {
  x: number[]
  /** Where each step ends. */
  ends: number[]
  lines: Line[]
  unit: string
  stacked: boolean
  bars: boolean
  band?: Band
  marked: Span[]
  holidays: Span[]
  axis: 'time' | 'number'
  /** The start of the step that runs still; what is measured of it is no whole step. */
  running: number
  now?: number
  nowName: string
}

/** Where a step ends: where the next begins, or after as long as the one before. */
export function endsOf(x: number[]): number[] {
  const last = x.length > 1 ? x[x.length - 1] - x[x.length - 2] : 86_400
  return x.map((at, i) => x[i + 1] ?? at + last)
}

/** The lower and upper edge of each line's part, which in a stack stands on the part below. */
export function edgesOf(p: Picture): { low: number[]; high: (number | null)[] }[] {
  const below = p.x.map(() => 0)
  return p.lines.map((line) => {
    const values = line.values.map((v, i) => (!p.bars && !line.ahead && p.x[i] >= p.running ? null : v))
    const low = p.stacked ? [...below] : p.x.map(() => 0)
    const high = values.map((v, i) => (v === null ? null : low[i] + v))
    if (p.stacked) high.forEach((v, i) => (below[i] = v ?? below[i]))
    return { low, high }
  })
}
