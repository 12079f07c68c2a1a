/** One started program until nothing of it is left: its output, its limits, and its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Launch } from './launch.ts'
import { membersOf, memoryOf, namelessOf, type Process, type Run } from './processes.ts'

export interface Supervision {
  readonly launch: Launch
  /** The program has a process namespace of its own, whose first process the leader waits for. */
  readonly isNamespaced: boolean
  readonly hasProc: boolean
  /** What only this run has, see Run. */
  readonly group?: number
  readonly mark?: string
  readonly limits: { readonly seconds: number; readonly outputBytes: number; readonly memoryBytes: number }
  readonly signal: AbortSignal
  /** For its standard input; undefined: closed. */
  readonly input?: Buffer
  onOutput(text: string, source: 'stdout' | 'stderr'): void
}

export type Limit = 'seconds' | 'output' | 'memory' | 'processes'

export interface Ended {
  /** Of the program; 128 and the signal's number when one ended it. */
  readonly exitStatus: number
  /** Why we ended it; undefined: it ended itself. */
  readonly stopped: Limit | 'aborted' | undefined
}

/** Settles when all its processes are gone and all they wrote was handed on. @throws Error when it cannot be started */
export async function supervise(supervision: Supervision): Promise<Ended> {
  const { launch, limits, signal, isNamespaced, hasProc, group, mark } = supervision
  const child = started(supervision)
  const run: Run = { leader: child.pid ?? 0, group, mark, known: new Map() }
  const world: World = { child, run, isNamespaced, hasProc }
  let stopped: Ended['stopped']
  let ending: Promise<void> | undefined
  const stop = (why: NonNullable<Ended['stopped']>) => {
    if (ending || hasEnded(child)) return
    stopped = why
    ending = endedPolitely(world, why === 'aborted' || why === 'seconds' ? grace : 0)
  }
  const event = (name: string) => new Promise<void>((resolve) => child.once(name, () => resolve()))
  const [closed, exited] = [event('close'), event('exit')]
  readAll(supervision, child, () => stop('output'))
  let isReady = false
  child.stdio[4]?.on('data', () => {
    isReady = true
  })
  await spawned(child, launch)
  preferOverUs(run.leader)

  const timer = setTimeout(() => stop('seconds'), Math.min(limits.seconds * 1000, 2 ** 31 - 1))
  const onAbort = () => stop('aborted')
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const watching = watch(world, limits.memoryBytes, stop)
  try {
    await exited
    await ending
    await endAll(world)
    await Promise.race([closed, sleep(longestDrain)])
    for (const pipe of child.stdio) pipe?.destroy()
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    await watching
  }
  // What failed then is a helper, and its status says nothing about the program.
  if (!isReady && stopped === undefined)
    throw new Error('This machine could not hold the program in, so it was not started: see the line before')
  return { exitStatus: statusOf(child), stopped }
}

interface World {
  readonly child: ChildProcess
  readonly run: Run
  readonly isNamespaced: boolean
  readonly hasProc: boolean
}

/** Between TERM and KILL, in milliseconds: an abort has to be over within two seconds, all told, also on a busy machine. */
const grace = 700
const watchEvery = 500
const pollEvery = 25
/** Everything is gone, so nothing but what is in the pipes can come; a pipe that somebody else holds is not waited for. */
const longestDrain = 2000
const mostProcesses = 1000

function started({ launch, input }: Supervision): ChildProcess {
  const { command, args, env, cwd, become, third } = launch
  const pipeOr = (content: Buffer | undefined) => (content === undefined ? 'ignore' : 'pipe')
  const stdio = [pipeOr(input), 'pipe', 'pipe', pipeOr(third), 'pipe'] as const
  const child = spawn(command, [...args], { env, cwd, detached: true, stdio: [...stdio], ...become })
  const give = (index: number, content: Buffer | undefined) => {
    const pipe = child.stdio[index]
    if (!pipe || content === undefined || !('end' in pipe)) return
    pipe.on('error', () => {}) // it ended without reading all, and its exit says why
    pipe.end(content)
  }
  give(0, input)
  give(3, third)
  return child
}

async function spawned(child: ChildProcess, { command }: Launch): Promise<void> {
  if (child.pid !== undefined) return
  const [error] = await once(child, 'error')
  throw new Error(`${command} could not be started on this machine`, { cause: error })
}

/** When memory runs out the kernel shall end the task, not the platform. */
function preferOverUs(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000')
  } catch {
    // not on this system
  }
}

function readAll({ limits, onOutput }: Supervision, child: ChildProcess, tooMuch: () => void): void {
  let left = limits.outputBytes
  for (const source of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8')
    const hand = (text: string) => text !== '' && onOutput(text, source)
    child[source]?.on('data', (chunk: Buffer) => {
      const taken = chunk.subarray(0, Math.max(0, left))
      left -= chunk.length
      hand(decoder.write(taken))
      if (left < 0) tooMuch()
    })
    child[source]?.on('end', () => hand(decoder.end()))
    child[source]?.on('error', () => {})
  }
}

async function watch({ child, run, hasProc }: World, most: number, stop: (why: Limit) => void): Promise<void> {
  while (hasProc && !hasEnded(child)) {
    const members = await membersOf(run)
    if (members.length > mostProcesses) stop('processes')
    if ((await memoryOf(members)) + (await namelessOf(members)) > most) stop('memory')
    const over = new AbortController()
    const end = () => over.abort()
    child.once('exit', end)
    if (!hasEnded(child)) await sleep(watchEvery, undefined, { signal: over.signal }).catch(() => {})
    child.off('exit', end)
  }
}

async function endedPolitely(world: World, milliseconds: number): Promise<void> {
  const { child, run, hasProc } = world
  if (milliseconds > 0) {
    if (!hasProc) tell(-run.leader, 'SIGTERM')
    // Helpers of ours would take the program with them before it could tidy up.
    else for (const { pid, name } of await membersOf(run)) if (name !== 'bwrap') tell(pid, 'SIGTERM')
    for (const until = performance.now() + milliseconds; performance.now() < until && !hasEnded(child); ) await sleep(pollEvery)
  }
  await endAll(world)
}

/** Returns when nothing is left: a process that the kernel does not let go of is waited for. */
async function endAll({ child, run, isNamespaced, hasProc }: World): Promise<void> {
  for (let round = 0; ; round++) {
    // A stopped leader starts nobody between the look and the blow.
    if (!hasEnded(child)) tell(run.leader, 'SIGSTOP')
    const members: readonly Pick<Process, 'pid'>[] = hasProc ? await membersOf(run) : isAlive(-run.leader) ? [{ pid: -run.leader }] : []
    for (const { pid } of members) tell(pid, 'SIGKILL')
    // In a namespace the leader ends after its first process, which the kernel lets go of last of all.
    if (!hasEnded(child)) tell(run.leader, isNamespaced && members.length > 0 ? 'SIGCONT' : 'SIGKILL')
    else if (members.length === 0) return
    await sleep(round < 40 ? pollEvery : 4 * pollEvery)
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // gone already
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

function statusOf({ exitCode, signalCode }: ChildProcess): number {
  return exitCode ?? (signalCode === null ? 1 : 128 + constants.signals[signalCode])
}
