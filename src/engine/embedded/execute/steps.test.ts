/** What gets, puts and tasks do with artifacts, and what they tell. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventsOf, type FakeTask, runBuild, taskStep, typeOf, write } from '../../../../test/support/embedded-build.ts'
import type { Json, Step } from '../../../formats/pipeline/types.ts'
import type { ResourceType } from './types.ts'

/** All files of a folder with their contents. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')])),
  )
}
const getRepo = (files: Record<string, string>, name = 'repo'): Step => ({ get: name, resource: 'repo', params: { files } })
const inputs = { repo: { ref: 'a1' }, other: { ref: 'b2' } }
/** A task that keeps what it sees. */
function looking(): { seen: Record<string, string>[]; look: FakeTask } {
  const seen: Record<string, string>[] = []
  return { seen, look: async ({ folder }) => void seen.push(await filesOf(folder)) }
}

describe('a get', () => {
  test('fetches the version that was chosen, with what its type needs to know', async () => {
    const asked: unknown[] = []
    const fake: Partial<ResourceType> = {
      async in({ metadata, organization, organizationId }, _folder, input) {
        asked.push({ ...input, metadata, organization, organizationId })
        return { version: input.version, metadata: [{ name: 'author', value: 'ann' }] }
      },
    }
    const config = { resources: [{ name: 'repo', type: 'fake', source: { uri: 'x' }, expose_build_created_by: true }] }
    const run = await runBuild([{ get: 'repo', params: { depth: 1 } }], { inputs, types: { fake }, config, createdBy: 'joe' })
    expect(asked).toEqual([
      {
        source: { uri: 'x' },
        version: { ref: 'a1' },
        params: { depth: 1 },
        organization: 'acme',
        organizationId: 1,
        metadata: {
          BUILD_ID: '7',
          BUILD_NAME: '3',
          BUILD_JOB_NAME: 'build',
          BUILD_PIPELINE_NAME: 'web',
          BUILD_TEAM_NAME: 'acme-1',
          BUILD_CREATED_BY: 'joe',
          ATC_EXTERNAL_URL: 'https://ci.example.com',
          BUILD_URL: 'https://ci.example.com/teams/acme-1/pipelines/web/jobs/build/builds/3',
        },
      },
    ])
    expect(run.metadata).toEqual([{ resource: 'repo', version: { ref: 'a1' }, metadata: [{ name: 'author', value: 'ann' }] }])
  })

  test('tells its beginning, its log and its end', async () => {
    const { events } = await runBuild([{ get: 'repo', params: { metadata: [{ name: 'author', value: 'ann' }] } }], { inputs })
    const [time, origin] = [1_700_000_000, { id: '2' }]
    expect(events).toEqual([
      { type: 'initialize-get', version: '2.0', data: { time, origin } },
      { type: 'selected-worker', version: '1.0', data: { time, origin, selected_worker: 'embedded' } },
      { type: 'start-get', version: '1.0', data: { time, origin } },
      { type: 'log', version: '5.1', data: { time, origin: { id: '2', source: 'stderr' }, payload: 'fetching\n' } },
      {
        type: 'finish-get',
        version: '5.1',
        data: { time, origin, exit_status: 0, version: { ref: 'a1' }, metadata: [{ name: 'author', value: 'ann' }] },
      },
    ])
  })

  test('fails when its type says so, with the words of the type in the log', async () => {
    const run = await runBuild([{ get: 'repo', params: { fail: true } }], { inputs })
    expect([run.status, run.log, run.errors]).toEqual(['failed', 'the fetch failed\n', []])
    expect(run.events.at(-1)).toMatchObject({ type: 'finish-get', data: { exit_status: 2, version: null } })
  })

  test.each<[string, Partial<ResourceType> | undefined, string]>([
    ['breaks', { in: () => Promise.reject(new Error('no route to host')) }, 'no route to host'],
    ['answers without a version', { in: async () => ({ version: {}, metadata: [] }) }, 'answered with a version of 0 fields'],
    ['answers with what cannot be kept', { in: async () => ({ version: { a: 'x\0' }, metadata: [] }) }, 'not all texts'],
    ['is not there', undefined, 'The embedded engine has no resource type odd'],
  ])('is errored when its type %s', async (_name, type, message) => {
    const config = { resources: [{ name: 'repo', type: type ? 'fake' : 'odd' }] }
    const run = await runBuild([{ get: 'repo' }], { inputs, config, ...(type ? { types: { fake: type } } : {}) })
    expect(run.status).toBe('errored')
    expect(run.errors.join()).toContain(message)
  })

  test('is errored when no version was chosen', async () => {
    expect((await runBuild([{ get: 'repo' }])).errors).toEqual(['No version of repo was chosen for repo'])
  })
})

