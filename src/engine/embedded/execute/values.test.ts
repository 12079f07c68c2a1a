/** Where values of `((…))` come from, and that what is secret of them is told nowhere; load_var and set_pipeline. */
import { describe, expect, test } from 'vitest'
import {
  type BuildOptions,
  eventsOf,
  type FakeTask,
  fakeType,
  runBuild,
  taskStep,
  typeOf,
} from '../../../../test/support/embedded-build.ts'
import type { Json, JsonObject, PipelineConfig, Step } from '../../../formats/pipeline/types.ts'
import { StepFailed } from './types.ts'

const inputs = { repo: { ref: 'a1' } }
/** Runs the steps, then a task that keeps its parameters. */
async function paramsAfter(plan: Step[], params: JsonObject, options: BuildOptions = {}) {
  let env: Record<string, string> = {}
  const see: FakeTask = (task) => {
    env = { ...task.env }
  }
  const run = await runBuild([...plan, taskStep('see', { params })], { inputs, ...options, tasks: { see, ...options.tasks } })
  const { ATC_EXTERNAL_URL: _url, ...rest } = env
  return { ...run, env: rest }
}

describe('variables', () => {
  test('come from credentials, by field or whole, when the step begins', async () => {
    const credentials = { 'aws/prod': { key: 'AK', secret: { deep: 'hunter2' } } }
    const params = { K: '((aws/prod.key))', S: 'x-((aws/prod.secret.deep))', W: '((aws/prod.secret))' }
    const { env } = await paramsAfter([], params, { credentials })
    expect(env).toEqual({ K: 'AK', S: 'x-hunter2', W: '{"deep":"hunter2"}' })
  })

  test('come from dummy sources of the pipeline', async () => {
    const config = { var_sources: [{ name: 'fixed', type: 'dummy', config: { vars: { who: { name: 'ann' } } } }] }
    expect((await paramsAfter([], { A: '((fixed:who.name))' }, { config })).env).toEqual({ A: 'ann' })
  })

  test('come from the metadata of a get', async () => {
    const get: Step = { get: 'repo', params: { metadata: [{ name: 'author', value: 'ann' }] } }
    expect((await paramsAfter([get], { A: '((.:repo.author))' })).env).toEqual({ A: 'ann' })
  })

  test('fill the source and the parameters of resources', async () => {
    const config = { resources: [{ name: 'repo', type: 'fake', source: { key: '((ssh.key))' } }] }
    const asked: unknown[] = []
    const fake = {
      async in(
        _context: unknown,
        _folder: string,
        { source, params, version }: { source: JsonObject; params: JsonObject; version: Record<string, string> },
      ) {
        asked.push(source, params)
        return { version, metadata: [] }
      },
    }
    const step: Step = { get: 'repo', params: { who: '((who))' } }
    await runBuild([step], { inputs, config, types: { fake }, credentials: { ssh: { key: 'PRIVATE' }, who: 'ann' } })
    expect(asked).toEqual([{ key: 'PRIVATE' }, { who: 'ann' }])
  })

  test('that nobody knows make the step errored, and are all named', async () => {
    const params = { A: '((one))', B: 'x((two.y))', C: '((.:three))', D: '((gone:four))', E: '((one))', F: '((known))' }
    const run = await runBuild([taskStep('ok', { params })], { credentials: { known: '1' } })
    expect([run.status, run.errors, run.ran]).toEqual(['errored', ['undefined vars: one, two.y, .:three, gone:four'], []])
  })

  test('that lack a field are errors of their own', async () => {
    const params = { A: '((aws.nothing))', B: '((aws.__proto__))', C: '((aws.key.deeper))' }
    const run = await runBuild([taskStep('ok', { params })], { credentials: { aws: { key: 'AK' } } })
    expect(run.errors).toEqual(['vars without the field that is asked for: aws.nothing, aws.__proto__, aws.key.deeper'])
  })

  test('are no reason to tell what the database said', async () => {
    const ports = { credential: () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432')) }
    const { status, errors } = await runBuild([taskStep('ok', { params: { A: '((x))' } })], { ports })
    expect(status).toBe('errored')
    expect(errors).toEqual(['The engine could not read the credential x: run the build again, and tell an operator if that does not help'])
  })
})

describe('a secret', () => {
  const secret = 'hunter2-hunter2'
  const config: Partial<PipelineConfig> = {
    resources: [{ name: 'repo', type: 'fake', source: { key: '((key))' } }],
    var_sources: [{ name: 'fixed', type: 'dummy', config: { vars: { key: secret } } }],
  }
  const leaks: [string, Step[], Partial<BuildOptions>][] = [
    ['the output of a task', [taskStep('say', { params: { K: '((key))' } })], {}],
    ['the configuration of a task in events', [taskStep('ok', { config: { run: { path: 'ok', args: ['((key))'] } } })], {}],
    [
      'what a type logs',
      [{ get: 'repo' }],
      {
        types: {
          fake: {
            ...fakeType,
            in: async ({ log }, _folder, { source, version }) => {
              log(`key ${String(source['key'])}\n`)
              return { version, metadata: [] }
            },
          },
        },
      },
    ],
    ['metadata', [{ get: 'repo', params: { metadata: [{ name: 'key', value: '((key))' }] } }], {}],
    ['the metadata of a put', [{ put: 'repo', params: { metadata: [{ name: '((key))', value: '((key))' }] } }], {}],
    [
      'the words of a type that fails',
      [{ get: 'repo' }],
      { types: { fake: { in: (_context, _folder, { source }) => Promise.reject(new StepFailed(`no ${String(source['key'])}`)) } } },
    ],
    [
      'an error',
      [{ get: 'repo' }],
      {
        types: {
          fake: { in: (_context, _folder, { source }) => Promise.reject(new Error(`${'x'.repeat(8183)} ${String(source['key'])}`)) },
        },
      },
    ],
    ['the output of a task that has it from a dummy source', [taskStep('say', { params: { K: '((fixed:key))' } })], {}],
    ['the output of another task, later', [taskStep('ok', { params: { K: '((key))' } }), taskStep('blab')], {}],
  ]
  test.each(leaks)('is not in %s', async (_name, plan, options) => {
    const say: FakeTask = ({ env, onOutput }) => {
      for (const piece of `key=${env['K']}\n`) onOutput(piece, 'stdout')
    }
    const blab: FakeTask = ({ onOutput }) => onOutput(`${secret}\n`, 'stderr')
    const run = await runBuild(plan, { inputs, config, credentials: { key: secret }, tasks: { say, blab }, ...options })
    const everything = JSON.stringify([run.events, run.metadata, run.outputs, run.plan])
    expect(everything).not.toContain(secret)
    expect(everything).not.toContain('hunter2')
    expect(run.events.length).toBeGreaterThan(2)
  })
})

describe('load_var', () => {
  const files = {
    'v.json': '{"a": {"b": [1, "two"]}}',
    'v.yml': 'a:\n  b: [1, two]\n',
    'list.yaml': '---\n- x\n- "y z"\n',
    'text.txt': '  hunter2 \n',
    'bad.json': '{"password": hunter2',
  }
  const load = (step: Partial<Extract<Step, { load_var: string }>>): Step => ({ load_var: 'v', file: 'repo/text.txt', ...step })
  const types = { fake: typeOf(files) }

  test.each<[string, Partial<Extract<Step, { load_var: string }>>, Json, string]>([
    ['JSON by its name', { file: 'repo/v.json' }, '((.:v.a.b))', '[1,"two"]'],
    ['YAML by its name', { file: 'repo/v.yml' }, '((.:v.a.b))', '[1,"two"]'],
    ['a list in YAML', { file: 'repo/list.yaml' }, '((.:v))', '["x","y z"]'],
    ['other texts without the spaces around them', {}, '((.:v))', 'hunter2'],
    ['a text as it is', { format: 'raw' }, '((.:v))', '  hunter2 \n'],
    ['JSON as a text when told', { file: 'repo/v.json', format: 'trim' }, '((.:v))', '{"a": {"b": [1, "two"]}}'],
    ['YAML whatever its name', { format: 'yaml' }, '((.:v))', 'hunter2'],
  ])('reads %s', async (_name, step, param, expected) => {
    const { env, errors } = await paramsAfter([{ get: 'repo' }, load(step)], { A: param }, { types })
    expect([env, errors]).toEqual([{ A: expected }, []])
  })

  test('is redacted from then on, unless it is to be revealed', async () => {
    const say: FakeTask = ({ env, onOutput }) => onOutput(`it is ${env['A']}\n`, 'stdout')
    const logOf = async (reveal: boolean) => {
      const { log } = await runBuild([{ get: 'repo' }, load({ reveal }), taskStep('say', { params: { A: '((.:v))' } })], {
        inputs,
        types,
        tasks: { say },
      })
      return log.split('\n').at(-2)
    }
    expect(await Promise.all([logOf(false), logOf(true)])).toEqual(['it is ((redacted))', 'it is hunter2'])
  })

  test('does not quote a file that cannot be read', async () => {
    const run = await runBuild([{ get: 'repo' }, load({ file: 'repo/bad.json' })], { inputs, types })
    expect([run.status, run.errors]).toEqual(['errored', ['file: bad.json could not be read as json'.replace('bad', 'repo/bad')]])
    expect(JSON.stringify(run.events)).not.toContain('hunter2')
  })

  test('tells its beginning and its end', async () => {
    const run = await runBuild([{ get: 'repo' }, load({})], { inputs, types })
    expect(eventsOf(run).slice(-3)).toEqual(['initialize 3', 'start 3', 'finish 3'])
    expect(run.events.at(-1)?.data).toMatchObject({ succeeded: true })
  })
})

describe('set_pipeline', () => {
  const pipeline =
    'jobs:\n- name: ((job))\n  plan:\n  - task: t\n    config: {platform: linux, run: {path: ((path))}, params: {A: ((later)), B: ((file))}}\n'
  const files = {
    'ci.yml': pipeline,
    'vars.yml': 'file: from-file\njob: overridden\n',
    'bad.yml': 'jobs: [{name: x, plan: [{get: nowhere}]}]\n',
  }
  const set = async (step: Partial<Extract<Step, { set_pipeline: string }>>, ports: BuildOptions['ports'] = {}) => {
    const saved: PipelineConfig[] = []
    const setPipeline = async (config: PipelineConfig) => {
      saved.push(config)
      return { changed: true }
    }
    const plan: Step[] = [{ get: 'repo' }, { set_pipeline: 'self', file: 'repo/ci.yml', ...step }]
    const run = await runBuild(plan, {
      inputs,
      types: { fake: typeOf(files) },
      credentials: { name: 'unit' },
      ports: { setPipeline, ...ports },
    })
    return { ...run, saved }
  }
  const vars = { job: '((name))', path: 'make' }

  test('saves the file with the variables of the step and of files, and leaves the others', async () => {
    const { saved, errors } = await set({ vars, var_files: ['repo/vars.yml'] })
    expect(errors).toEqual([])
    const config = { platform: 'linux', run: { path: 'make' }, params: { A: '((later))', B: 'from-file' } }
    expect(saved).toMatchObject([{ jobs: [{ name: 'unit', plan: [{ task: 't', config }] }] }])
  })

  test.each([true, false])('tells whether something changed: %s', async (changed) => {
    const run = await set({ vars }, { setPipeline: async () => ({ changed }) })
    expect(eventsOf(run).slice(-4)).toEqual(['initialize 3', 'start 3', 'set-pipeline-changed 3', 'finish 3'])
    expect(run.events.find(({ type }) => type === 'set-pipeline-changed')?.data).toMatchObject({ changed })
    expect(run.log).toContain(changed ? 'done' : 'nothing changed')
  })

  test('fails for a file that is no pipeline, and says in the log what is wrong', async () => {
    const run = await set({ file: 'repo/bad.yml' })
    expect([run.status, run.saved, run.errors]).toEqual(['failed', [], []])
    expect(run.log).toMatch(/invalid pipeline:\n- .*nowhere/)
    expect(run.events.at(-1)?.data).toMatchObject({ succeeded: false })
  })

  test.each<[string, Partial<Extract<Step, { set_pipeline: string }>>, string]>([
    ['another pipeline', { set_pipeline: 'other' }, 'only the pipeline that runs: write self, not other'],
    ['another team', { team: 'main' }, 'pipelines of other teams'],
    ['an instance', { instance_vars: { a: 1 } }, 'no instances of pipelines'],
  ])('does not set %s', async (_name, step, message) => {
    const run = await set(step)
    expect([run.status, run.saved]).toEqual(['errored', []])
    expect(run.errors.join()).toContain(message)
  })
})
