/** With real programs, run as the engine runs them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getRepo, inputs, runBuild } from '../../../../test/support/embedded-build.ts'
import type { TaskConfig, TaskStep } from '../../../formats/pipeline/types.ts'
import type { EnginePolicy } from '../policy.ts'
import { openTaskRunner } from '../tasks/run.ts'
import type { RunTask } from './types.ts'

let workFolder: string
let runTask: RunTask
beforeAll(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'engine-'))
  const megabyte = 2 ** 20
  const policy: EnginePolicy = {
    ...{ tasks: 'all', images: new Map(), resourceTypes: new Map(), builds: 1, buildsPerOrganization: 0, taskUser: undefined, workFolder },
    limits: { memoryBytes: 512 * megabyte, outputBytes: megabyte, seconds: 60, diskBytes: 100 * megabyte, cacheBytes: 10 * megabyte },
    checkSeconds: 60,
  }
  runTask = openTaskRunner({ policy, log: () => {} })
})
afterAll(() => rm(workFolder, { recursive: true, force: true }))

const sh = (task: string, script: string, config: Partial<TaskConfig> = {}, more: Partial<TaskStep> = {}): TaskStep => ({
  ...more,
  task,
  config: { platform: 'linux', run: { path: 'sh', args: ['-ec', script] }, ...config },
})

describe('a build of real programs', () => {
  test('hands files from step to step, keeps caches, and hides secrets in what they print', async () => {
    const caches = new Map<string, Buffer>()
    const build = () =>
      runBuild(
        [
          getRepo({ 'src/main': 'hello' }),
          sh(
            'build',
            'cat repo/src/main > out/bin; chmod 755 out/bin; echo x >> cache/runs; wc -l < cache/runs > out/runs; printf "key=%s\\n" "$KEY"',
            { inputs: [{ name: 'repo' }], outputs: [{ name: 'out' }], caches: [{ path: 'cache' }], params: { KEY: '((key))' } },
          ),
          sh('test', 'test -x out/bin; cat out/bin; echo; cat out/runs; touch out/mine repo/mine', {
            inputs: [{ name: 'out' }, { name: 'repo' }],
          }),
          sh('look', 'ls repo; exit 3', { inputs: [{ name: 'repo' }] }),
        ],
        { inputs, caches, credentials: { key: 'hunter2' }, ports: { runTask } },
      )
    const first = await build()
    const second = await build()
    expect([first.status, first.errors]).toEqual(['failed', []])
    expect(first.log.replace(/^.*not used.*\n/gm, '')).toBe('fetching\nkey=((redacted))\nhello\n1\nsrc\n')
    expect(second.log).toContain('hello\n2\n')
    expect(first.events.filter(({ type }) => type === 'finish-task').map(({ data }) => data['exit_status'])).toEqual([0, 0, 3])
  })

  test('ends within two seconds when it is aborted', { retry: 2 }, async () => {
    const abort = new AbortController()
    let abortedAt = 0
    const run = await runBuild([sh('sleep', 'echo begun; exec sleep 600')], {
      abort,
      ports: {
        runTask: (task) =>
          runTask({
            ...task,
            onOutput(text, source) {
              task.onOutput(text, source)
              abortedAt = performance.now()
              abort.abort('the build was aborted')
            },
          }),
      },
    })
    expect([run.status, run.errors]).toEqual(['aborted', ['interrupted: the build was aborted']])
    expect(run.log).toContain('begun\n')
    expect(performance.now() - abortedAt).toBeLessThan(2000)
  })

  test('ends a task when its time is over, and leaves what it made to hooks', async () => {
    const step = sh('slow', 'echo half > out/report; exec sleep 600', { outputs: [{ name: 'out' }] }, { timeout: '1s' })
    const ensure = sh('report', 'cat out/report', { inputs: [{ name: 'out' }] })
    const run = await runBuild([{ ...step, ensure }], { ports: { runTask } })
    expect([run.status, run.errors]).toEqual(['failed', ['timeout exceeded']])
    expect(run.log).toContain('half\n')
  })
})