describe('a put', () => {
  const offered = async (step: Partial<Extract<Step, { put: string }>>) => {
    let seen: string[] = []
    const fake: Partial<ResourceType> = {
      out: async (_context, folder) => {
        seen = (await readdir(folder)).sort()
        return { version: { v: '1' }, metadata: [] }
      },
    }
    const plan: Step[] = [getRepo({ f: 'x' }), getRepo({ f: 'y' }, 'other'), { put: 'image', ...step }]
    const { errors } = await runBuild(plan, { inputs, types: { fake } })
    return errors.length > 0 ? errors : seen
  }

  test.each<[string, Partial<Extract<Step, { put: string }>>, string[]]>([
    ['those that its parameters name, when nothing is said', { params: { a: ['x', { file: 'repo/f' }], b: './nothing' } }, ['repo']],
    ['with a path that begins here', { params: { file: './other/f' } }, ['other']],
    ['none without such a parameter', { params: { tag: 'repository' } }, []],
    ['all', { inputs: 'all' }, ['other', 'repo']],
    ['those of a list', { inputs: ['other'] }, ['other']],
    ['but not those that are not there', { inputs: ['other', 'gone', 'lost'] }, ['missing inputs: gone, lost']],
  ])('takes artifacts: %s', async (_name, step, expected) => {
    expect(await offered(step)).toEqual(expected)
  })

  test('works on copies, so that what it changes is changed for itself alone', async () => {
    const { seen, look } = looking()
    const fake: Partial<ResourceType> = {
      out: async (_context, folder) => {
        await writeFile(join(folder, 'repo/f'), 'changed')
        return { version: { v: '1' }, metadata: [] }
      },
    }
    const task = taskStep('look', { config: { inputs: [{ name: 'repo' }] } })
    await runBuild([getRepo({ f: 'x' }), { put: 'image', inputs: ['repo'], no_get: true }, task], {
      inputs,
      types: { fake },
      tasks: { look },
    })
    expect(seen).toEqual([{ 'repo/f': 'x' }])
  })

  test('keeps its version as an output, and fetches it with its own parameters', async () => {
    const { seen, look } = looking()
    const step: Step = { put: 'image', params: { v: '9', metadata: [{ name: 'size', value: '3' }] }, get_params: { files: { got: 'it' } } }
    const run = await runBuild([step, taskStep('look', { config: { inputs: [{ name: 'image' }] } })], { tasks: { look } })
    expect(run.outputs).toEqual([{ step: 'image', resource: 'image', version: { v: '9' }, metadata: [{ name: 'size', value: '3' }] }])
    expect(seen).toEqual([{ 'image/got': 'it' }])
    expect(eventsOf(run).slice(0, 8)).toEqual([
      ...['initialize-put 3', 'selected-worker 3', 'start-put 3', 'finish-put 3'],
      ...['initialize-get 4', 'selected-worker 4', 'start-get 4', 'finish-get 4'],
    ])
  })

  test('that fails is not fetched, and its hooks cover both', async () => {
    const hooks = { on_failure: taskStep('ok', { task: 'sorry' }) }
    const failed = await runBuild([{ put: 'image', params: { fail: true }, ...hooks }])
    const unfetched = await runBuild([{ put: 'image', get_params: { fail: true }, ...hooks }])
    expect([failed.status, failed.ran, failed.outputs.length]).toEqual(['failed', ['ok'], 0])
    expect([unfetched.status, unfetched.ran, unfetched.outputs.length]).toEqual(['failed', ['ok'], 1])
  })
})

