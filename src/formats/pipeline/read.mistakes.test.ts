import { describe, expect, test } from 'vitest'
import { checkPipeline, PipelineProblems } from './read.ts'

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
/** A pipeline with this step in its only job; `r` is used whatever the step does. */
const withStep = (step: unknown) => ({ resources, jobs: [{ name: 'j', plan: [step, { put: 'r' }] }] })
const withJob = (job: object) => ({ resources, jobs: [{ name: 'j', plan: [{ get: 'r' }], ...job }] })
const withResource = (fields: object) => ({ resources: [{ ...resources[0], ...fields }], jobs: [{ name: 'j', plan: [{ get: 'r' }] }] })
const withTask = (fields: object) => withStep({ task: 't', config: { ...config, ...fields } })
const jobs = (...plans: unknown[][]) => ({ resources, jobs: plans.map((plan, at) => ({ name: `j${at}`, plan })) })

/** Every mistake that one entry can have. */
const mistakes: [unknown, ...string[]][] = [
  [null, ': the pipeline must be a map with jobs'],
  [[], ': the pipeline must be a map with jobs'],
  [{}, 'jobs: must have at least one job'],
  [{ jobs: {} }, 'jobs: must be a list'],
  [{ jobs: ['a'] }, 'jobs[0]: must be a map (a job), not the text "a"'],
  [{ jobs: [{ plan: [] }] }, 'jobs[0].name: must be given'],
  [{ jobs: [{ name: '' }] }, 'jobs[0].name: must not be empty'],
  [{ jobs: [{ name: 'j', plan: {} }] }, 'jobs[0].plan: must be a list, not a map'],
  [withJob({ serail: true }), 'jobs[0].serail: is no field of a job'],
  [withJob({ 'serial-group': ['a'] }), 'jobs[0].serial-group: is no field of a job; did you mean serial_groups?'],
  [withJob({ serial: 'yes' }), 'jobs[0].serial: must be true or false, not the text "yes"'],
  [withJob({ serial: '((s))' }), 'jobs[0].serial: must be true or false, not the variable ((s)), which has no value'],
  [withJob({ max_in_flight: 0 }), 'jobs[0].max_in_flight: must be a whole number of at least 1, not 0'],
  [withJob({ max_in_flight: 1.5 }), 'jobs[0].max_in_flight: must be a whole number of at least 1, not 1.5'],
  [
    withJob({ build_logs_to_retain: 1, build_log_retention: { days: 1 } }),
    'jobs[0].build_logs_to_retain: cannot be given beside build_log_retention, which takes its place',
  ],
  [withJob({ build_log_retention: { days: -1 } }), 'jobs[0].build_log_retention.days: must be a whole number of at least 0, not -1'],
  [
    withJob({ build_log_retention: { builds: 2, minimum_succeeded_builds: 3 } }),
    'jobs[0].build_log_retention.minimum_succeeded_builds: must not be more than builds, which is 2',
  ],
  [
    withJob({ on_failure: [] }),
    'jobs[0].on_failure: must be a step: a map with one of get, put, task, do, in_parallel, try, set_pipeline, load_var',
  ],
  [withResource({ name: undefined }), 'resources[0].name: must be given'],
  [withResource({ type: null }), 'resources[0].type: must be given'],
  [withResource({ source: 'u' }), 'resources[0].source: must be a map, not the text "u"'],
  [withResource({ check_every: '5' }), 'resources[0].check_every: must be a duration such as 30s, 5m or 1h30m, not the text "5"'],
  [
    withResource({ check_timeout: 'never' }),
    'resources[0].check_timeout: must be a duration such as 30s, 5m or 1h30m, not the text "never"',
  ],
  [withResource({ tags: 'a' }), 'resources[0].tags: must be a list, not the text "a"'],
  [withResource({ tags: [{}, 'b', ''] }), 'resources[0].tags[0]: must be a text, not a map', 'resources[0].tags[2]: must not be empty'],
  [withResource({ source: { a: 'x\0' } }), 'resources[0].source.a: has a character that cannot be stored'],
  [
    withResource({ source: { a: Number.NaN, b: () => 1 } }),
    'resources[0].source.a: is nothing that JSON knows',
    'resources[0].source.b: is nothing that JSON knows',
  ],
  [
    { ...withJob({}), var_sources: [{ name: 'v', type: 'conjur' }] },
    'var_sources[0].type: must be one of vault, dummy, ssm, secretsmanager, idtoken, not the text "conjur"',
  ],
  [
    { ...withJob({}), display: { background_image: 'javascript:x' } },
    'display.background_image: must be an http or https address, or a path',
  ],
  [{ ...withJob({}), resource_types: 'none' }, 'resource_types: must be a list'],
  [withStep({}), 'jobs[0].plan[0]: has no step: it needs one of get, put, task, do, in_parallel, try, set_pipeline, load_var'],
  [
    withStep({ aggregate: [{ get: 'r', x: 1 }] }),
    'jobs[0].plan[0].aggregate[0].x: is no field of a get step',
    'jobs[0].plan[0].aggregate: does not exist any more: use in_parallel',
  ],
  [withStep({ get: 'r', task: 't' }), 'jobs[0].plan[0]: is several steps at once (get and task): each must be a step of its own'],
  [
    withStep({ get: 'r', trigger: 1, params: [] }),
    'jobs[0].plan[0].trigger: must be true or false, not 1',
    'jobs[0].plan[0].params: must be a map, not a list',
  ],
  [withStep({ get: 'r', version: 'newest' }), 'jobs[0].plan[0].version: must be latest, every, or a map with a version'],
  [withStep({ get: 'r', version: { ref: 12 } }), 'jobs[0].plan[0].version.ref: must be a text: put 12 in quotes'],
  [withStep({ get: 'r', attempts: 0 }), 'jobs[0].plan[0].attempts: must be a whole number of at least 1, not 0'],
  [
    withStep({ get: 'r', timeout: '1 hour' }),
    'jobs[0].plan[0].timeout: must be a duration such as 30s, 5m or 1h30m, not the text "1 hour"',
  ],
  [withStep({ put: 'r', inputs: 'some' }), 'jobs[0].plan[0].inputs: must be all, detect or a list of names'],
  [withStep({ do: [], tags: ['a'] }), 'jobs[0].plan[0].tags: is no field of this step: only get, put, task and run have tags'],
  [withStep({ do: [], fail_fast: true }), 'jobs[0].plan[0].fail_fast: is a field of across, which this step does not have'],
  [withStep({ do: {} }), 'jobs[0].plan[0].do: must be a list, not a map'],
  [withStep({ try: null }), 'jobs[0].plan[0].try: must be given'],
  [
    withStep({ in_parallel: { limit: -1 } }),
    'jobs[0].plan[0].in_parallel.limit: must be a whole number of at least 0, not -1',
    'jobs[0].plan[0].in_parallel.steps: must be given',
  ],
  [withStep({ in_parallel: { steps: [], max: 1 } }), 'jobs[0].plan[0].in_parallel.max: is no field of in_parallel'],
  [withStep({ task: 't' }), 'jobs[0].plan[0]: has neither config nor file: a task is given by one of them'],
  [withStep({ task: 't', config, file: 'f' }), 'jobs[0].plan[0]: has both config and file: a task is given by one of them'],
  [
    withStep({ task: 't', file: 'f', container_limits: { memory: '1 gigabyte' } }),
    'jobs[0].plan[0].container_limits.memory: must be a number of bytes, or a text such as 512MB or 1gb',
  ],
  [withStep({ load_var: 'l' }), 'jobs[0].plan[0].file: must be given'],
  [
    withStep({ load_var: 'l', file: 'f', format: 'toml' }),
    'jobs[0].plan[0].format: must be one of json, yaml, yml, raw, trim, not the text "toml"',
  ],
  [withStep({ set_pipeline: 'self' }), 'jobs[0].plan[0].file: must be given'],
  [withStep({ do: [], across: [] }), 'jobs[0].plan[0].across: must have at least one variable'],
  [
    withStep({
      do: [],
      across: [
        { var: 'a', values: [], max_in_flight: 0 },
        { var: 'a', values: 1 },
      ],
    }),
    'jobs[0].plan[0].across[0].max_in_flight: must be a whole number of at least 1, not 0',
    'jobs[0].plan[0].across[1].values: must be a list, or a variable that is one',
    'jobs[0].plan[0].across[1].var: is there twice: a',
  ],
  [withTask({ platform: undefined }), 'jobs[0].plan[0].config.platform: must be given'],
  [
    withTask({ run: { args: ['-c', 1] } }),
    'jobs[0].plan[0].config.run.args[1]: must be a text: put 1 in quotes',
    'jobs[0].plan[0].config.run.path: must be given',
  ],
  [withTask({ image_resource: { source: {} } }), 'jobs[0].plan[0].config.image_resource.type: must be given'],
  [
    withTask({ inputs: [{ path: 'x' }], outputs: ['o'], caches: [{}] }),
    'jobs[0].plan[0].config.inputs[0].name: must be given',
    'jobs[0].plan[0].config.outputs[0]: must be a map (an output), not the text "o"',
    'jobs[0].plan[0].config.caches[0].path: must be given',
  ],
  [withTask({ params: ['a'] }), 'jobs[0].plan[0].config.params: must be a map, not a list'],
]

