// What the tooltip of a chart says about a step.
import { day, moment, number } from '../format/format'
import { t } from '../i18n/i18n.svelte'
import { variableOf } from './paint'
import { isRunning, isShown, type Picture } from './picture'

const hourS = 3600
const shortestDayS = 23 * hourS // the day on which a clock is put forward
const longestDayS = 25 * hourS

export type TooltipRow = { color: string; name: string; text: string }

/** The values of a step, in the order of the legend. */
export function tooltipRows(p: Picture, step: number, bandName: string): TooltipRow[] {
  const rows = p.lines.flatMap((line, i) => {
    const value = line.values[step]
    if (value == null || !isShown(p, line, step)) return []
    return [{ color: variableOf(line, i), name: line.name, text: `${number(value, 2)} ${p.unit}` }]
  })
  const [low, high] = [p.band?.low[step], p.band?.high[step]]
  if (low == null || high == null) return rows
  return [
    ...rows,
    { color: '--c0', name: bandName, text: `${number(low, 1)} – ${number(high, 1)} ${p.unit}` },
  ]
}

/** The name of a step, with its holiday and whether it still runs. */
export function tooltipTitle(p: Picture, step: number, xName: string): string {
  const at = p.x[step]
  const holiday = p.holidays.find((span) => at >= span.from && at < span.to)
  const notes = [holiday && (holiday.name ?? t('common.holiday')), isRunning(p, at) && t('chart.inProgress')]
  return [stepName(p, step, xName), ...notes.filter(Boolean)].join(' · ')
}

function stepName(p: Picture, step: number, xName: string): string {
  if (p.axis === 'number') return `${xName} ${number(p.x[step])}`
  const [start, end] = [p.x[step] * 1000, p.ends[step] * 1000]
  const length = p.ends[step] - p.x[step]
  if (length < shortestDayS) return moment(start)
  return length > longestDayS ? `${day(start)} – ${day(end - 1)}` : day(start)
}

/** Where a tooltip stands, px: right of the pointer or, where there is no room, left of it; never beyond the chart. */
export function tooltipLeft(pointer: number, width: number, chartWidth: number): number {
  const gap = 14
  const room = chartWidth - width
  if (pointer + gap <= room) return Math.max(0, pointer + gap)
  const left = pointer - gap - width
  return Math.max(0, left >= 0 ? left : Math.min(pointer, room))
}