describe('a task', () => {
  test('tells its beginning with its configuration, its output, and its exit status', async () => {
    const no: FakeTask = ({ onOutput }) => {
      onOutput('image x not used; running on the host\n', 'notice')
      onOutput('out\n', 'stdout')
      return 3
    }
    const image_resource = { type: 'registry-image', source: { repository: 'alpine', tag: '3', password: 'hunter2' } }
    const config = { image_resource, run: { path: 'no', args: ['-c'] }, inputs: [{ name: 'repo', optional: true }] }
    const run = await runBuild([taskStep('no', { config })], { tasks: { no } })
    const shown = { platform: 'linux', image: 'alpine:3', run: { path: 'no', args: ['-c'], dir: '' }, inputs: [{ name: 'repo', path: '' }] }
    expect(run.status).toBe('failed')
    expect(run.events.map(({ type, version, data: { time: _time, origin: _origin, ...data } }) => ({ type, version, ...data }))).toEqual([
      { type: 'initialize-task', version: '4.0', config: shown },
      { type: 'selected-worker', version: '1.0', selected_worker: 'embedded' },
      { type: 'start-task', version: '5.0', config: shown },
      { type: 'log', version: '5.1', payload: 'image x not used; running on the host\n' },
      { type: 'log', version: '5.1', payload: 'out\n' },
      { type: 'finish-task', version: '4.0', exit_status: 3 },
    ])
  })

  test('has its parameters as environment, and nothing about the build', async () => {
    let env: unknown
    const defaults = { A: 'default', B: 'default', EMPTY: null as unknown as Json, UNDEFINED: '((nowhere))' }
    const params = { B: 'step', N: 4, T: true, LIST: ['a', 1], MAP: { k: 'v' }, UNDEFINED: 'fine' }
    const step = taskStep('see', { params, config: { params: defaults } })
    const { status } = await runBuild([step], {
      tasks: {
        see: (task) => {
          env = task.env
        },
      },
    })
    expect(status).toBe('succeeded')
    expect(env).toEqual({
      ...{ A: 'default', B: 'step', EMPTY: '', N: '4', T: 'true', LIST: '["a",1]', MAP: '{"k":"v"}', UNDEFINED: 'fine' },
      ATC_EXTERNAL_URL: 'https://ci.example.com',
    })
  })

  test('finds its inputs where it wants them, by the names that the step gives them', async () => {
    const { seen, look } = looking()
    const config = {
      inputs: [
        { name: 'code', path: 'src/app' },
        { name: 'vendor', path: 'src/app/vendor' },
        { name: 'maybe', optional: true },
      ],
    }
    const plan = [
      getRepo({ f: 'x', 'vendor/old': 'x' }),
      getRepo({ lib: 'y' }, 'other'),
      taskStep('look', { config, input_mapping: { code: 'repo', vendor: 'other' } }),
    ]
    await runBuild(plan, { inputs, tasks: { look } })
    expect(seen).toEqual([{ 'src/app/f': 'x', 'src/app/vendor/lib': 'y' }])
  })

  test('is errored when an input is missing, before it runs', async () => {
    const config = { inputs: [{ name: 'repo' }, { name: 'more' }, { name: 'maybe', optional: true }] }
    const run = await runBuild([taskStep('ok', { config, input_mapping: { more: 'extra' } })])
    expect([run.status, run.errors, run.ran]).toEqual(['errored', ['missing inputs: repo, extra'], []])
  })

  test('leaves its outputs to the steps after it, also when it fails', async () => {
    const { seen, look } = looking()
    const make: FakeTask = async ({ folder }) => {
      await write(join(folder, 'out/bin'), '#!')
      await write(join(folder, 'out/deep/report'), 'bad')
      return 1
    }
    const maker = taskStep('make', {
      config: { outputs: [{ name: 'out' }, { name: 'report', path: 'out/deep' }, { name: 'unused' }] },
      output_mapping: { out: 'built' },
    })
    const looker = taskStep('look', { config: { inputs: ['built', 'report', 'unused'].map((name) => ({ name })) } })
    await runBuild([{ try: maker }, looker], { tasks: { make, look } })
    expect(seen).toEqual([{ 'built/bin': '#!', 'report/report': 'bad' }])
  })

  test('finds in an output what an input of the same path holds, and an empty directory otherwise', async () => {
    const { seen, look } = looking()
    const config = { inputs: [{ name: 'repo' }], outputs: [{ name: 'repo' }, { name: 'target', path: 'repo/target' }] }
    const add: FakeTask = async ({ folder }) => {
      expect(await readdir(join(folder, 'repo/target'))).toEqual([])
      await writeFile(join(folder, 'repo/added'), 'z')
    }
    const plan = [
      getRepo({ f: 'x', 'target/old': 'x' }),
      taskStep('add', { config }),
      taskStep('look', { config: { inputs: [{ name: 'repo' }] } }),
    ]
    await runBuild(plan, { inputs, tasks: { add, look } })
    expect(seen).toEqual([{ 'repo/f': 'x', 'repo/added': 'z' }])
  })

  test('changes copies: the artifact stays as it was for others', async () => {
    const { seen, look } = looking()
    const spoil: FakeTask = ({ folder }) => rm(join(folder, 'repo/f'))
    const config = { inputs: [{ name: 'repo' }] }
    await runBuild([getRepo({ f: 'x' }), taskStep('spoil', { config }), taskStep('look', { config })], { inputs, tasks: { spoil, look } })
    expect(seen).toEqual([{ 'repo/f': 'x' }])
  })

  test('finds the later of two artifacts of one name', async () => {
    const { seen, look } = looking()
    const make: FakeTask = ({ folder }) => writeFile(join(folder, 'repo/new'), '2')
    const plan = [
      getRepo({ old: '1' }),
      taskStep('make', { config: { outputs: [{ name: 'repo' }] } }),
      taskStep('look', { config: { inputs: [{ name: 'repo' }] } }),
    ]
    await runBuild(plan, { inputs, tasks: { make, look } })
    expect(seen).toEqual([{ 'repo/new': '2' }])
  })

  test('keeps modes and times of files in its copies, but no bit that lends rights', async () => {
    const when = new Date('2001-02-03T04:05:06Z')
    const fake: Partial<ResourceType> = {
      async in(_context, folder, { version }) {
        const { chmod, utimes } = await import('node:fs/promises')
        for (const [name, mode] of [
          ['run', 0o755],
          ['lends', 0o4755],
          ['read', 0o444],
        ] as const) {
          await writeFile(join(folder, name), name)
          await chmod(join(folder, name), mode)
          await utimes(join(folder, name), when, when)
        }
        await mkdir(join(folder, 'closed'))
        await writeFile(join(folder, 'closed/f'), 'x')
        await chmod(join(folder, 'closed'), 0o555)
        return { version, metadata: [] }
      },
    }
    const modes: Record<string, unknown> = {}
    const see: FakeTask = async ({ folder }) => {
      for (const name of ['run', 'lends', 'read', 'closed', 'closed/f']) {
        const { mode, mtime } = await stat(join(folder, 'repo', name))
        modes[name] = name.startsWith('closed') ? (mode & 0o7777).toString(8) : [(mode & 0o7777).toString(8), mtime]
      }
    }
    const { errors } = await runBuild([{ get: 'repo' }, taskStep('see', { config: { inputs: [{ name: 'repo' }] } })], {
      inputs,
      types: { fake },
      tasks: { see },
    })
    expect(errors).toEqual([])
    expect(modes).toEqual({ run: ['755', when], lends: ['755', when], read: ['444', when], closed: '555', 'closed/f': '644' })
  })

  test('is read from a file of an artifact, with the variables of the step', async () => {
    let seen: unknown
    const file = 'platform: linux\nrun: {path: ((tool)), args: [((args))]}\nparams: {A: ((greeting)), B: "((more))"}\n'
    const step: Step = { task: 'unit', file: 'repo/ci/task.yml', vars: { tool: 'see', args: '-x', greeting: 'hi' }, params: { C: 1 } }
    const see: FakeTask = ({ env, config }) => {
      seen = { env, args: config.run.args }
    }
    const types = { fake: typeOf({ 'ci/task.yml': file }) }
    const { errors } = await runBuild([{ get: 'repo' }, step], { inputs, types, credentials: { more: 'credential' }, tasks: { see } })
    expect(errors).toEqual([])
    expect(seen).toMatchObject({ args: ['-x'], env: { A: 'hi', B: 'credential', C: '1' } })
  })

  test.each<[string, Step, string]>([
    ['a file that is not there', { task: 'x', file: 'repo/none.yml' }, 'file: there is no file none.yml'],
    ['a file of no artifact', { task: 'x', file: 'gone/task.yml' }, 'there is no artifact gone'],
    ['a file without an artifact', { task: 'x', file: 'task.yml' }, 'must be a file in an artifact'],
    ['a file that is no task', { task: 'x', file: 'repo/f' }, 'run'],
    ['an image of an artifact', taskStep('ok', { image: 'repo' }), 'does not run tasks in the image of an artifact'],
    ['a network that is cut off', taskStep('ok', { hermetic: true }), 'does not cut tasks off'],
    ['a NUL in a parameter', taskStep('ok', { params: { A: 'x\0' } }), 'A has a NUL character'],
    ['an impossible parameter', taskStep('ok', { params: { 'A=B': 'x' } }), 'cannot be the name of an environment variable'],
    [
      'two outputs in one place',
      taskStep('ok', {
        config: {
          outputs: [
            { name: 'a', path: 'x' },
            { name: 'b', path: './x/' },
          ],
        },
      }),
      'two of them',
    ],
  ])('is errored, and says why, for %s', async (_name, step, message) => {
    const run = await runBuild([getRepo({ f: 'platform: linux\n' }), step], { inputs })
    expect([run.status, run.ran]).toEqual(['errored', []])
    expect(run.errors.join()).toContain(message)
  })

  test('that asks for privileges runs without them, and its log says so', async () => {
    const { status, log } = await runBuild([taskStep('ok', { privileged: true })])
    expect([status, log]).toEqual(['succeeded', 'privileged: the embedded engine gives tasks no more rights than others have\n'])
  })

  test('hands the whole configuration and its own timeout to who runs it', async () => {
    let seen: unknown
    const see: FakeTask = ({ config, seconds, organization }) => {
      seen = { limits: config.container_limits, seconds, organization }
    }
    await runBuild(
      [taskStep('see', { timeout: '1m30s', container_limits: { cpu: 2 }, config: { container_limits: { cpu: 1, memory: 5 } } })],
      { tasks: { see } },
    )
    expect(seen).toEqual({ limits: { cpu: 2, memory: 5 }, seconds: 90, organization: 'acme' })
  })
})

