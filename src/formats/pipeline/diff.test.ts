import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffPipelines, samePipeline } from './diff.ts'
import { diffLines } from './line-diff.ts'
import { checkPipeline } from './read.ts'
import type { PipelineConfig, PipelineDiffs } from './types.ts'

const nothing: PipelineDiffs = { groups: [], jobs: [], resources: [], resource_types: [] }
const base: PipelineConfig = {
  groups: [
    { name: 'all', jobs: ['a', 'b'] },
    { name: 'some', jobs: ['a'] },
    { name: 'few', jobs: ['b'] },
  ],
  resource_types: [{ name: 'tf', type: 'registry-image', source: { repository: 'r' } }],
  resources: [{ name: 'r', type: 'git', source: { uri: 'u' } }],
  jobs: [
    { name: 'a', plan: [{ get: 'r', trigger: true }] },
    { name: 'b', serial: true, plan: [{ get: 'r', passed: ['a'] }] },
  ],
}
const shown = (diffs: PipelineDiffs) =>
  Object.entries(diffs).flatMap(([section, entries]: [string, PipelineDiffs['jobs']]) =>
    entries.map(({ name, status, diff }) => [section, name, status, ...diff.map(({ delta_type, line }) => `${delta_type}${line}`)]),
  )

describe('two pipelines', () => {
  test('that are the same differ in nothing', () => {
    expect(diffPipelines(base, structuredClone(base))).toEqual(nothing)
    expect(samePipeline(base, structuredClone(base))).toBe(true)
  })

  test('are told by section, entries by their names', () => {
    const [first] = base.jobs
    const changed: PipelineConfig = {
      ...base,
      resources: [{ name: 'r2', type: 'git', source: { uri: 'u' } }],
      resource_types: [{ name: 'tf', type: 'registry-image', source: { repository: 'r2' } }],
      jobs: [...(first ? [first] : []), { name: 'c', plan: [] }],
    }
    expect(shown(diffPipelines(base, changed))).toEqual([
      ['jobs', 'b', 'removed', '-name: b', '-serial: true', '-plan:', '-- get: r', '-  passed:', '-  - a'],
      ['jobs', 'c', 'added', '+name: c', '+plan: []'],
      ['resources', 'r', 'removed', '-name: r', '-type: git', '-source:', '-  uri: u'],
      ['resources', 'r2', 'added', '+name: r2', '+type: git', '+source:', '+  uri: u'],
      ['resource_types', 'tf', 'changed', ' name: tf', ' type: registry-image', ' source:', '-  repository: r', '+  repository: r2'],
    ])
  })

  test('with groups in another order differ in the group that moved, and jobs in another order in nothing', () => {
    const [all, some, few] = base.groups ?? []
    const groups = [few, all, some].flatMap((group) => group ?? [])
    expect(shown(diffPipelines(base, { ...base, groups, jobs: base.jobs.toReversed() }))).toEqual([
      ['groups', 'few', 'changed', '-# position 3', '+# position 1', ' name: few', ' jobs:', ' - b'],
    ])
    expect(samePipeline(base, { ...base, groups })).toBe(false)
  })

  test('with a group less do not differ in the places of the others', () => {
    const diffs = diffPipelines(base, { ...base, groups: (base.groups ?? []).slice(1) })
    expect(diffs.groups.map(({ name, status }) => [name, status])).toEqual([['all', 'removed']])
  })

  test('may differ in what the sections do not tell', () => {
    const other: PipelineConfig = { ...base, var_sources: [{ name: 'v', type: 'dummy', config: { vars: {} } }] }
    expect(diffPipelines(base, other)).toEqual(nothing)
    expect(samePipeline(base, other)).toBe(false)
  })

  test.each<[string, unknown, unknown]>([
    ['what is false or empty', { trigger: false, passed: [], params: {}, tags: null }, {}],
    ['a list of parallel steps', { in_parallel: { steps: [{ get: 'r' }], limit: 0 } }, { in_parallel: [{ get: 'r' }] }],
    ['parameters of tasks as texts', task({ A: 1, B: null, C: { y: 1, x: 2 } }), task({ A: '1', B: '', C: '{"x":2,"y":1}' })],
    ['memory in other units', task({}, { memory: '1gb' }), task({}, { memory: 1073741824 })],
  ])('do not differ by %s', (_what, one, other) => {
    const config = (step: unknown) =>
      checkPipeline({
        resources: [{ name: 'r', type: 'git' }],
        jobs: [
          {
            name: 'a',
            plan: [typeof step === 'object' && step && ('in_parallel' in step || 'task' in step) ? step : { get: 'r', ...Object(step) }],
          },
          { name: 'z', plan: [{ get: 'r' }] },
        ],
      }).config
    expect(diffPipelines(config(one), config(other))).toEqual(nothing)
  })

  test('do not differ by what Concourse writes where nothing is', () => {
    const given = {
      groups: null,
      resources: [{ name: 'r', type: 'git', source: null, check_every: '1h0m0s', tags: null, public: false }],
      display: null,
      jobs: [
        { name: 'a', plan: [{ in_parallel: { steps: [{ get: 'r', passed: null, trigger: false }], fail_fast: false } }] },
        { name: 'b', plan: null, serial: false, max_in_flight: 0, build_log_retention: { builds: 5, days: 0 } },
      ],
    }
    const written = checkPipeline({
      resources: [{ name: 'r', type: 'git', check_every: '60m' }],
      jobs: [
        { name: 'a', plan: [{ in_parallel: [{ get: 'r' }] }] },
        { name: 'b', build_log_retention: { builds: 5 } },
      ],
    }).config
    expect(diffPipelines(given as unknown as PipelineConfig, written)).toEqual(nothing)
    expect(samePipeline(given as unknown as PipelineConfig, written)).toBe(true)
  })

  test('differ by what is inside of source and params, false and empty too', () => {
    const config = (source: object) =>
      checkPipeline({ resources: [{ name: 'r', type: 'git', source }], jobs: [{ name: 'a', plan: [{ get: 'r' }] }] }).config
    expect(diffPipelines(config({ a: false, b: [] }), config({})).resources).toHaveLength(1)
  })

  test('differ by a put that takes no inputs and one that finds out', () => {
    const config = (step: object) =>
      checkPipeline({ resources: [{ name: 'r', type: 'git' }], jobs: [{ name: 'a', plan: [{ put: 'r', ...step }] }] }).config
    expect(diffPipelines(config({ inputs: [] }), config({})).jobs).toHaveLength(1)
  })
})

