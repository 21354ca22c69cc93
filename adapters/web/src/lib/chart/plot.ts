// A uPlot of a picture: its scales, axes on the site's clock, and the pointer; paint.ts paints what is on it.
import uPlot from 'uplot'
import { clock, day, month, number } from '../format'
import { ink, paint, paintBehind, variableOf } from './paint'
import { edgesOf, type Picture } from './picture'
import { local } from '../zone.svelte'
import { ticks } from './ticks'

const tickWidth = 84

/** Tells which step the pointer is at, and where; null where it left. */
export type Pointed = { at: number; left: number; top: number } | null

export function plot(
  box: HTMLElement,
  p: Picture,
  size: { width: number; height: number },
  onPoint: (at: Pointed) => void,
): uPlot {
  const centres = p.bars ? p.x.map((from, i) => (from + p.ends[i]) / 2) : p.x
  const first = p.x[0]
  const last = p.bars ? p.ends[p.ends.length - 1] : p.x[p.x.length - 1]
  const whole = (low: number, high: number) => low <= centres[0] && high >= centres[centres.length - 1]
  const line = { stroke: ink('--line'), width: 1 }
  const most = (u: uPlot) => Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / tickWidth))
  const axes: uPlot.Axis[] = [
    {
      stroke: ink('--soft'),
      grid: line,
      ticks: line,
      font: '12px system-ui, sans-serif',
      splits:
        p.axis === 'time'
          ? (u, _, low, high) =>
              p.bars ? centresShown(centres, low, high, most(u)) : ticks(low, high, most(u))
          : undefined,
      values:
        p.axis === 'time'
          ? (_, at) => at.map((v) => (p.bars ? stepName(p, centres.indexOf(v)) : tickName(v)))
          : undefined,
    },
    {
      stroke: ink('--soft'),
      grid: line,
      ticks: line,
      size: 56,
      font: '12px system-ui, sans-serif',
      values: (_, at) => at.map((v) => number(v, 2)),
    },
  ]
  return new uPlot(
    {
      ...size,
      axes,
      padding: [8, 28, null, null],
      legend: { show: false },
      cursor: { points: { show: !p.bars && !p.stacked }, y: false, drag: { x: true, y: false } },
      scales: {
        x: {
          time: false,
          range: (_, low, high) =>
            whole(low, high) ? [first, last > first ? last : first + 1] : [low, high],
        },
        y: {
          range: (_, low, high) => [
            1.06 * Math.min(0, low ?? 0),
            1.06 * Math.max(0, high ?? 0) || (low && low < 0 ? 0 : 1),
          ],
        },
      },
      series: [
        {},
        ...p.lines.map((one, i): uPlot.Series => ({
          stroke: ink(variableOf(one, i)),
          paths: () => null,
          points: { show: false },
        })),
        ...(p.band
          ? [
              { paths: () => null, points: { show: false } },
              { paths: () => null, points: { show: false } },
            ]
          : []),
      ],
      hooks: {
        drawClear: [(u) => paintBehind(u, p)],
        draw: [(u) => paint(u, p)],
        setCursor: [
          (u) =>
            onPoint(
              u.cursor.idx == null || (u.cursor.left ?? -1) < 0
                ? null
                : {
                    at: u.cursor.idx,
                    left: u.cursor.left! + u.over.offsetLeft,
                    top: u.cursor.top! + u.over.offsetTop,
                  },
            ),
        ],
      },
    },
    [
      centres,
      ...edgesOf(p).map((e) => e.high),
      ...(p.band ? [p.band.low, p.band.high] : []),
    ] as uPlot.AlignedData,
    box,
  )
}

function centresShown(centres: number[], low: number, high: number, most: number): number[] {
  const shown = centres.filter((c) => c >= low && c <= high)
  const each = Math.ceil(shown.length / most)
  return shown.filter((_, i) => i % each === 0)
}

/** A step's name: its month where it is about one, else its first day or, where it is shorter, its time. */
function stepName(p: Picture, i: number): string {
  const length = p.ends[i] - p.x[i]
  if (length > 27 * 86_400) return month(p.x[i] * 1000)
  return length >= 82_800 ? day(p.x[i] * 1000) : clock(p.x[i] * 1000)
}

function tickName(at: number): string {
  return local(at * 1000).hour === 0 ? day(at * 1000) : clock(at * 1000)
}
