/** Whatever somebody sends: an answer in bounded time, which is a pipeline or its problems. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dumpYaml } from './dump.ts'
import { checkPipeline, PipelineProblems, readPipeline, readTaskConfig } from './read.ts'
import { stepsOf } from './steps.ts'
import { unsupportedByEmbedded } from './subset.ts'
import type { Json } from './types.ts'

const keys = [
  ...[
    'jobs',
    'resources',
    'resource_types',
    'groups',
    'name',
    'type',
    'source',
    'plan',
    'get',
    'put',
    'task',
    'config',
    'file',
    'do',
    'try',
  ],
  ...['in_parallel', 'steps', 'limit', 'aggregate', 'passed', 'trigger', 'version', 'platform', 'run', 'path', 'args', 'params', 'ensure'],
  ...[
    'on_failure',
    'attempts',
    'across',
    'var',
    'values',
    'load_var',
    'set_pipeline',
    'inputs',
    'resource',
    '__proto__',
    'constructor',
    'x',
  ],
]
const scalar = fc.constantFrom<Json>('a', 'b', 'r', '*', '[', '((x))', '', '5m', 1, 0, -1, 1.5, true, false, null, 'latest', 'self')
const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'large' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6, noNullPrototype: false }),
  ),
})).value

const step = fc.letrec<{ step: Json }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 4 },
    fc.record<Json>({
      get: fc.constantFrom('a', 'b', 'c'),
      passed: fc.constantFrom<Json>([], ['j0'], ['j*'], ['j1', 'j0']),
      trigger: fc.boolean(),
    }) as fc.Arbitrary<Json>,
    fc.record({ put: fc.constantFrom('a', 'b') }) as fc.Arbitrary<Json>,
    fc.constant<Json>({ task: 't', config: { platform: 'linux', run: { path: 'sh' } } }),
    fc.record({ do: fc.array(tie('step'), { maxLength: 3 }) }) as fc.Arbitrary<Json>,
    fc.record({ in_parallel: fc.array(tie('step'), { maxLength: 3 }), ensure: tie('step') }) as fc.Arbitrary<Json>,
    fc.record({ try: tie('step'), on_failure: tie('step'), attempts: fc.integer({ min: 1, max: 3 }) }) as fc.Arbitrary<Json>,
    value,
  ),
})).step
/** Mostly right, so that reading goes far. */
const almost = fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 4 }).map(
  (plans): Json => ({
    resources: ['a', 'b'].map((name) => ({ name, type: 'git' })),
    jobs: [{ name: 'use', plan: [{ get: 'a' }, { get: 'b' }] }, ...plans.map((plan, at) => ({ name: `j${at}`, plan }))],
  }),
)

/** @returns whether it was accepted */
function readOrRefuse(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(PipelineProblems)
    const { problems } = error as PipelineProblems
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(101)
    for (const { path, message } of problems) expect(path.length + message.length).toBeLessThan(10_000)
    return false
  }
}

