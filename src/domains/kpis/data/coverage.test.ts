import { describe, expect, test } from 'vitest'
import { coverageDataSet } from './coverage.ts'

let ids = 0
const report = (at: number, coverage: string | undefined) => ({
  id: ++ids,
  at,
  tags: [{ key: 'kpi', value: 'code_coverage' }, ...(coverage === undefined ? [] : [{ key: 'coverage', value: coverage }])],
})

describe('coverage', () => {
  const reports = [report(30, '82'), report(10, '80.25'), report(20, '81')]

  test.each(['line', 'bars'] as const)('as %s has a row for each event, oldest first', (widget) => {
    expect(coverageDataSet(widget, reports)).toEqual([
      ['date', 'coverage'],
      [10, 80.25],
      [20, 81],
      [30, 82],
    ])
  })

  test.each(['doughnut', 'summary'] as const)('as %s is the newest', (widget) => {
    expect(coverageDataSet(widget, reports)).toEqual([
      ['date', 'coverage'],
      [30, 82],
    ])
  })

  test('without events has only its headers', () => {
    expect(coverageDataSet('line', [])).toEqual([['date', 'coverage']])
    expect(coverageDataSet('summary', [])).toEqual([['date', 'coverage']])
  })

  test.each([undefined, '', '-1', '100.1', '101', '1e2', '0x10', 'much', '1.', '.5', '1234', 'NaN', '5.5.5'])(
    '%s is no coverage',
    (text) => {
      expect(coverageDataSet('line', [report(1, text)])).toEqual([['date', 'coverage']])
    },
  )

  test.each([
    ['0', 0],
    ['100', 100],
    ['100.0', 100],
    [' 99.5 ', 99.5],
    ['07', 7],
  ])('%s is read', (text, coverage) => {
    expect(coverageDataSet('line', [report(1, text)])).toEqual([
      ['date', 'coverage'],
      [1, coverage],
    ])
  })
})
