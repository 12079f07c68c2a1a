/** Tasks that really run, in folders of one test file. */
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunTask, TaskToRun } from '../../src/engine/embedded/execute/types.ts'
import type { EnginePolicy } from '../../src/engine/embedded/policy.ts'
import type { ConfinementOptions } from '../../src/engine/embedded/tasks/confinement.ts'
import { openTaskRunner } from '../../src/engine/embedded/tasks/run.ts'
import type { TaskConfig } from '../../src/formats/pipeline/types.ts'
import { enginePolicy, useFolders } from './resource-context.ts'

export interface Outcome {
  exitStatus?: number
  error?: string
  stdout: string
  stderr: string
  notice: string
  folder: string
}
export type TaskOptions = Omit<Partial<TaskToRun>, 'config'> & { config?: Partial<TaskConfig> }
export type Holding = Pick<ConfinementOptions, 'holding'>

/** Once in the best that can be had here, once as where nothing can. */
export const holdings: [name: string, holding: Holding][] = [
  ['as well as this machine can', {}],
  ['in a process group alone', { holding: 'group' }],
]
export const isRoot = process.getuid?.() === 0
export const isLinux = process.platform === 'linux'
/** Programs such as Node may be anywhere. */
export const ownPath = { PATH: `${process.env['PATH']}` }

export function useTasks() {
  const { home } = useFolders()
  let made = 0
  /** As the engine lays them out: a folder of the build, and in it one of the task. */
  const taskFolder = async (): Promise<string> => {
    await chmod(home, 0o755)
    const folder = join(home, 'builds', String(++made), 'task')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return folder
  }
  const policyOf = (more: Parameters<typeof enginePolicy>[1] = {}): EnginePolicy => enginePolicy(join(home, 'builds'), more)
  const run = async (runTask: RunTask, argv: readonly string[], more: TaskOptions = {}): Promise<Outcome> => {
    const folder = more.folder ?? (await taskFolder())
    const out = { stdout: '', stderr: '', notice: '' }
    const [path = '', ...args] = argv
    const ended = await runTask({
      organization: 'acme',
      env: {},
      signal: new AbortController().signal,
      onOutput: (text, source) => {
        out[source] += text
      },
      ...more,
      folder,
      config: { platform: 'linux', run: { path, args }, ...more.config } as TaskConfig,
    }).catch((error: Error) => ({ error: error.message }))
    return { ...out, ...ended, folder }
  }
  return {
    home,
    taskFolder,
    policyOf,
    run,
    sh: (runTask: RunTask, script: string, more: TaskOptions = {}) => run(runTask, ['sh', '-c', script], more),
    open: (policy: EnginePolicy = policyOf(), holding: Holding = {}, lines: string[] = []) =>
      openTaskRunner({ policy, log: (line) => lines.push(line), ...holding }),
  }
}

/** Command lines of processes that hold a mark. */
export const alive = (mark: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(mark))
export const newMark = () => `mark${Math.random().toString(36).slice(2)}`