function task(params: object, container_limits: object = {}): object {
  return { task: 't', container_limits, config: { platform: 'linux', run: { path: 'x' }, params } }
}

const side = (lines: ReturnType<typeof diffLines>, without: '+' | '-') =>
  lines.filter(({ delta_type }) => delta_type !== without).map(({ line }) => line)
const changes = (lines: ReturnType<typeof diffLines>) => lines.filter(({ delta_type }) => delta_type !== ' ').length

/** By the definition, in quadratic time. */
function shortest(before: readonly string[], after: readonly string[]): number {
  let row = Array.from({ length: after.length + 1 }, (_, at) => at)
  for (const [x, line] of before.entries()) {
    const next = [x + 1]
    for (const [y, other] of after.entries()) next.push(line === other ? (row[y] ?? 0) : 1 + Math.min(row[y + 1] ?? 0, next[y] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}

describe('a diff of lines', () => {
  const texts = fc.tuple(
    fc.array(fc.constantFrom('a', ' b', '  c', 'd'), { maxLength: 14 }),
    fc.array(fc.constantFrom('a', ' b', '  c', 'd'), { maxLength: 14 }),
  )

  test('has both texts in it, and no more changes than needed', () => {
    fc.assert(
      fc.property(texts, ([before, after]) => {
        const lines = diffLines(before, after, { steps: 1e6 })
        expect(side(lines, '+')).toEqual(before)
        expect(side(lines, '-')).toEqual(after)
        expect(changes(lines)).toBe(shortest(before, after))
      }),
      { seed: 1, numRuns: 3000 },
    )
  })

  test('has both texts in it when patience ends', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 20 }), ([before, after], steps) => {
        const lines = diffLines(before, after, { steps })
        expect(side(lines, '+')).toEqual(before)
        expect(side(lines, '-')).toEqual(after)
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  test('tells an inserted step as that step', () => {
    const before = ['plan:', '- get: a', '  trigger: true', '- get: c', '  trigger: true']
    const after = ['plan:', '- get: a', '  trigger: true', '- get: b', '  trigger: true', '- get: c', '  trigger: true']
    expect(
      diffLines(before, after, { steps: 1e6 }).flatMap(({ delta_type, line }, at) => (delta_type === '+' ? [`${at} ${line}`] : [])),
    ).toEqual(['3 - get: b', '4   trigger: true'])
  })

  test('tells it so too where it begins like what comes after it', () => {
    const before = ['inputs:', '- name: in', '  path: one', 'run: x']
    const after = ['inputs:', '- name: in', '  path: zero', '- name: in', '  path: one', 'run: x']
    const added = diffLines(before, after, { steps: 1e6 }).flatMap(({ delta_type, line }, at) =>
      delta_type === '+' ? [`${at} ${line}`] : [],
    )
    expect(added).toEqual(['1 - name: in', '2   path: zero'])
  })

  test('without patience has all between the common ends removed and added', () => {
    const lines = diffLines(['=', 'a', 'b', 'c', '='], ['=', 'x', 'b', 'y', '='], { steps: -1 })
    expect(lines.map(({ delta_type, line }) => `${delta_type}${line}`)).toEqual([' =', '-a', '-b', '-c', '+x', '+b', '+y', ' ='])
  })

  test('of huge texts that have nothing in common ends, and is still true', () => {
    const before = Array.from({ length: 100_000 }, (_, at) => `old ${at}`)
    const after = Array.from({ length: 100_000 }, (_, at) => (at % 1000 === 0 ? `old ${at}` : `new ${at}`))
    const start = performance.now()
    const lines = diffLines(before, after, { steps: 20_000_000 })
    expect(performance.now() - start).toBeLessThan(3000)
    expect(side(lines, '+')).toEqual(before)
    expect(side(lines, '-')).toEqual(after)
  })

  test('finds few changes in a huge text', () => {
    const before = Array.from({ length: 100_000 }, (_, at) => `line ${at}`)
    const after = before.flatMap((line, at) => (at % 10_000 === 5 ? ['new', line] : at % 10_000 === 7 ? [] : [line]))
    expect(changes(diffLines(before, after, { steps: 20_000_000 }))).toBe(20)
  })
})
