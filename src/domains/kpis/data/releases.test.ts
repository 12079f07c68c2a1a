import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { releaseDataSet } from './releases.ts'
import type { Report } from './report.ts'

const envs = ['dev', 'staging', 'prod']
const period = { begin: 0, end: 1000 }

let ids = 0
const arrives = (version: string, env: string, at: number): Report => ({
  id: ++ids,
  at,
  tags: [
    { key: 'kpi', value: 'time_to_release' },
    { key: 'env', value: env },
    { key: 'version', value: version },
  ],
})
const rowsOf = (reports: Report[], time = period, only?: string) => releaseDataSet(reports, envs, time, only).slice(1)

describe('time to release', () => {
  test('tells how long a version stayed in each environment, and in the last how long its way was', () => {
    expect(releaseDataSet([arrives('v1', 'dev', 100), arrives('v1', 'staging', 150), arrives('v1', 'prod', 400)], envs, period)).toEqual([
      ['date', 'env', 'version', 'duration', 'final', 'released'],
      [100, 'dev', 'v1', 50, false, true],
      [150, 'staging', 'v1', 250, false, true],
      [400, 'prod', 'v1', 300, true, true],
    ])
  })

  test.each<[string, Report[], unknown[][]]>([
    ['one that came no further stays until the period ends', [arrives('v1', 'dev', 100)], [[100, 'dev', 'v1', 900, false, false]]],
    [
      'until another one takes its place',
      [arrives('v1', 'dev', 100), arrives('v2', 'dev', 300)],
      [
        [100, 'dev', 'v1', 200, false, false],
        [300, 'dev', 'v2', 700, false, false],
      ],
    ],
    [
      'one that goes on is not held up by the next one behind it',
      [arrives('v1', 'dev', 100), arrives('v2', 'dev', 200), arrives('v1', 'prod', 500)],
      [
        [100, 'dev', 'v1', 400, false, true],
        [200, 'dev', 'v2', 800, false, false],
        [500, 'prod', 'v1', 400, true, true],
      ],
    ],
    [
      'deploying it again changes nothing',
      [arrives('v1', 'dev', 100), arrives('v1', 'dev', 200), arrives('v1', 'prod', 300), arrives('v1', 'prod', 900)],
      [
        [100, 'dev', 'v1', 200, false, true],
        [300, 'prod', 'v1', 200, true, true],
      ],
    ],
    [
      'one that skipped an environment did not wait there when it comes later',
      [arrives('fix', 'dev', 0), arrives('fix', 'prod', 50), arrives('fix', 'staging', 100)],
      [
        [0, 'dev', 'fix', 50, false, true],
        [50, 'prod', 'fix', 50, true, true],
        [100, 'staging', 'fix', 0, false, true],
      ],
    ],
    ['straight to the last environment takes no time', [arrives('hot', 'prod', 70)], [[70, 'prod', 'hot', 0, true, true]]],
    ['environments that are not compared do not count', [arrives('v1', 'lab', 5)], []],
  ])('%s', (_, reports, rows) => {
    expect(rowsOf(reports)).toEqual(rows)
  })

  test('events without a version or an environment are left out', () => {
    expect(
      rowsOf([
        { id: 1, at: 1, tags: [{ key: 'env', value: 'dev' }] },
        { id: 2, at: 2, tags: [{ key: 'version', value: 'v1' }] },
      ]),
    ).toEqual([])
  })

  test('what came before the period has no row, but is where the way began', () => {
    const reports = [arrives('v1', 'dev', 100), arrives('v1', 'prod', 700)]
    expect(rowsOf(reports, { begin: 500, end: 1000 })).toEqual([[700, 'prod', 'v1', 600, true, true]])
  })

  test('one environment alone has its own rows, told with the others in mind', () => {
    expect(rowsOf([arrives('v1', 'dev', 100), arrives('v1', 'staging', 150)], period, 'dev')).toEqual([
      [100, 'dev', 'v1', 50, false, false],
    ])
  })

  test('names that every object inherits are only names', () => {
    expect(rowsOf([arrives('__proto__', 'dev', 1), arrives('v1', 'constructor', 2)])).toEqual([[1, 'dev', '__proto__', 999, false, false]])
  })

  test('whatever happens, the way of a released version is the sum of its stays, rows are in order and none is negative', () => {
    const event = fc.record({ version: fc.constantFrom('a', 'b', 'c', 'd'), env: fc.constantFrom(...envs, 'lab'), at: fc.nat(1000) })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const rows = rowsOf(events.map(({ version, env, at }) => arrives(version, env, at))) as [
          number,
          string,
          string,
          number,
          boolean,
          boolean,
        ][]
        expect(rows.map(([date]) => date)).toEqual(rows.map(([date]) => date).sort((a, b) => a - b))
        const pairs = new Set(events.filter(({ env }) => env !== 'lab').map(({ version, env }) => `${version} ${env}`))
        expect(rows.map(([, env, version]) => `${version} ${env}`).sort()).toEqual([...pairs].sort())
        for (const [, , version, duration, final, released] of rows) {
          expect(duration).toBeGreaterThanOrEqual(0)
          expect(released).toBe(pairs.has(`${version} prod`))
          const stays = rows.filter((row) => row[2] === version && !row[4]).reduce((sum, row) => sum + row[3], 0)
          if (final) expect(stays).toBe(duration)
        }
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})
