/** What tests of the engine and processes that they start have alike; nothing here needs a test around it. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunTask } from '../../src/engine/embedded/execute/types.ts'
import type { EnginePolicy } from '../../src/engine/embedded/policy.ts'

export const policyIn = (folder: string): EnginePolicy => ({
  tasks: 'all',
  images: new Map([['busybox', 'host']]),
  resourceTypes: new Map(),
  builds: 4,
  buildsPerOrganization: 10,
  taskUser: undefined,
  limits: { memoryBytes: 2 ** 28, outputBytes: 2 ** 25, seconds: 60, diskBytes: 2 ** 26, cacheBytes: 2 ** 24 },
  checkSeconds: 60,
  workFolder: join(folder, 'builds'),
})

/** `say a b` prints lines, `count 100` that many, `fail` ends with 1, `wait` runs until it is stopped, `hang` for ever. */
export const saying: RunTask = async ({ config: { run }, onOutput, signal }) => {
  const [first = ''] = run.args ?? []
  if (run.path === 'say') onOutput(`${(run.args ?? []).join('\n')}\n`, 'stdout')
  if (run.path === 'count') for (let line = 0; line < Number(first); line++) onOutput(`line ${line}\n`, 'stdout')
  if (run.path === 'wait') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  if (run.path === 'hang') await new Promise<void>(() => {})
  if (run.path === 'sleep') await sleep(Number(first))
  return { exitStatus: run.path === 'fail' ? 1 : 0 }
}