/** Mistakes that take several entries to see. */
const misfits: [unknown, ...string[]][] = [
  [{ ...withJob({}), jobs: [{ name: 'j', plan: [{ get: 'r' }] }, { name: 'j' }] }, 'jobs[1].name: is there twice: entry 1 is called j too'],
  [
    {
      ...withJob({}),
      resource_types: [
        { name: 'a', type: 'x' },
        { name: 'a', type: 'x' },
      ],
    },
    'resource_types[1].name: is there twice: entry 1 is called a too',
  ],
  [{ resources, jobs: [{ name: 'j' }] }, 'resources[0]: is not used: no job gets or puts the resource r'],
  [
    jobs([{ get: 'r' }, { get: 'q' }, { put: 'x', resource: 'y' }]),
    'jobs[0].plan[1].get: names no resource of this pipeline: q',
    'jobs[0].plan[2].resource: names no resource of this pipeline: y',
  ],
  [jobs([{ get: 'r' }, { try: { get: 'r' } }]), 'jobs[0].plan[1].try.get: is there twice in this job: r'],
  [
    jobs([{ get: 'r' }, { load_var: 'l', file: 'f' }, { load_var: 'l', file: 'f' }]),
    'jobs[0].plan[2].load_var: is there twice in this job: l',
  ],
  [jobs([{ get: 'r', passed: ['x'] }]), 'jobs[0].plan[0].passed[0]: names no job: x'],
  [
    jobs([{ get: 'r', passed: [1, 'x'] }]),
    'jobs[0].plan[0].passed[0]: must be a text: put 1 in quotes',
    'jobs[0].plan[0].passed[1]: names no job: x',
  ],
  [jobs([], [{ get: 'r', passed: ['j0'] }]), 'jobs[1].plan[0].passed[0]: names j0, which neither gets nor puts the resource r'],
  [
    jobs([], [{ get: 'r', passed: ['x*', 'j[0]', '[', '{j0'] }]),
    'jobs[1].plan[0].passed[0]: names no job: x*',
    'jobs[1].plan[0].passed[1]: names j[0], which neither gets nor puts the resource r',
    'jobs[1].plan[0].passed[2]: is no pattern that can be read: [',
    'jobs[1].plan[0].passed[3]: is no pattern that can be read: {j0',
  ],
  [jobs([{ get: 'r', passed: ['j0'] }]), 'jobs[0].plan[0].passed[0]: goes in a circle: j0, which needs j0'],
  [
    jobs([{ get: 'r', passed: ['j2'] }], [{ get: 'r', passed: ['j0'] }], [{ get: 'r', passed: ['j[1]'] }]),
    'jobs[1].plan[0].passed[0]: goes in a circle: j0, which needs j2, which needs j1, which needs j0',
  ],
  [
    { ...withJob({}), groups: [{ name: 'g', jobs: ['x'], resources: ['y'] }] },
    'groups[0].jobs[0]: names no job: x',
    'groups[0].resources[0]: names no resource of this pipeline: y',
    'jobs[0]: is in no group: where there are groups, each job must be in one, and j is not',
  ],
  [withStep({ run: 'x', type: 'p' }), 'jobs[0].plan[0].type: names no prototype: p'],
]

