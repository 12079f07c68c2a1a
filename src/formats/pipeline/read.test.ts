import { describe, expect, test } from 'vitest'
import { checkPipeline, PipelineProblems, parsePipeline, readPipeline, readTaskConfig } from './read.ts'
import { fillVars, lookupIn } from './vars.ts'

const problemsIn = (run: () => unknown): string[] => {
  try {
    run()
  } catch (error) {
    if (error instanceof PipelineProblems) return error.problems.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}

const resources = [{ name: 'r', type: 'git', source: { uri: 'u' } }]
const config = { platform: 'linux', run: { path: 'sh' } }
const jobs = (...plans: unknown[][]) => ({ resources, jobs: plans.map((plan, at) => ({ name: `j${at}`, plan })) })

describe('a pipeline', () => {
  test('keeps what it says, without what nobody knows at the top and what has no value', () => {
    const pipeline = {
      groups: [{ name: 'g', jobs: ['j'], resources: ['r'] }],
      var_sources: [{ name: 'v', type: 'dummy', config: { vars: { a: 1 } } }],
      resources: [{ ...resources[0], check_every: 'never', tags: ['t'], version: { ref: 'a' }, public: true }],
      resource_types: [{ name: 'tf', type: 'registry-image', source: { repository: 'x', n: null }, defaults: {}, check_every: '1h' }],
      prototypes: [{ name: 'p', type: 'registry-image' }],
      display: { background_image: 'https://example.com/x.png' },
      user_data: { anything: [1] },
      jobs: [
        {
          name: 'j',
          serial_groups: ['s'],
          max_in_flight: 2,
          build_log_retention: { builds: 10, minimum_succeeded_builds: 1 },
          plan: [
            { get: 'x', resource: 'r', version: 'every', trigger: true, timeout: '1h' },
            { get: 'y', resource: 'r', version: { ref: 'a' } },
            { put: 'r', inputs: 'detect', get_params: { a: 1 }, no_get: true },
            {
              task: 't',
              config: { ...config, caches: [{ path: 'c' }], inputs: [{ name: 'x', optional: true }] },
              params: { A: 1, B: { c: null } },
            },
            { task: 'f', file: 'x/task.yml', image: 'i', input_mapping: { a: 'b' }, container_limits: { cpu: 512, memory: '1gb' } },
            { in_parallel: { steps: [{ do: [] }], limit: 2, fail_fast: true }, attempts: 3 },
            { try: { load_var: 'l', file: 'x/y', format: 'json', reveal: true }, ensure: { do: [] } },
            { set_pipeline: 'self', file: 'x/p.yml', var_files: ['a'], vars: { a: null } },
            { run: 'say', type: 'p', across: [{ var: 'v', values: [1, 2], max_in_flight: 'all' }], fail_fast: true },
          ],
          on_failure: { put: 'again', resource: 'r' },
        },
      ],
    }
    const read = checkPipeline({ ...structuredClone(pipeline), shared: [{ a: 1 }], jobs: [{ ...pipeline.jobs[0], old_name: null }] })
    expect(read).toEqual({ config: pipeline, warnings: [] })
  })

  test('in YAML has anchors, merge keys and the words of YAML 1.1', () => {
    const { config } = readPipeline(`
shared:
- &task {platform: linux, run: {path: sh}, params: {A: 0644}}
resources: [{name: r, type: git}]
jobs:
- name: j
  serial: yes
  plan:
  - get: r
  - task: t
    config:
      <<: *task
      params: {B: on}
`)
    expect(config.jobs[0]).toEqual({
      name: 'j',
      serial: true,
      plan: [{ get: 'r' }, { task: 't', config: { platform: 'linux', run: { path: 'sh' }, params: { B: true } } }],
    })
  })

  test('takes numbers for names outside of steps, as Concourse does', () => {
    const { config, warnings } = checkPipeline({
      resources: [{ name: 'r', type: 'git', version: { ref: 12 } }],
      jobs: [{ name: 1, plan: [{ get: 'r' }] }],
    })
    expect(config.resources?.[0]?.version).toEqual({ ref: '12' })
    expect(config.jobs[0]?.name).toBe('1')
    expect(warnings.map(({ path }) => path)).toEqual(['jobs[0].name'])
  })

  test('may have a job without a plan', () => {
    expect(checkPipeline({ jobs: [{ name: 'j' }] }).config).toEqual({ jobs: [{ name: 'j', plan: [] }] })
  })

  test('tells the lines of its mistakes, also when variables were filled in and behind anchors', () => {
    const text = `
x: &x
  nam: a
jobs:
- name: j
  plan:
  - get: r
    trigger: ((t))
  - task: t
    config:
      <<: *x
      platform: linux
      run: {path: sh}
`
    const fill = (value: Parameters<typeof fillVars>[0]) => fillVars(value, lookupIn({ t: 'often' }), 'keep')
    expect(problemsIn(() => readPipeline(text, fill))).toEqual([
      'jobs[0].plan[0].trigger: must be true or false, not the text "often" (line 8)',
      "jobs[0].plan[1].config.nam: is no field of a task's config; did you mean name? (line 3)".replace('; did you mean name?', ''),
      'jobs[0].plan[0].get: names no resource of this pipeline: r (line 7)',
    ])
  })

  test('tells the line of a mistake where it is written, not where it is used', () => {
    const text =
      'x: &x {platform: linux}\njobs:\n- name: j\n  plan:\n  - task: t\n    config: *x\n  - task: u\n    config:\n      <<: [*x]\n      run: &r\n        pth: sh\n'
    expect(problemsIn(() => readPipeline(text.replace('linux', '1')))).toEqual([
      'jobs[0].plan[0].config.platform: must be a text: put 1 in quotes (line 1)',
      'jobs[0].plan[0].config.run: must be given (line 6)',
      'jobs[0].plan[1].config.run.pth: is no field of run (line 11)',
      'jobs[0].plan[1].config.run.path: must be given (line 10)',
      'jobs[0].plan[1].config.platform: must be a text: put 1 in quotes (line 1)',
    ])
  })

  test('is not larger than its text says, however often its aliases are used', () => {
    const said = (times: number) =>
      `t: &t ${'x'.repeat(50_000)}\nresources:\n- name: r\n  type: git\n  source: {a: [${Array.from({ length: times }, () => '*t').join(', ')}]}\njobs: [{name: j, plan: [{get: r}]}]\n`
    expect(problemsIn(() => readPipeline(said(50)))).toEqual([])
    expect(problemsIn(() => readPipeline(said(100)))).toEqual([': its texts have more than 4000000 characters together'])
  })

  test.each<[string, string]>([
    ['', 'the pipeline is empty: it needs at least one job'],
    ['# nothing\n---\n', 'the pipeline is empty: it needs at least one job'],
    ['- a', 'the pipeline cannot be read: line 1: the file must be a YAML mapping (keys with values)'],
    ['jobs: [', 'the pipeline cannot be read: line 1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['jobs: []\njobs: []', 'the pipeline cannot be read: line 2: the key "jobs" stands twice'],
    ['a: 1\n---\nb: 2', 'the pipeline cannot be read: the file must be one YAML document, it has several'],
    ['a: *b', 'the pipeline cannot be read: line 1: the alias *b has no anchor before it'],
    ['a: "\0"', 'the pipeline cannot be read: it has a NUL character, which cannot be stored'],
    [`a: ${'['.repeat(200)}${']'.repeat(200)}`, 'the pipeline cannot be read: line 1: it is nested more than 100 levels deep'],
  ])('that is no YAML map is told so: %j', (text, message) => {
    expect(problemsIn(() => readPipeline(text))).toEqual([`: ${message}`])
  })

  test('parsed without being checked has its sections only', () => {
    expect(parsePipeline('jobs: 1\nx: 2\n"__proto__": 3\n')).toEqual({ jobs: 1 })
  })
})

describe('what fits together', () => {
  test.each([
    [
      'globs of jobs',
      {
        ...jobs([{ get: 'r' }], [{ get: 'r', passed: ['j[0]'] }], [{ get: 'r', passed: ['j{0,1}'] }]),
        groups: [{ name: 'g', jobs: ['j*'] }],
      },
    ],
    ['a resource that only a hook of a job uses', { resources, jobs: [{ name: 'j', on_failure: { put: 'r' } }] }],
    ['a resource that a job puts and the next one gets', jobs([{ put: 'r' }], [{ get: 'r', passed: ['j0'] }])],
    ['the same get in two jobs', jobs([{ get: 'r' }], [{ get: 'r' }])],
    [
      'a job with the name of a glob',
      {
        resources,
        jobs: [
          { name: '[x', plan: [{ get: 'r' }] },
          { name: 'k', plan: [{ get: 'r', passed: ['[x'] }] },
        ],
      },
    ],
  ])('is accepted: %s', (_what, value) => {
    expect(problemsIn(() => checkPipeline(value))).toEqual([])
  })

  test('is warned about where it will not work for ever', () => {
    const { warnings } = checkPipeline({
      resources: [{ name: 'My Repo', type: 'git' }],
      jobs: [
        {
          name: '42',
          build_logs_to_retain: 10,
          plan: [
            { get: 'My Repo' },
            { task: 't', image: 'i', config: { ...config, rootfs_uri: 'x' } },
            { set_pipeline: 'self', file: 'f', team: 'other' },
          ],
        },
      ],
    })
    expect(warnings.map(({ path }) => path)).toEqual([
      'jobs[0].plan[1].image',
      'jobs[0].plan[2].team',
      'jobs[0].build_logs_to_retain',
      'resources[0].name',
      'jobs[0].name',
      'jobs[0].plan[0].get',
    ])
  })
})

describe('a task of a file', () => {
  test('is read like an inline one', () => {
    expect(readTaskConfig('platform: linux\nrun: {path: sh, args: [-c, x]}\nparams:\n')).toEqual({
      platform: 'linux',
      run: { path: 'sh', args: ['-c', 'x'] },
    })
  })

  test.each<[string, string[]]>([
    ['', [': the task is empty: it needs a platform and a run']],
    ['platform: linux\nrunn: {}\n', ["runn: is no field of a task's config (line 2)", 'run: must be given']],
    ['run:\n  path: 1\nplatform: ""', ['run.path: must be a text: put 1 in quotes (line 2)', 'platform: must not be empty (line 3)']],
  ])('tells its mistakes: %j', (text, expected) => {
    expect(problemsIn(() => readTaskConfig(text))).toEqual(expected)
  })
})