describe('caches of a task', () => {
  const config = { caches: [{ path: 'repo/.cache' }], inputs: [{ name: 'repo', optional: true }] }
  const grow: FakeTask = async ({ folder }) => {
    const seen = await filesOf(join(folder, 'repo/.cache'))
    await writeFile(join(folder, 'repo/.cache', `run-${Object.keys(seen).length}`), 'x')
    return 1
  }

  test('are there again in the next build, and hide what an input has in their place', async () => {
    const caches = new Map<string, Buffer>()
    const { seen, look } = looking()
    const plan = (path: string) => [getRepo({ '.cache/old': 'x' }), taskStep(path, { task: 'same', config })]
    for (const path of ['grow', 'grow', 'look']) await runBuild(plan(path), { inputs, caches, tasks: { grow, look } })
    expect(seen).toEqual([{ 'repo/.cache/run-0': 'x', 'repo/.cache/run-1': 'x' }])
    expect([...caches.keys()]).toEqual(['same:repo/.cache'])
  })

  test('that are too large are not kept, which the log says and the task survives', async () => {
    const caches = new Map<string, Buffer>()
    const fill: FakeTask = ({ folder }) => writeFile(join(folder, 'repo/.cache/holes'), Buffer.alloc(9_000_000))
    const run = await runBuild([taskStep('fill', { config })], { caches, tasks: { fill } })
    expect([run.status, caches.size]).toEqual(['succeeded', 0])
    expect(run.log).toContain('The cache repo/.cache is not kept: it is larger than')
  })

  test('that cannot be read are empty, which the log says', async () => {
    const caches = new Map([['look:repo/.cache', Buffer.from('no archive')]])
    const { seen, look } = looking()
    const run = await runBuild([taskStep('look', { config: { caches: [{ path: 'repo/.cache' }] } })], { caches, tasks: { look } })
    expect([run.status, seen]).toEqual(['succeeded', [{}]])
    expect(run.log).toContain('could not be restored')
  })
})

describe('what a build keeps on disk', () => {
  test('is limited, and copies count', async () => {
    const config = { inputs: [{ name: 'repo' }] }
    const ports = { limits: { seconds: 60, cacheBytes: 1000, outputBytes: 1000, diskBytes: 5000 } }
    const plan = [getRepo({ f: 'x'.repeat(3000) }), taskStep('ok', { config })]
    const run = await runBuild(plan, { inputs, ports })
    expect([run.status, run.ran]).toEqual(['errored', []])
    expect(run.errors.join()).toContain('more than the 5000 bytes on disk')
  })
})
