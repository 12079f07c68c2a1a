import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KpiType, Widget } from '../definition.ts'
import { day, dayOf } from '../period.ts'
import { buildDataSet, mostInHistory, type Run, runOf } from './builds.ts'

/** 2023-11-15, 00:00 UTC. */
const midnight = 1_700_006_400
const period = { begin: midnight + 3600, end: midnight + 2 * day + 60 }

let ids = 0
const run = (start: number, seconds: number, more: Partial<Run> = {}): Run => {
  const id = ++ids
  return { id, pipeline: 'web-prod', job: 'deploy', name: String(id), status: 'succeeded', start, end: start + seconds, ...more }
}

describe('a data set of builds', () => {
  const runs = [
    run(midnight + 3600, 30, { id: 1, name: '1' }),
    run(midnight + 2 * day, 7, { id: 4, name: '3', status: 'failed' }),
    run(midnight + 86_399, 11, { id: 2, name: '1.1', job: 'test' }),
    run(midnight + 4000, 999, { id: 3, name: '2', status: 'aborted' }),
  ]

  test.each<[KpiType, Widget, unknown]>([
    [
      'build_avg_time',
      'bars',
      [
        ['date', 'time'],
        [midnight, 21],
        [midnight + 2 * day, 7],
      ],
    ],
    [
      'build_avg_time',
      'line',
      [
        ['date', 'time'],
        [midnight, 21],
        [midnight + 2 * day, 7],
      ],
    ],
    [
      'build_avg_time',
      'summary',
      [
        ['date', 'time'],
        [period.begin, 16],
      ],
    ],
    [
      'build_frequency',
      'line',
      [
        ['date', 'count'],
        [midnight, 3],
        [midnight + day, 0],
        [midnight + 2 * day, 1],
      ],
    ],
    [
      'build_frequency',
      'bars',
      [
        ['date', 'count'],
        [midnight, 3],
        [midnight + day, 0],
        [midnight + 2 * day, 1],
      ],
    ],
    [
      'build_frequency',
      'summary',
      [
        ['date', 'count'],
        [period.begin, 4],
      ],
    ],
    [
      'build_history',
      'pie',
      [
        ['status', 'count'],
        ['succeeded', 2],
        ['failed', 1],
        ['errored', 0],
        ['aborted', 1],
      ],
    ],
    [
      'build_history',
      'doughnut',
      [
        ['status', 'count'],
        ['succeeded', 2],
        ['failed', 1],
        ['errored', 0],
        ['aborted', 1],
      ],
    ],
    [
      'build_history',
      'history',
      [
        ['date', 'status', 'duration', 'job', 'name', 'pipeline', 'id'],
        [midnight + 3600, 'succeeded', 30, 'deploy', '1', 'web-prod', 1],
        [midnight + 4000, 'aborted', 999, 'deploy', '2', 'web-prod', 3],
        [midnight + 86_399, 'succeeded', 11, 'test', '1.1', 'web-prod', 2],
        [midnight + 2 * day, 'failed', 7, 'deploy', '3', 'web-prod', 4],
      ],
    ],
  ])('%s drawn as %s', (type, widget, table) => {
    expect(buildDataSet(type, widget, runs, period)).toEqual(table)
  })

  test.each<[KpiType, Widget, number]>([
    ['build_avg_time', 'bars', 1],
    ['build_avg_time', 'summary', 1],
    ['build_frequency', 'line', 4],
    ['build_frequency', 'summary', 2],
    ['build_history', 'history', 1],
    ['build_history', 'pie', 5],
  ])('without builds %s as %s still has its headers', (type, widget, rows) => {
    expect(buildDataSet(type, widget, [], period)).toHaveLength(rows)
  })

  test('builds outside of the period do not count, those on its edges do', () => {
    const edges = [period.begin - 1, period.begin, period.end, period.end + 1].map((start) => run(start, 1))
    expect(buildDataSet('build_frequency', 'summary', edges, period)[1]).toEqual([period.begin, 2])
  })

  test('a clock that went back makes no negative duration', () => {
    expect(buildDataSet('build_avg_time', 'bars', [run(midnight + day, -5)], period)[1]).toEqual([midnight + day, 0])
  })

  test('a long history keeps its newest builds', () => {
    const many = Array.from({ length: mostInHistory + 20 }, (_, index) => run(midnight + 4000 + index, 1))
    const [, ...rows] = buildDataSet('build_history', 'history', many.toReversed(), period)
    expect(rows).toHaveLength(mostInHistory)
    expect(rows.at(-1)?.[0]).toBe(midnight + 4000 + mostInHistory + 19)
  })

  test('checks, and builds that never started or have not ended, are no runs', () => {
    const build = { id: 1, name: '1', status: 'succeeded', job_name: 'deploy', start_time: 1, end_time: 4 } as const
    expect(runOf('p', build)).toEqual({ id: 1, pipeline: 'p', job: 'deploy', name: '1', status: 'succeeded', start: 1, end: 4 })
    const { job_name, ...check } = build
    const { start_time, ...aborted } = build
    const { end_time, ...running } = build
    expect([check, aborted, running].map((one) => runOf('p', one))).toEqual([undefined, undefined, undefined])
    expect([job_name, start_time, end_time]).toEqual(['deploy', 1, 4])
  })
})

