import { beforeEach, describe, expect, it } from 'vitest'
import { language } from '../i18n/i18n.svelte'
import { instantOf, site } from '../time/zone.svelte'
import { edgesOf, endsOf, isRunning, knownRuns, type Line, type Picture } from './picture'
import { barName, labelledPositions, positionsOf, tickName, xRange, yRange } from './scales'
import { ticks } from './ticks'
import { tooltipLeft, tooltipRows, tooltipTitle } from './tooltip'

const hourS = 3600
const dayS = 24 * hourS

const line = (name: string, values: (number | null)[], more: Partial<Line> = {}): Line => ({
  name,
  values,
  ...more,
})

const picture = (more: Partial<Picture> = {}): Picture => {
  const x = more.x ?? [0, 1, 2].map((hour) => seconds(10 + hour))
  return {
    x,
    ends: endsOf(x),
    lines: [],
    unit: 'kWh',
    stacked: false,
    bars: false,
    marked: [],
    holidays: [],
    axis: 'time',
    running: Infinity,
    nowName: 'now',
    ...more,
  }
}

/** An hour of 28 November 2026 at the site, s. */
const seconds = (hour: number) => instantOf(2026, 10, 28, hour) / 1000

beforeEach(() => {
  language.code = 'en'
  site.zone = 'America/Bogota'
})

describe('the parts of a picture', () => {
  it('end where the next begins, and the last is as long as the one before', () => {
    expect(endsOf([10, 20, 40])).toEqual([20, 40, 60])
    expect(endsOf([10])).toEqual([10 + dayS])
  })

  it('stand on one another in a stack, and nothing is added where a value is missing', () => {
    const stack = picture({ stacked: true, lines: [line('a', [1, null, 3]), line('b', [10, 20, null])] })
    expect(edgesOf(stack)).toEqual([
      { low: [0, 0, 0], high: [1, null, 3] },
      { low: [1, 0, 3], high: [11, 20, null] },
    ])
  })

  it('end before the running step, unless they are bars or are expected', () => {
    const lines = [line('measured', [1, 2, 3]), line('usual', [1, 2, 3], { ahead: true })]
    const highs = (more: Partial<Picture>) =>
      edgesOf(picture({ lines, running: seconds(12), ...more })).map((e) => e.high)
    expect(highs({})).toEqual([
      [1, 2, null],
      [1, 2, 3],
    ])
    expect(highs({ bars: true })[0]).toEqual([1, 2, 3])
  })

  it('run on as long as values are known', () => {
    expect(knownRuns([null, 1, 2, null, 0, null])).toEqual([[1, 2], [4]])
  })

  it('still run from the running step to now', () => {
    const p = { running: 100, now: 200 }
    expect([99, 100, 200, 201].map((at) => isRunning(p, at))).toEqual([false, true, true, false])
  })
})

describe('the axes', () => {
  it('show whole bars, and a line from its first to its last point', () => {
    const bars = picture({ bars: true, x: [0, 10, 20] })
    expect(positionsOf(bars)).toEqual([5, 15, 25])
    expect(xRange(bars, 5, 25)).toEqual([0, 30])
    expect(xRange(bars, 12, 18)).toEqual([12, 18])
    expect(xRange(picture({ x: [0, 10, 20] }), 0, 20)).toEqual([0, 20])
    expect(xRange(picture({ x: [7] }), 7, 7)).toEqual([7, 8])
  })

  it('hold zero and some room above, and below for negative values', () => {
    expect(yRange(2, 10)[1]).toBeCloseTo(10.6)
    expect(yRange(-10, -5)[0]).toBeCloseTo(-10.6)
    expect(yRange(null, null)).toEqual([0, 1])
  })

  it('name no more bars than there is room for', () => {
    expect(labelledPositions([1, 2, 3, 4, 5, 6], 2, 6, 2)).toEqual([2, 5])
    expect(labelledPositions([], 0, 1, 5)).toEqual([])
  })

  it('name a bar by its length', () => {
    const bar = (from: number, length: number) =>
      barName(picture({ bars: true, x: [from], ends: [from + length] }), 0)
    expect(bar(seconds(0), 30 * dayS)).toBe('Nov 2026')
    expect(bar(seconds(0), 23 * hourS)).toBe('Sat Nov 28')
    expect(bar(seconds(14), hourS)).toBe('14:00')
    expect(tickName(seconds(0))).toBe('Sat Nov 28')
  })
})

describe('the labels of a time axis', () => {
  const span = (from: number, to: number, maxCount: number) => ticks(from, to, maxCount)

  it('are whole hours, days, Mondays or months of the site', () => {
    expect(span(seconds(0), seconds(12), 4)).toEqual([0, 3, 6, 9, 12].map(seconds).slice(0, 5))
    expect(span(seconds(0), seconds(24 * 5), 6).map(tickName)).toEqual(
      [0, 1, 2, 3, 4, 5].map((d) => tickName(seconds(24 * d))),
    )
    expect(span(seconds(0), seconds(24 * 30), 6).map(tickName)).toEqual([
      'Mon Nov 30',
      'Mon Dec 7',
      'Mon Dec 14',
      'Mon Dec 21',
      'Mon Dec 28',
    ])
    expect(span(seconds(0), seconds(24 * 365), 8).map((at) => new Date(at * 1000).getUTCDate())).toEqual([
      1, 1, 1, 1, 1, 1,
    ])
  })

  it('stay on whole hours when the clock is put forward', () => {
    site.zone = 'Europe/Madrid'
    const [from, to] = [instantOf(2026, 2, 28, 12) / 1000, instantOf(2026, 2, 30) / 1000]
    expect(span(from, to, 8).map(tickName)).toEqual([
      '12:00',
      '18:00',
      'Sun Mar 29',
      '06:00',
      '12:00',
      '18:00',
      'Mon Mar 30',
    ])
  })
})

describe('a tooltip', () => {
  it('lists what is drawn of a step', () => {
    const p = picture({
      lines: [line('measured', [1, 2, 3]), line('usual', [1, 2, 4], { ahead: true, color: 'soft' })],
      running: seconds(12),
      band: { low: [null, null, 3], high: [null, null, 5] },
    })
    expect(tooltipRows(p, 2, 'band')).toEqual([
      { color: '--soft', name: 'usual', text: '4 kWh' },
      { color: '--c0', name: 'band', text: '3 – 5 kWh' },
    ])
    expect(tooltipRows(p, 0, 'band').map((row) => row.name)).toEqual(['measured', 'usual'])
  })

  it('names its step by its length', () => {
    const titled = (from: number, length: number) =>
      tooltipTitle(picture({ x: [from], ends: [from + length] }), 0, 'Hour')
    expect(titled(seconds(14), hourS)).toBe('Nov 28, 14:00')
    expect(titled(seconds(0), dayS)).toBe('Sat Nov 28')
    expect(titled(seconds(0), 7 * dayS)).toBe('Sat Nov 28 – Fri Dec 4')
    expect(tooltipTitle(picture({ axis: 'number', x: [3] }), 0, 'Hour')).toBe('Hour 3')
  })

  it.each([
    [10, 24],
    [90, 16],
    [40, 40],
  ])('of 60 px in a chart of 100 px with the pointer at %d px stands at %d px', (pointer, left) => {
    expect(tooltipLeft(pointer, 60, 100)).toBe(left)
  })
})