describe('a mistake is told with the path of its field', () => {
  test.each(mistakes)('%j', (value, ...expected) => {
    expect(problemsIn(() => checkPipeline(value))).toEqual(expected)
  })

  test.each(misfits)('%j', (value, ...expected) => {
    expect(problemsIn(() => checkPipeline(value))).toEqual(expected)
  })

  test('and does not become a second one: what uses a resource in a broken step uses it', () => {
    expect(problemsIn(() => checkPipeline({ resources, jobs: [{ name: 'j', plan: [{ get: 'r', trigger: 'x' }] }] }))).toHaveLength(1)
    expect(problemsIn(() => checkPipeline({ resources, jobs: [{ name: 'j', plan: [{ get: 'r', put: 'r' }] }] }))).toHaveLength(1)
    expect(problemsIn(() => checkPipeline({ resources, jobs: [{ name: 'j', plan: [{ gett: 'r' }] }] }))).toHaveLength(1)
    expect(problemsIn(() => checkPipeline({ resources: 1, jobs: [{ name: 'j', plan: [{ get: 'r' }] }] }))).toHaveLength(1)
  })

  test('one after the other up to a hundred, and how many more there are', () => {
    const steps = Array.from({ length: 150 }, () => ({ get: 'r', x: 1 }))
    const problems = problemsIn(() => checkPipeline(jobs(...steps.map((step) => [step]))))
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toBe(': there are 50 more problems')
  })
})
