/** Tasks: programs of tenants on the machine that the platform runs on, so they are off until an operator says whose may run. */
import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskConfig } from '../../../formats/pipeline/types.ts'
import type { RunTask, TaskToRun } from '../execute/types.ts'
import type { EnginePolicy } from '../policy.ts'
import { type Confinement, type ConfinementOptions, openConfinement } from './confinement.ts'
import { type Place, placeOf } from './image.ts'
import { cleanEnvironment, isVariable } from './launch.ts'
import type { Ended } from './supervise.ts'

/**
 * @param options `log` is the operator's: which means of this machine hold tasks in
 * @returns see RunTask; errors are sentences for the log of the step
 */
export function openTaskRunner(options: ConfinementOptions): RunTask {
  const { policy, log } = options
  const confinement = openConfinement(options)
  if (policy.tasks === 'none') log('Tasks of pipelines are off (ENGINE_TASKS)', 'debug')
  else confinement.machine().catch((error: unknown) => log(`Tasks cannot run: ${String(error)}`, 'warn'))

  return async (task) => {
    assertAllowed(policy, task)
    assertSupported(task.config)
    const place = placeOf(task.config, policy.images)
    await assertUsable(place, confinement)
    if (place.on === 'host' && place.notice !== undefined) task.onOutput(place.notice, 'notice')
    for (const name of place.on === 'host' ? Object.keys(task.env).filter((one) => !isVariable(one)) : [])
      task.onOutput(`the variable ${JSON.stringify(name)} is not set: this is not a name that a shell knows\n`, 'notice')
    if (task.signal.aborted) return { exitStatus: 143 }
    return await run(task, place, policy, confinement)
  }
}

function assertAllowed({ tasks }: EnginePolicy, { organization }: TaskToRun): void {
  if (tasks === 'all' || (tasks !== 'none' && tasks.includes(organization))) return
  throw new Error(
    'Tasks are off in the embedded engine, since they are code that would run beside the platform: an operator can allow them for this organization (ENGINE_TASKS), or configure Concourse',
  )
}

function assertSupported(config: TaskConfig): void {
  const refused = [
    ['rootfs_uri', config.rootfs_uri !== undefined],
    ['run.user', config.run.user !== undefined],
    ['container_limits', Object.keys(config.container_limits ?? {}).length > 0],
    [`platform: ${config.platform}`, config.platform !== 'linux'],
  ] as const
  const [name] = refused.find(([, is]) => is) ?? []
  if (name !== undefined) throw new Error(`The embedded engine does not support ${name} of tasks: configure Concourse to use it`)
  if (config.run.path === '' || [config.run.path, ...(config.run.args ?? [])].some((text) => text.includes('\0')))
    throw new Error('run.path: must name a program, and no argument may hold a zero byte')
}

async function assertUsable(place: Place, confinement: Confinement): Promise<void> {
  if (place.on === 'host') return
  const { tools } = await confinement.machine()
  if (!tools.bwrap)
    throw new Error(
      'The image of this task is a folder, which takes bubblewrap: an operator has to install it (bwrap), or map the image to host',
    )
  const there = await stat(place.folder).catch(() => undefined)
  if (!there?.isDirectory()) throw new Error('The folder that an operator named for the image of this task is not there (ENGINE_IMAGES)')
}

async function run(task: TaskToRun, place: Place, policy: EnginePolicy, confinement: Confinement): Promise<{ exitStatus: number }> {
  const { config, env, folder, signal, onOutput } = task
  const { path, args = [], dir = '.' } = config.run
  const bad = Object.entries(env).find(([name, value]) => name === '' || /[=\0]/.test(name) || value.includes('\0'))
  if (bad) throw new Error(`The variable ${JSON.stringify(bad[0])} cannot be set: it holds a zero byte, or its name an equals sign`)
  const seconds = task.seconds ?? policy.limits.seconds
  let said = ''
  const ended = await confinement.run({
    argv: () => [path, ...args],
    env,
    folder,
    dir,
    ...(place.on === 'image' ? { bound: place.folder, isImage: true } : {}),
    seconds,
    signal,
    onOutput(text, source) {
      if (source === 'stderr') said = `${said}${text}`.slice(-1000)
      onOutput(text, source)
    },
  })
  assertWithinLimits(ended, seconds, policy)
  if (ended.stopped === 'aborted') return { exitStatus: ended.exitStatus }
  await assertStarted(task, place, ended, said)
  return { exitStatus: ended.exitStatus }
}

function assertWithinLimits({ stopped }: Ended, seconds: number, { limits }: EnginePolicy): void {
  const megabytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MB`
  if (stopped === 'seconds') throw new Error(`The task ran for more than ${seconds} seconds, and was stopped`)
  if (stopped === 'output')
    throw new Error(`The task wrote more than ${megabytes(limits.outputBytes)} of output (ENGINE_TASK_OUTPUT_MB), and was stopped`)
  if (stopped === 'memory')
    throw new Error(`The task used more than ${megabytes(limits.memoryBytes)} of memory (ENGINE_TASK_MEMORY_MB), and was stopped`)
  if (stopped === 'processes') throw new Error('The task started more than 1000 processes, and was stopped')
}

/** A shell that cannot find a program says so and ends with 127; so may the program itself, which is its own business. */
async function assertStarted({ config, env, folder }: TaskToRun, place: Place, { exitStatus }: Ended, said: string): Promise<void> {
  const { path, dir = '.' } = config.run
  const missing = new Error(
    `run.path: there is no program ${JSON.stringify(path)} that can be run ${place.on === 'host' ? 'on this machine' : 'in the image'}`,
  )
  if (place.on === 'image') {
    if (/^bwrap: execvp/m.test(said)) throw missing
    if (/^bwrap: /m.test(said) && exitStatus === 1) throw new Error('bubblewrap could not make the image ready: see the line before')
    return
  }
  if (exitStatus !== 126 && exitStatus !== 127) return
  const searched = path.includes('/')
    ? [join(path.startsWith('/') ? '/' : join(folder, dir), path)]
    : (env['PATH'] ?? cleanEnvironment.PATH).split(':').map((one) => join(one, path))
  const found = await Promise.all(
    searched.map((one) =>
      access(one, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  if (!found.includes(true)) throw missing
}
