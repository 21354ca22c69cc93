// What a chart shows. A picture never changes: what is painted later must not read the data of the next one.

export type Line = {
  name: string
  values: (number | null)[]
  /** The number of a colour of the palette; the line's own number by default. */
  color?: number | 'soft'
  dash?: boolean
  fill?: boolean
  /** The line shows what is expected: it is lighter, and continues beyond the running step. */
  ahead?: boolean
  /** Its bars stand beside those of the other lines. */
  beside?: boolean
}
export type Span = { from: number; to: number; name?: string }
export type Band = { low: (number | null)[]; high: (number | null)[] }

/** All instants and spans are in seconds. */
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
  /** The start of the step that still runs, whose measured part is not a whole step. */
  running: number
  now?: number
  nowName: string
}

type Edges = { low: number[]; high: (number | null)[] }

/** Where each step ends: where the next begins; the last is as long as the one before. */
export function endsOf(x: number[]): number[] {
  const last = x.length > 1 ? x[x.length - 1] - x[x.length - 2] : 86_400
  return x.map((at, i) => x[i + 1] ?? at + last)
}

/** The lower and upper edge of each line's part, which in a stack stands on the part below. */
export function edgesOf(p: Picture): Edges[] {
  const below = p.x.map(() => 0)
  return p.lines.map((line) => {
    const values = line.values.map((v, i) => (isShown(p, line, i) ? v : null))
    const low = p.stacked ? [...below] : p.x.map(() => 0)
    const high = values.map((v, i) => (v === null ? null : low[i] + v))
    if (p.stacked) high.forEach((v, i) => (below[i] = v ?? below[i]))
    return { low, high }
  })
}

/** Whether a line's value is drawn: what is measured of a running step is only drawn as a bar. */
export function isShown(p: Picture, line: Line, step: number): boolean {
  return p.bars || line.ahead === true || p.x[step] < p.running
}

/** The steps whose values are known, in unbroken runs. */
export function knownRuns(values: (number | null)[]): number[][] {
  const runs: number[][] = []
  values.forEach((v, i) => {
    if (v === null) return
    if (i > 0 && values[i - 1] !== null) runs[runs.length - 1].push(i)
    else runs.push([i])
  })
  return runs
}

/** Whether a step still runs. */
export function isRunning(p: Pick<Picture, 'running' | 'now'>, at: number): boolean {
  return at >= p.running && (p.now === undefined || at <= p.now)
}
