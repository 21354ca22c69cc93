// Paints a chart on uPlot's canvas: bars over their own span, segments of a stack, lines, bands, marks, and the
// running step.
import type uPlot from 'uplot'
import { edgesOf, knownRuns, type Line, type Picture, type Span } from './picture'

export const colorOf = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export const variableOf = (line: Line, i: number) =>
  line.color === 'soft' ? '--soft' : `--c${(line.color ?? i) % 8}`

/**
 * A colour with so many percent of it left. The build may write a variable in any of CSS's notations, so nothing is
 * appended to it.
 */
export const translucent = (color: string, percent: number) =>
  `color-mix(in srgb, ${color} ${percent}%, transparent)`

type Place = { x: (v: number) => number; y: (v: number) => number }

/** Paints behind the grid: days and hours that are marked. */
export function paintBehind(u: uPlot, p: Picture) {
  const shade = (spans: Span[], color: string) => {
    u.ctx.fillStyle = color
    for (const span of spans) {
      const from = u.valToPos(Math.max(span.from, u.scales.x.min!), 'x', true)
      const to = u.valToPos(Math.min(span.to, u.scales.x.max!), 'x', true)
      if (to > from) u.ctx.fillRect(from, u.bbox.top, to - from, u.bbox.height)
    }
  }
  shade(p.holidays, translucent(colorOf('--soft'), 18))
  shade(p.marked, translucent(colorOf('--c1'), 22))
}

export function paint(u: uPlot, p: Picture) {
  const { ctx, bbox } = u
  const at: Place = { x: (v) => u.valToPos(v, 'x', true), y: (v) => u.valToPos(v, 'y', true) }
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  if (p.band) paintBand(ctx, at, p)
  edgesOf(p).forEach((edge, i) => {
    const color = colorOf(variableOf(p.lines[i], i))
    if (p.bars) paintBars(ctx, at, p, edge, p.lines[i], color)
    else if (p.stacked) area(ctx, at, p.x, edge.low, edge.high, color)
    else paintLine(ctx, at, p, edge.high, p.lines[i], color)
  })
  if (!p.bars) paintRunning(ctx, at, p)
  if (p.now !== undefined) paintNow(u, at, p.now, p.nowName)
  ctx.restore()
}

function area(
  ctx: CanvasRenderingContext2D,
  at: Place,
  x: number[],
  low: (number | null)[],
  high: (number | null)[],
  fill: string,
) {
  ctx.fillStyle = fill
  for (const run of knownRuns(high)) {
    ctx.beginPath()
    for (const i of run) ctx.lineTo(at.x(x[i]), at.y(high[i]!))
    for (const i of [...run].reverse()) ctx.lineTo(at.x(x[i]), at.y(low[i] ?? 0))
    ctx.fill()
  }
}

function paintBand(ctx: CanvasRenderingContext2D, at: Place, p: Picture) {
  area(
    ctx,
    at,
    p.x,
    p.band!.low,
    p.band!.high.map((v, i) => (p.band!.low[i] === null ? null : v)),
    translucent(colorOf('--c0'), 18),
  )
}

function paintLine(
  ctx: CanvasRenderingContext2D,
  at: Place,
  p: Picture,
  high: (number | null)[],
  line: Line,
  color: string,
) {
  if (line.fill)
    area(
      ctx,
      at,
      p.x,
      p.x.map(() => 0),
      high,
      translucent(color, 33),
    )
  ctx.strokeStyle = line.ahead ? translucent(color, 65) : color
  ctx.lineWidth = 1.8 * devicePixelRatio
  ctx.lineJoin = 'round'
  ctx.setLineDash(line.dash ? [6 * devicePixelRatio, 4 * devicePixelRatio] : [])
  for (const run of knownRuns(high)) {
    ctx.beginPath()
    for (const i of run) ctx.lineTo(at.x(p.x[i]), at.y(high[i]!))
    if (run.length === 1) ctx.lineTo(at.x(p.x[run[0]]) + devicePixelRatio, at.y(high[run[0]]!))
    ctx.stroke()
  }
  ctx.setLineDash([])
}

function paintBars(
  ctx: CanvasRenderingContext2D,
  at: Place,
  p: Picture,
  edge: { low: number[]; high: (number | null)[] },
  line: Line,
  color: string,
) {
  const halved = p.lines.some((l) => l.beside)
  edge.high.forEach((top, i) => {
    if (top === null) return
    let [left, right] = [at.x(p.x[i]), at.x(p.ends[i])]
    const gap = Math.min(8 * devicePixelRatio, (right - left) * 0.14)
    if (halved)
      [left, right] = line.beside ? [(left + right - gap) / 2, right] : [left, (left + right + gap) / 2]
    const [a, b] = [at.y(edge.low[i]), at.y(top)]
    const runs = p.x[i] >= p.running
    ctx.fillStyle = runs ? translucent(color, 45) : color
    ctx.beginPath()
    ctx.rect(left + gap / 2, Math.min(a, b), Math.max(1, right - left - gap), Math.abs(a - b))
    ctx.fill()
    if (!runs) return
    ctx.strokeStyle = color
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.stroke()
    ctx.setLineDash([])
  })
}

/** What is measured goes on as a dotted stub, on the last level that is known, while a step runs. */
function paintRunning(ctx: CanvasRenderingContext2D, at: Place, p: Picture) {
  const first = p.x.findIndex((x) => x >= p.running)
  if (first < 1) return
  const to = Math.min(p.ends[first], p.now ?? p.ends[first])
  edgesOf(p).forEach(({ high }, i) => {
    const last = high[first - 1]
    if (p.lines[i].ahead || last === null || (p.stacked && i < p.lines.length - 1)) return
    ctx.strokeStyle = colorOf(variableOf(p.lines[i], i))
    ctx.lineWidth = 1.8 * devicePixelRatio
    ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(at.x(p.x[first - 1]), at.y(last))
    ctx.lineTo(at.x(Math.max(to, p.x[first])), at.y(last))
    ctx.stroke()
    ctx.setLineDash([])
  })
}

function paintNow(u: uPlot, at: Place, now: number, name: string) {
  const { ctx, bbox } = u
  if (now < u.scales.x.min! || now > u.scales.x.max!) return
  const x = at.x(now)
  ctx.strokeStyle = ctx.fillStyle = colorOf('--ink')
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'top'
  ctx.fillText(name, x + 4 * devicePixelRatio, bbox.top + 2 * devicePixelRatio)
}
