/** What tasks find, what they leave, and what they tell. */
import { chmod, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type FakeTask,
  filesOf,
  getRepo,
  inputs,
  looking,
  runBuild,
  taskStep,
  typeOf,
  write,
} from '../../../../test/support/embedded-build.ts'
import type { Json, Step } from '../../../formats/pipeline/types.ts'
import type { ResourceType } from './types.ts'

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