describe('whatever the builds are', () => {
  const anything = fc.record({ begin: fc.integer({ min: 0, max: 2_000_000_000 }), length: fc.nat(60 * day) }).chain(({ begin, length }) =>
    fc.record({
      period: fc.constant({ begin, end: begin + length }),
      runs: fc.array(
        fc.record({
          start: fc.integer({ min: begin, max: begin + length }),
          seconds: fc.nat(100_000),
          status: fc.constantFrom('succeeded', 'failed', 'errored', 'aborted'),
        }),
        { maxLength: 60 },
      ),
    }),
  )
  const runsOf = (made: readonly { start: number; seconds: number; status: string }[]) =>
    made.map(({ start, seconds, status }) => run(start, seconds, { status }))
  const numbers = (rows: readonly (readonly unknown[])[], column: number) => rows.map((row) => row[column] as number)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

  test('every build is in exactly one day, and days are in order', () => {
    fc.assert(
      fc.property(anything, ({ period: time, runs: made }) => {
        const [, ...rows] = buildDataSet('build_frequency', 'line', runsOf(made), time)
        const dates = numbers(rows, 0)
        expect(sum(numbers(rows, 1))).toBe(made.length)
        expect(dates).toEqual([...new Set(dates)].sort((a, b) => a - b))
        for (const [date, count] of rows as number[][]) expect(made.filter(({ start }) => dayOf(start) === date)).toHaveLength(count ?? -1)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('every build is in exactly one outcome, and once in the history, oldest first', () => {
    fc.assert(
      fc.property(anything, ({ period: time, runs: made }) => {
        const runs = runsOf(made)
        const [, ...outcomes] = buildDataSet('build_history', 'pie', runs, time)
        expect(sum(numbers(outcomes, 1))).toBe(runs.length)
        const [, ...rows] = buildDataSet('build_history', 'history', runs, time)
        expect(numbers(rows, 6).sort((a, b) => a - b)).toEqual(runs.map(({ id }) => id))
        expect(numbers(rows, 0)).toEqual(numbers(rows, 0).sort((a, b) => a - b))
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  test('an average lies between the shortest and the longest of its day', () => {
    fc.assert(
      fc.property(anything, ({ period: time, runs: made }) => {
        const whole = made.filter(({ status }) => status !== 'aborted')
        const [, ...rows] = buildDataSet('build_avg_time', 'bars', runsOf(made), time)
        expect(numbers(rows, 0)).toEqual([...new Set(whole.map(({ start }) => dayOf(start)))].sort((a, b) => a - b))
        for (const [date, time] of rows as [number, number][]) {
          const that = whole.filter(({ start }) => dayOf(start) === date).map(({ seconds }) => seconds)
          expect(time).toBeGreaterThanOrEqual(Math.min(...that))
          expect(time).toBeLessThanOrEqual(Math.max(...that))
        }
      }),
      { seed: 3, numRuns: 200 },
    )
  })
})
