/** Aborts and timeouts, in every kind of step. */

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { type FakeTask, runBuild, taskStep, write } from '../../../../test/support/embedded-build.ts'
import type { Step } from '../../../formats/pipeline/types.ts'
import type { ResourceContext, ResourceType } from './types.ts'

const inputs = { repo: { ref: 'a1' } }
/** Of the step that waits; called as soon as it does. */
let onBegun = () => {}
beforeEach(() => {
  onBegun = () => {}
})
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
    setTimeout(onBegun, 20)
  })
const hangs = async ({ signal }: ResourceContext): Promise<never> => {
  await untilAborted(signal)
  throw new Error('stopped')
}
const hanging: Partial<ResourceType> = { in: hangs, out: hangs }
/** It catches the signal and pretends that all is well. */
const begun: FakeTask = async ({ signal }) => {
  await untilAborted(signal)
  return 0
}
const hang = (more: Parameters<typeof taskStep>[1] = {}) => taskStep('begun', more)

const kinds: [string, Step][] = [
  ['a get', { get: 'repo' }],
  ['a put', { put: 'repo' }],
  ['a task', hang()],
  ['do', { do: [hang(), taskStep('ok')] }],
  ['in_parallel', { in_parallel: { steps: [hang(), hang()], limit: 1 } }],
  ['try', { try: hang() }],
  ['attempts', hang({ attempts: 3 })],
  ['a timeout', { do: [hang()], timeout: '1h' }],
  ['a hook', taskStep('no', { on_failure: hang() })],
]

describe('an abort', () => {
  test.each(kinds)('ends a build in %s at once, as aborted, and begins nothing more', { retry: 2 }, async (_name, step) => {
    const abort = new AbortController()
    let abortedAt = 0
    onBegun = () => {
      abortedAt = performance.now()
      abort.abort('the build was aborted')
    }
    const run = await runBuild([step, taskStep('ok')], { inputs, abort, types: { fake: hanging }, tasks: { begun } })
    expect(run.status).toBe('aborted')
    expect(run.errors).toEqual(['interrupted: the build was aborted'])
    expect(run.ran).not.toContain('ok')
    expect(performance.now() - abortedAt).toBeLessThan(2000)
  })

  test('before the build begins lets nothing run but the hooks that clean up', async () => {
    const abort = new AbortController()
    abort.abort()
    const hooks = {
      ensure: taskStep('ok', { task: 'always' }),
      on_abort: taskStep('ok'),
      on_failure: taskStep('no'),
      on_success: taskStep('no'),
    }
    const run = await runBuild([taskStep('no')], { abort, ...hooks })
    expect([run.status, run.ran]).toEqual(['aborted', ['ok', 'ok']])
  })

  test('lets hooks run to their end, with what the task left', async () => {
    const abort = new AbortController()
    const seen: boolean[] = []
    const leave: FakeTask = async ({ folder }) => {
      await write(join(folder, 'out/report'), 'half')
      abort.abort()
    }
    const see: FakeTask = async ({ folder, signal }) => {
      const { existsSync } = await import('node:fs')
      seen.push(signal.aborted, existsSync(join(folder, 'out/report')))
    }
    const step = taskStep('leave', {
      config: { outputs: [{ name: 'out' }], caches: [{ path: 'cache' }] },
      ensure: taskStep('see', { config: { inputs: [{ name: 'out' }] } }),
    })
    expect((await runBuild([step], { abort, tasks: { leave, see } })).status).toBe('aborted')
    expect(seen).toEqual([false, true])
  })

  test('without a reason is told in one word', async () => {
    const abort = new AbortController()
    onBegun = () => abort.abort()
    expect((await runBuild([hang()], { abort, tasks: { begun } })).errors).toEqual(['interrupted'])
  })
})

describe('a timeout', () => {
  test.each<[string, Step]>([
    ['a get', { get: 'repo', timeout: '50ms' }],
    ['a put', { put: 'repo', timeout: '50ms' }],
    ['a task, even one that ends well after it', hang({ timeout: '50ms' })],
    ['a do', { do: [hang()], timeout: '50ms' }],
    ['in_parallel with fail_fast', { in_parallel: { steps: [hang(), hang()], fail_fast: true, limit: 1 }, timeout: '50ms' }],
  ])('of %s makes the step fail, and runs on_failure alone', async (_name, step) => {
    const hooks = { on_failure: taskStep('ok'), on_error: taskStep('no'), on_abort: taskStep('no'), on_success: taskStep('no') }
    const run = await runBuild([{ ...step, ...hooks }], { inputs, types: { fake: hanging }, tasks: { begun } })
    expect([run.status, run.errors, run.ran.filter((name) => name !== 'begun')]).toEqual(['failed', ['timeout exceeded'], ['ok']])
  })

  test('holds for each attempt anew', async () => {
    const run = await runBuild([hang({ timeout: '20ms', attempts: 3 })], { tasks: { begun } })
    expect([run.status, run.errors.length]).toEqual(['failed', 3])
  })

  test('of a step around others runs their ensure hooks, and none of their other steps', async () => {
    const step: Step = { do: [hang({ ensure: taskStep('ok'), on_abort: taskStep('no') }), taskStep('no')], timeout: '500ms' }
    const run = await runBuild([step], { tasks: { begun } })
    expect([run.status, run.ran]).toEqual(['failed', ['begun', 'ok']])
  })

  test('that comes while fail_fast stops the others still makes the step fail', async () => {
    const slow: FakeTask = async ({ signal }) => {
      await untilAborted(signal)
      await sleep(600)
    }
    const step: Step = { in_parallel: { steps: [taskStep('slow'), hang({ timeout: '1ms' })], fail_fast: true }, timeout: '400ms' }
    expect((await runBuild([step], { tasks: { slow, begun } })).status).toBe('failed')
  })

  test('that nobody wrote is the limit of the engine', async () => {
    const run = await runBuild([hang()], { tasks: { begun }, ports: { limits: { seconds: 0.05, cacheBytes: 1, outputBytes: 1000 } } })
    expect([run.status, run.errors]).toEqual(['failed', ['timeout exceeded: a step without a timeout of its own may take 0.05 seconds']])
  })

  test('of more days than a timer can count does not end at once', async () => {
    expect((await runBuild([taskStep('ok', { timeout: '1000000h' })])).status).toBe('succeeded')
  })
})

describe('output without an end', () => {
  test('stops the step, which is errored', async () => {
    const flood: FakeTask = async ({ onOutput, signal }) => {
      for (let line = 0; !signal.aborted && line < 100_000; line++) onOutput('more and more\n', 'stdout')
      return 0
    }
    const ports = { limits: { seconds: 60, cacheBytes: 1, outputBytes: 1000 } }
    const run = await runBuild([taskStep('flood')], { tasks: { flood }, ports })
    expect([run.status, run.errors]).toEqual(['errored', ['The step wrote more than the 1000 bytes that a step may']])
    expect(run.log.length).toBeLessThanOrEqual(1000)
  })
})
