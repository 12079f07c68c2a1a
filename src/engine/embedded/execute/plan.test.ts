import { describe, expect, test } from 'vitest'
import { runBuild, taskStep } from '../../../../test/support/embedded-build.ts'
import type { Step } from '../../../formats/pipeline/types.ts'

const planOf = async (plan: Step[], more: Parameters<typeof runBuild>[1] = {}) => (await runBuild(plan, more)).plan

describe('the public plan', () => {
  test('shows the steps of a job in the shape that clients of Concourse read', async () => {
    const steps: Step[] = [
      { get: 'code', resource: 'repo', params: { depth: 1 }, trigger: true },
      { in_parallel: { steps: [taskStep('ok', { task: 'unit', privileged: true })], limit: 2, fail_fast: true } },
      { put: 'image', params: { tag: '((secret))' } },
      { put: 'again', resource: 'image', no_get: true },
      { try: { load_var: 'v', file: 'code/v' } },
      { set_pipeline: 'self', file: 'code/ci.yml' },
    ]
    expect(await planOf(steps, { inputs: { code: { ref: 'a1' } } })).toEqual({
      schema: 'exec.v2',
      plan: {
        id: '1',
        do: [
          { id: '2', get: { name: 'code', type: 'fake', resource: 'repo', version: { ref: 'a1' } } },
          {
            id: '3',
            in_parallel: { steps: [{ id: '4', task: { name: 'unit', privileged: true, hermetic: false } }], limit: 2, fail_fast: true },
          },
          {
            id: '5',
            on_success: {
              step: { id: '6', put: { name: 'image', type: 'fake', resource: 'image' } },
              on_success: { id: '7', get: { name: 'image', type: 'fake', resource: 'image' } },
            },
          },
          { id: '8', put: { name: 'again', type: 'fake', resource: 'image' } },
          { id: '9', try: { step: { id: '10', load_var: { name: 'v' } } } },
          { id: '11', set_pipeline: { name: 'self', team: '', instance_vars: {} } },
        ],
      },
    })
  })

  test('wraps a step in its hooks, attempts and timeout in the order of Concourse, and the job in its own', async () => {
    const ok = (task: string) => taskStep('ok', { task })
    const step: Step = {
      do: [],
      timeout: '1m',
      attempts: 2,
      on_success: ok('success'),
      on_failure: ok('failure'),
      on_abort: ok('abort'),
      on_error: ok('error'),
      ensure: ok('always'),
    }
    const task = (id: string, name: string) => ({ id, task: { name, privileged: false, hermetic: false } })
    const timeout = (id: string, inner: string) => ({ id, timeout: { step: { id: inner, do: [] }, duration: '1m' } })
    const success = {
      id: '7',
      on_success: { step: { id: '8', retry: [timeout('9', '10'), timeout('11', '12')] }, on_success: task('13', 'success') },
    }
    const failure = { id: '6', on_failure: { step: success, on_failure: task('14', 'failure') } }
    const abort = { id: '5', on_abort: { step: failure, on_abort: task('15', 'abort') } }
    const error = { id: '4', on_error: { step: abort, on_error: task('16', 'error') } }
    expect((await planOf([step], { ensure: ok('clean') }))?.plan).toEqual({
      id: '1',
      ensure: {
        step: { id: '2', do: [{ id: '3', ensure: { step: error, ensure: task('17', 'always') } }] },
        ensure: task('18', 'clean'),
      },
    })
  })

  test('leaves the timeout of gets, puts and tasks to the steps themselves', async () => {
    const plan = await planOf([taskStep('ok', { timeout: '5m', attempts: 1 })])
    expect(plan?.plan).toEqual({
      id: '1',
      do: [{ id: '2', retry: [{ id: '3', task: { name: 'ok', privileged: false, hermetic: false } }] }],
    })
  })

  test('has nothing of sources, parameters and task configurations', async () => {
    const secret = 'hunter2'
    const plan = await planOf(
      [
        { get: 'repo', params: { secret } },
        { put: 'image', params: { secret }, get_params: { secret } },
        taskStep('ok', { params: { secret }, vars: { secret }, config: { run: { path: 'ok', args: [secret] } } }),
        { set_pipeline: 'self', file: 'repo/x', vars: { secret } },
      ],
      { config: { resources: ['repo', 'image'].map((name) => ({ name, type: 'fake', source: { secret } })) } },
    )
    expect(JSON.stringify(plan)).not.toContain(secret)
  })

  test('is kept before the first step begins', async () => {
    const order: string[] = []
    await runBuild([taskStep('ok')], {
      tasks: { ok: () => void order.push('task') },
      ports: { savePlan: async () => void order.push('plan') },
    })
    expect(order).toEqual(['plan', 'task'])
  })
})

describe('a job that cannot be planned', () => {
  test.each<[string, Step, string]>([
    ['a resource that is not there', { get: 'gone' }, 'The pipeline has no resource gone'],
    ['across', taskStep('ok', { across: [{ var: 'x', values: [1] }] }), 'The embedded engine does not do "across"'],
    ['a prototype', { run: 'x', type: 'y' }, 'does not run prototypes'],
    [
      'attempts upon attempts',
      { do: [{ do: [taskStep('ok', { attempts: 100 })], attempts: 100 }], attempts: 100 },
      'more than 10000 steps',
    ],
  ])('is errored, and says why: %s', async (_name, step, message) => {
    const { status, errors, plan, ran } = await runBuild([step])
    expect([status, plan, ran]).toEqual(['errored', undefined, []])
    expect(errors.join()).toContain(message)
  })
})
