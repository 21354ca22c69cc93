// A uPlot of a picture: its scales, axes on the site's clock, and the pointer; paint.ts paints what is on it.
import uPlot from 'uplot'
import { number } from '../format/format'
import { colorOf, paint, paintBehind, variableOf } from './paint'
import { edgesOf, type Picture } from './picture'
import { barName, labelledPositions, positionsOf, tickName, xRange, yRange } from './scales'
import { ticks } from './ticks'

const labelWidth = 84
const font = '12px system-ui, sans-serif'

/** The step that the pointer is at, and where in the chart's box, px; null when the pointer left. */
export type Pointed = { step: number; left: number; top: number } | null

export function plot(
  box: HTMLElement,
  picture: Picture,
  size: { width: number; height: number },
  onPoint: (pointed: Pointed) => void,
): uPlot {
  const hidden: uPlot.Series = { paths: () => null, points: { show: false } }
  const lines = picture.lines.map((line, i): uPlot.Series => ({
    ...hidden,
    stroke: colorOf(variableOf(line, i)),
  }))
  const band = picture.band ? [picture.band.low, picture.band.high] : []
  const options: uPlot.Options = {
    ...size,
    axes: axesOf(picture),
    padding: [8, 28, null, null],
    legend: { show: false },
    cursor: {
      points: { show: !picture.bars && !picture.stacked },
      y: false,
      drag: { x: true, y: false },
    },
    scales: {
      x: { time: false, range: (_, min, max) => xRange(picture, min, max) },
      y: { range: (_, min, max) => yRange(min, max) },
    },
    series: [{}, ...lines, ...band.map(() => hidden)],
    hooks: {
      drawClear: [(u) => paintBehind(u, picture)],
      draw: [(u) => paint(u, picture)],
      setCursor: [(u) => onPoint(pointedIn(u))],
    },
  }
  const data = [positionsOf(picture), ...edgesOf(picture).map((edge) => edge.high), ...band]
  return new uPlot(options, data as uPlot.AlignedData, box)
}

function axesOf(picture: Picture): uPlot.Axis[] {
  const positions = positionsOf(picture)
  const line = { stroke: colorOf('--line'), width: 1 }
  const style = { stroke: colorOf('--soft'), grid: line, ticks: line, font }
  const maxLabels = (u: uPlot) => Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / labelWidth))
  const time: uPlot.Axis = {
    splits: (u, _, min, max) =>
      picture.bars ? labelledPositions(positions, min, max, maxLabels(u)) : ticks(min, max, maxLabels(u)),
    values: (_, at) => at.map((v) => (picture.bars ? barName(picture, positions.indexOf(v)) : tickName(v))),
  }
  return [
    { ...style, ...(picture.axis === 'time' && time) },
    { ...style, size: 56, values: (_, at) => at.map((v) => number(v, 2)) },
  ]
}

function pointedIn(u: uPlot): Pointed {
  const { idx, left = -1, top = 0 } = u.cursor
  if (idx == null || left < 0) return null
  return { step: idx, left: left + u.over.offsetLeft, top: top + u.over.offsetTop }
}
