import { describe, expect, test } from 'vitest'
import { checkPipeline } from './read.ts'
import { type EngineCapabilities, ignoredByEmbedded, repositoryOf, unsupportedByEmbedded } from './subset.ts'

const can: EngineCapabilities = {
  tasks: true,
  images: new Map([['busybox', 'host']]),
  hasType: (type) => type === 'git' || type === 'time',
}
const resources = [{ name: 'r', type: 'git' }]
const image = (repository: unknown, type = 'registry-image') => ({ image_resource: { type, source: { repository } } })
const task = (fields: object = {}, config: object = {}) => ({
  task: 't',
  config: { platform: 'linux', run: { path: 'sh' }, ...config },
  ...fields,
})
const withStep = (step: object) => ({ resources, jobs: [{ name: 'j', plan: [{ get: 'r' }, step] }] })
const problemsOf = (value: unknown, capabilities = can) =>
  unsupportedByEmbedded(checkPipeline(value).config, capabilities).map(({ path, message }) => `${path}: ${message}`)

const elsewhere = 'configure Concourse (CONCOURSE_URL) to use it'
const notHere = 'the operator says where its tasks run with ENGINE_IMAGES, or configure Concourse (CONCOURSE_URL) to use it'

describe('the embedded engine', () => {
  test.each<[object, ...string[]]>([
    [{ do: [], across: [{ var: 'v', values: [1] }] }, `across: the embedded engine does not run a step across values; ${elsewhere}`],
    [{ get: 's', resource: 'r', tags: ['a'] }, `tags: the embedded engine does not have workers with tags; ${elsewhere}`],
    [
      { set_pipeline: 'other', file: 'f', team: 't', instance_vars: { a: 1 } },
      `set_pipeline: the embedded engine does not set another pipeline than the one that runs (self); ${elsewhere}`,
      `team: the embedded engine does not set pipelines of other teams; ${elsewhere}`,
      `instance_vars: the embedded engine does not have instances of pipelines; ${elsewhere}`,
    ],
    [task({}, { platform: 'darwin' }), `config.platform: the embedded engine does not run tasks on darwin, only on linux; ${elsewhere}`],
    [task({ privileged: true }), `privileged: the embedded engine does not run privileged tasks; ${elsewhere}`],
    [task({ hermetic: true }), `hermetic: the embedded engine does not keep tasks off the network; ${elsewhere}`],
    [task({ image: 'i' }), `image: the embedded engine does not run tasks in an image that a step made; ${elsewhere}`],
    [
      task({ container_limits: { cpu: 1 } }),
      `container_limits: the embedded engine does not hold a task's own limits of processor and memory; ${elsewhere}`,
    ],
    [
      task({}, { container_limits: { memory: 1 } }),
      `config.container_limits: the embedded engine does not hold a task's own limits of processor and memory; ${elsewhere}`,
    ],
    [task({}, { rootfs_uri: 'x' }), `config.rootfs_uri: the embedded engine does not run tasks in a rootfs_uri; ${elsewhere}`],
    [
      task({}, { run: { path: 'sh', user: 'root' } }),
      `config.run.user: the embedded engine does not choose the user of a task; ${elsewhere}`,
    ],
    [task({}, image('alpine:3')), `config.image_resource.source.repository: the embedded engine does not run the image alpine; ${notHere}`],
    [
      task({}, image(undefined, 's3')),
      `config.image_resource.source: the embedded engine does not run images of the type s3 without a repository; ${elsewhere}`,
    ],
  ])('tells what it does not do of %j', (step, ...expected) => {
    expect(problemsOf(withStep(step))).toEqual(expected.map((line) => `jobs[0].plan[1].${line}`))
  })

  test.each<[string, object]>([
    ['a task without an image', task()],
    ['a task of a file', { task: 't', file: 'r/task.yml' }],
    ['an image that the operator knows, whatever its tag', task({}, image('busybox:1.36@sha256:abc'))],
    ['an image that is only known when it runs', task({}, image('((image))'))],
    ['a task that is not privileged', task({ privileged: false, hermetic: false, container_limits: {} })],
    [
      'all steps that it has',
      {
        in_parallel: { steps: [{ do: [{ try: { put: 'r' } }] }], limit: 1 },
        attempts: 2,
        timeout: '1h',
        ensure: { load_var: 'l', file: 'f' },
      },
    ],
    ['a pipeline that sets itself', { set_pipeline: 'self', file: 'f', vars: { a: 1 } }],
  ])('does %s', (_what, step) => {
    expect(problemsOf(withStep(step))).toEqual([])
  })

  test('looks at hooks and what is inside of steps', () => {
    const value = {
      resources,
      jobs: [{ name: 'j', plan: [{ get: 'r', on_failure: { do: [task({ privileged: true })] } }], ensure: task({ hermetic: true }) }],
    }
    expect(problemsOf(value).map((line) => line.split(':')[0])).toEqual([
      'jobs[0].plan[0].on_failure.do[0].privileged',
      'jobs[0].ensure.hermetic',
    ])
  })

  test('tells what is wrong with types, sources, prototypes and tags', () => {
    const value = {
      var_sources: [
        { name: 'd', type: 'dummy' },
        { name: 'v', type: 'vault' },
      ],
      prototypes: [{ name: 'p', type: 'registry-image' }],
      resource_types: [
        { name: 'tf', type: 'registry-image' },
        { name: 'git', type: 'registry-image', tags: ['a'] },
      ],
      resources: [
        { name: 'a', type: 'tf' },
        { name: 'b', type: 's3', tags: ['x'] },
        { name: 'c', type: 'git' },
      ],
      jobs: [{ name: 'j', tags: ['y'], plan: [{ get: 'a' }, { get: 'b' }, { get: 'c' }, { run: 'x', type: 'p' }] }],
    }
    expect(problemsOf(value)).toEqual([
      `var_sources[1].type: the embedded engine does not read variables from vault; ${elsewhere}`,
      `prototypes[0]: the embedded engine does not run prototypes; ${elsewhere}`,
      `resource_types[0].type: the embedded engine does not run the image of the resource type tf, and has none of that name itself; ${elsewhere}`,
      `resource_types[1].tags: the embedded engine does not have workers with tags; ${elsewhere}`,
      `resources[1].type: the embedded engine does not have the resource type s3; ${elsewhere}`,
      `resources[1].tags: the embedded engine does not have workers with tags; ${elsewhere}`,
      `jobs[0].tags: the embedded engine does not have workers with tags; ${elsewhere}`,
      `jobs[0].plan[3].run: the embedded engine does not run prototypes; ${elsewhere}`,
    ])
  })

  test('says of each task that tasks are off, and what else it would not do', () => {
    expect(
      problemsOf(
        { resources, jobs: [{ name: 'j', plan: [{ get: 'r' }, { task: 'a', file: 'f' }, task({}, image('alpine'))] }] },
        { ...can, tasks: false },
      ),
    ).toEqual([
      'jobs[0].plan[1]: tasks are off on this server: the operator turns them on with ENGINE_TASKS',
      'jobs[0].plan[2]: tasks are off on this server: the operator turns them on with ENGINE_TASKS',
      `jobs[0].plan[2].config.image_resource.source.repository: the embedded engine does not run the image alpine; ${notHere}`,
    ])
  })

  test('tells a hundred, and how many more there are', () => {
    const steps = Array.from({ length: 120 }, () => task({ privileged: true }))
    const problems = problemsOf({ resources, jobs: [{ name: 'j', plan: [{ get: 'r' }, ...steps] }] })
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toBe(': there are 20 more of such problems')
  })

  test('leaves out display images, webhooks and the images of its own types, with a warning', () => {
    const { config } = checkPipeline({
      display: { background_image: 'https://example.com/x.png' },
      resource_types: [{ name: 'git', type: 'registry-image' }],
      resources: [{ name: 'r', type: 'git', webhook_token: 'x' }],
      jobs: [{ name: 'j', plan: [{ get: 'r' }] }],
    })
    expect(unsupportedByEmbedded(config, can)).toEqual([])
    expect(ignoredByEmbedded(config, can.hasType).map(({ path }) => path)).toEqual([
      'display.background_image',
      'resource_types[0]',
      'resources[0].webhook_token',
    ])
  })
})

describe('the repository of an image', () => {
  test.each([
    ['busybox', 'busybox'],
    ['busybox:1.36', 'busybox'],
    ['a/b@sha256:0', 'a/b'],
    ['a/b:1@sha256:0', 'a/b'],
    ['localhost:5000/a/b', 'localhost:5000/a/b'],
    ['localhost:5000/a/b:latest', 'localhost:5000/a/b'],
    // Registries stay: nobody guesses which one is meant.
    ['docker.io/library/busybox', 'docker.io/library/busybox'],
    ['', undefined],
    [12, undefined],
  ])('%s is %s', (repository, expected) => {
    expect(repositoryOf({ type: 'registry-image', source: { repository } })).toBe(expected)
  })
})
