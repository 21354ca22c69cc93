import { expect, test } from 'vitest'
import { problemsIn, type Finding } from './systemProblems'

const finding = (check: string, level: Finding['level']): Finding => ({
  check,
  level,
  text: check,
  action: '',
})

test('faults come first, and what is fine is left out', () => {
  const items = [finding('clock', 'ok'), finding('disk', 'warning'), finding('database', 'fault')]
  expect(problemsIn(items).map((one) => one.check)).toEqual(['database', 'disk'])
  expect(problemsIn(null)).toEqual([])
})