describe('whatever comes', () => {
  test('as JSON is a pipeline or its problems', () => {
    fc.assert(
      fc.property(
        fc.oneof(value, almost, fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true })),
        (given) => {
          readOrRefuse(() => checkPipeline(given))
        },
      ),
      { seed: 1, numRuns: 2000 },
    )
  })

  test('as text is a pipeline or its problems, and as a task too', () => {
    const seed = `a: &a {x: 1}\njobs:\n- name: j\n  plan:\n  - get: r\n    passed: [j]\n  - task: t\n    config: {<<: *a, platform: linux}\nresources:\n- {name: r, type: git}\n`
    const piece = fc.constantFrom(
      '\n',
      '  ',
      '- ',
      ': ',
      '*a',
      '&a',
      '<<: ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '#',
      '? ',
      '!!',
      '---\n',
      '\t',
      '\0',
      '\ufeff',
      '((x))',
      '%',
    )
    const edited = fc
      .array(fc.tuple(fc.nat(seed.length), fc.nat(10), piece), { maxLength: 6 })
      .map((edits) => edits.reduce((text, [from, length, added]) => text.slice(0, from) + added + text.slice(from + length), seed))
    fc.assert(
      fc.property(fc.oneof(edited, fc.string({ unit: 'binary' }), almost.map(dumpYaml)), (text) => {
        readOrRefuse(() => readPipeline(text))
        readOrRefuse(() => readTaskConfig(text))
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  test('what is accepted reads as itself, and everything that looks at it can', () => {
    let accepted = 0
    fc.assert(
      fc.property(almost, (given) => {
        if (!readOrRefuse(() => checkPipeline(given))) return
        accepted++
        const { config } = checkPipeline(given)
        expect(checkPipeline(config).config).toEqual(config)
        expect(readPipeline(dumpYaml(config as unknown as Json)).config).toEqual(config)
        for (const job of config.jobs) for (const { path } of stepsOf(job)) expect(path).toMatch(/^(plan|on_|ensure)/)
        expect(unsupportedByEmbedded(config, { tasks: true, images: new Map(), hasType: () => true })).toEqual([])
      }),
      { seed: 3, numRuns: 1000 },
    )
    // Else nothing was tested.
    expect(accepted).toBeGreaterThan(100)
  })
})

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
const lots = (line: (at: number) => string, count = 6000) => many(count, line).join('\n')
const anchors = (depth: number) =>
  many(depth, (at) => `a${at}: &a${at} [${many(10, () => (at === 0 ? 'x' : `*a${at - 1}`)).join(', ')}]`).join('\n')

/** Large enough that what grows with the square would be seen, and below the million characters that a text may have. */
const hostile: [string, () => string][] = [
  ['a billion laughs', () => `${anchors(12)}\njobs: *a11`],
  ['laughs in merge keys', () => `a0: &a0 {k: 1}\n${lots((at) => `a${at + 1}: &a${at + 1} {<<: *a${at}, k${at}: 1}`, 5000)}\njobs: []`],
  ['a long text said often', () => `t: &t ${'x'.repeat(100_000)}\njobs: [${many(20_000, () => '*t').join(', ')}]`],
  ['steps in steps', () => `jobs:\n- name: j\n  plan: [${'{do: ['.repeat(45)}${']}'.repeat(45)}]`],
  [
    'steps of several kinds in each other',
    () => `jobs:\n- name: j\n  plan: [${'{do: [], try: {do: []}, in_parallel: [], on_success: '.repeat(60)}{do: []}${'}'.repeat(60)}]`,
  ],
  [
    'many jobs in a row',
    () =>
      `resources: [{name: r, type: git}]\njobs:\n${lots((at) => `- {name: j${at}, plan: [{get: r${at > 0 ? `, passed: [j${at - 1}]` : ''}}]}`, 4000)}`,
  ],
  [
    'many jobs in a circle',
    () =>
      `resources: [{name: r, type: git}]\njobs:\n${lots((at) => `- {name: j${at}, plan: [{get: r, passed: [j${(at + 1) % 4000}]}]}`, 4000)}`,
  ],
  ['many jobs with one name', () => `jobs:\n${lots(() => '- {name: j, plan: [{get: r, passed: [j]}]}')}`],
  [
    'many globs',
    () =>
      `resources: [{name: r, type: git}]\njobs:\n${lots((at) => `- {name: j${at}, plan: [{get: r, passed: ['*${at}*a*a*a*']}]}`, 3000)}`,
  ],
  [
    'many globs in groups',
    () => `groups: [{name: g, jobs: [${many(12_000, (at) => `'*${at}'`).join(', ')}]}]\njobs:\n${lots((at) => `- {name: j${at}}`)}`,
  ],
  [
    'all of all',
    () => `resources: [{name: r, type: git}]\njobs:\n${lots((at) => `- {name: j${at}, plan: [{get: r, passed: ['*', '{j,k}*']}]}`, 3000)}`,
  ],
  [
    'many mistakes behind aliases',
    () => `a: &a [${many(300, () => '{x: 1}').join(', ')}]\njobs: [${many(300, () => '{plan: *a}').join(', ')}]`,
  ],
  ['many unknown keys', () => `jobs:\n- name: j\n${lots((at) => `  key${at}: 1`, 12_000)}`],
  ['many parentheses', () => `jobs: [{name: "${'('.repeat(300_000)}"}]`],
]

describe('bounded time, whatever the text', () => {
  test.each(hostile)('%s', (_what, make) => {
    const text = make()
    const start = performance.now()
    readOrRefuse(() => readPipeline(text))
    // Most of it is the YAML library's; what must not happen is minutes.
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})
