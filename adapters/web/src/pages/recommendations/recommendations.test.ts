import { describe, expect, it } from 'vitest'
import { inShownOrder, mayComment, undoOf } from './adviceList'
import { totalAmounts } from './savingTotals'
import { labelEvery, niceMax, stepPath } from './worstPeriodScale'

describe('a list that is loaded again', () => {
  const ids = (shown: string, loaded: string, decided: string[] = []) => {
    const list = (text: string) => [...text].map((id) => ({ id, text }))
    return inShownOrder(list(shown), list(loaded), decided)
      .map((one) => one.id)
      .join('')
  }

  it('keeps its order, and new ones come last', () => {
    expect(ids('abc', 'dcba')).toBe('abcd')
  })

  it('loses what is gone, except what the reader has just decided on', () => {
    expect(ids('abc', 'ac')).toBe('ac')
    expect(ids('abc', 'ac', ['b'])).toBe('abc')
  })

  it('shows what is loaded, not what was', () => {
    expect(inShownOrder([{ id: 'a', text: 'old' }], [{ id: 'a', text: 'new' }], ['a'])[0].text).toBe('new')
  })
})

describe('the picture of the worst hours', () => {
  it.each([
    [0.9, 1],
    [1, 2],
    [2.2, 2.5],
    [43, 50],
    [98, 100],
  ])('for %d kWh its scale ends at %d', (value, max) => {
    expect(niceMax(value)).toBeCloseTo(max)
  })

  it('has eight labels at most', () => {
    expect([8, 9, 24, 72].map(labelEvery)).toEqual([1, 2, 3, 12])
  })

  it('draws no line where nothing is known', () => {
    const hours = [1, 1, null, 2].map((expected_kwh) => ({ expected_kwh }))
    expect(
      stepPath(
        hours,
        (i) => i * 10,
        (v) => v,
      ),
    ).toBe('M0 1H10L10 1H20M30 2H40')
  })
})

describe('a decision', () => {
  it('is undone by a step back, and a reopening only where that restores what was', () => {
    expect(undoOf('open', 'done')).toBe('open')
    expect(undoOf('accepted', 'dismissed')).toBe('open')
    expect(undoOf('dismissed', 'open')).toBe('dismissed')
    expect(undoOf('done', 'open')).toBeUndefined() // its verification would begin anew
  })

  it('can be commented on while its status is a person’s', () => {
    expect(['open', 'accepted', 'dismissed', 'done', 'verified', 'ended'].map(mayComment)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

describe('the sums of the savings', () => {
  it('are what is promised, and what was measured', () => {
    const expected = { count: 2, kwh_month: 9, kwh_low: 5, cost_month: 900, cost_low: 500 }
    const totals = {
      to_do: expected,
      in_progress: { ...expected, count: 1 },
      verified: { count: 1, kwh: 40, cost: 4000 },
      currency: 'COP',
    }
    expect(totalAmounts(totals).map(({ count, kwh, cost }) => [count, kwh, cost])).toEqual([
      [2, 5, 500],
      [1, 5, 500],
      [1, 40, 4000],
    ])
  })
})
