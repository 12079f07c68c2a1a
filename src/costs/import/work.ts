/** Imports run in a process of their own: reading ten million lines would hold everybody else. */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Log } from '../../log.ts'
import type { SourceSpec } from '../../outside/bills/sources.ts'
import type { FromChild, ToChild } from './child-job.ts'
import { openPlaces } from './places.ts'

/** What the process does. Everything it needs travels to it; its environment is empty. */
export type CostJob =
  | { kind: 'import'; organizationId: number; importId: number; source: SourceSpec | { kind: 'upload' } | ParentSource }
  | { kind: 'attribute'; organizationId: number }
  | { kind: 'clear'; organizationId: number }

/** The part of another account's bill, here or in an ancestor, that is about one cloud account. */
export interface ParentSource {
  kind: 'parent'
  organizationId: number
  costAccountId: number
  linkedAccount: string
}

/** Much is being done: the job was not begun, and may be tried later. */
export class CostWorkBusy extends Error {
  /** When to come back; who does keeps their turn. */
  readonly seconds: number
  constructor(message: string, seconds: number) {
    super(message)
    this.seconds = seconds
  }
}
/** The process ended before its work: `message` says why, for people. Held, late: whoever tries it again is held again. */
export class CostWorkLost extends Error {
  readonly why: 'stopped' | 'memory' | 'broken' | 'held' | 'late'
  constructor(why: CostWorkLost['why'], message: string) {
    super(message)
    this.why = why
  }
}

export interface CostWork {
  /**
   * Resolves when the process has said that it did its turn, and whether all is done; what went wrong with a bill is on its import.
   * @param signal ends the process, whatever it does
   * @throws CostWorkBusy
   * @throws CostWorkLost
   */
  run(job: CostJob, signal?: AbortSignal): Promise<{ done: boolean }>
  /** Of the processes at work, for tests. */
  readonly pids: readonly number[]
  [Symbol.asyncDispose](): Promise<void>
}

export interface CostWorkOptions {
  databaseUrl: string
  memoryMb: number
  /** Of the address guard: networks that tenants may have us connect to. */
  privateAddresses: readonly string[]
  log: Log
  /** After which a process that says nothing is ended: its loop is held. What waits for the database, or for bytes, does say something. */
  silenceMs?: number
  /** How long one import may take: a source that never ends would hold its place for ever. */
  minutes?: number
  /** Imports at once, each of another organization. */
  imports?: number
}

export function openCostWork(options: CostWorkOptions): CostWork {
  const { databaseUrl, memoryMb, privateAddresses, log, silenceMs = 60_000, minutes = 180 } = options
  const imports = openPlaces({ together: options.imports ?? 1, each: 1 })
  // In short turns, and asked for by people who look at figures: it does not wait for a long import. Of one organization, too, what waits
  // is next: it would be sent away for longer otherwise.
  const upkeep = openPlaces({ together: 1, each: 2 })
  const running = new Set<Running>()
  let closed = false
  const inChild = async (job: CostJob, signal: AbortSignal | undefined) => {
    if (closed) throw new CostWorkLost('stopped', 'the platform is being stopped')
    const child = startChild({ job, databaseUrl, privateAddresses, aliveEveryMs: silenceMs / silences }, memoryMb, (frames) =>
      log.error({ job: job.kind, organization: job.organizationId, frames }, 'work on costs broke'),
    )
    const stop = () => child.stop()
    const late = job.kind === 'import' ? setTimeout(() => child.stop(lateSentence(minutes)), minutes * 60_000) : undefined
    running.add(child)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    try {
      return await child.ended
    } finally {
      clearTimeout(late)
      signal?.removeEventListener('abort', stop)
      running.delete(child)
    }
  }
  return {
    async run(job, signal) {
      const place = (job.kind === 'import' ? imports : upkeep).enter(job.organizationId)
      if (typeof place === 'number')
        throw new CostWorkBusy(job.kind === 'import' ? 'other imports are being done' : 'other work on costs is being done', place)
      try {
        return await inChild(job, signal)
      } finally {
        place()
      }
    },
    get pids() {
      return [...running].flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const child of running) child.stop()
      await Promise.allSettled([...running].map(({ ended }) => ended))
    },
  }
}

interface Running {
  readonly pid: number | undefined
  readonly ended: Promise<{ done: boolean }>
  /** @param late what to say of work that took too long */
  stop(late?: string): void
}

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const code = fileURLToPath(new URL('./child.ts', import.meta.url))

const lateSentence = (minutes: number) =>
  `It took longer than the ${minutes} minutes that one import may take (COST_IMPORT_MINUTES), and was ended: what was read is kept, and the next import of the same bill goes on where this one was`

const heldSentence =
  'A part of the bill kept the process that reads it busy for a minute, and it was ended: the file is damaged, or made to do that. Have it exported anew, or in another format, such as CSV compressed with gzip'

/** V8 ends the whole process when an allocation does not fit. */
const endedByMemory = (status: number | null, signal: NodeJS.Signals | null): boolean => signal === 'SIGABRT' || status === 134

/**
 * Measured with a whole import of 250,000 lines on two busy cores, seconds of reading and storing, and MB at most: so 2.5 to 3.4 and 190;
 * with threads for collecting 3.9 and 177; with 32 MB for what is young 3.3 and 220; with both 2.5 to 3.3 and 235.
 */
const gcFlags = ['--max-semi-space-size=16', '--single-threaded-gc']
/** Two such halves: what the heap has beside what is old. */
const youngMb = 32

/** Turns without a word after which a process is taken for held: turns of ours, because we may have been held ourselves. */
const silences = 12

function startChild(asked: ToChild, memoryMb: number, onBroken: (frames: string) => void): Running {
  const node = fork(code, [], {
    execArgv: ['--import', loader, `--max-old-space-size=${memoryMb - youngMb}`, ...gcFlags],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
  let said: { done: boolean } | undefined
  let [busy, stopped, held, silent] = [false, false, false, 0]
  let tooLate: string | undefined
  node.on('message', (told: FromChild) => {
    silent = 0
    if (told.kind === 'done') said = { done: !told.left }
    else if (told.kind === 'busy') busy = true
    else if (told.kind === 'broken') onBroken(told.frames)
  })
  const watch = setInterval(() => {
    if (++silent <= silences || node.exitCode !== null || node.signalCode !== null) return
    held = true
    node.kill('SIGKILL')
  }, asked.aliveEveryMs)
  const ended = new Promise<{ done: boolean }>((resolve, reject) => {
    node.on('close', () => clearInterval(watch))
    node.on('error', () => reject(new CostWorkLost(stopped ? 'stopped' : 'broken', 'the process that reads bills could not be started')))
    node.on('exit', (status, signal) => {
      if (said) resolve(said)
      else if (busy) reject(new CostWorkBusy('another import of the account is being done', 60))
      else if (tooLate !== undefined) reject(new CostWorkLost('late', tooLate))
      else if (stopped) reject(new CostWorkLost('stopped', 'the platform was stopped meanwhile'))
      else if (held) reject(new CostWorkLost('held', heldSentence))
      else if (endedByMemory(status, signal))
        reject(new CostWorkLost('memory', `it needed more than the ${memoryMb} MB of memory that it may use (COST_IMPORT_MEMORY_MB)`))
      else reject(new CostWorkLost('broken', 'the process that did it ended'))
    })
  })
  // What cannot be sent is told by the exit.
  node.send(asked, () => {})
  return {
    pid: node.pid,
    ended,
    stop(late) {
      if (node.exitCode !== null || node.signalCode !== null) return
      if (late === undefined) stopped = true
      else tooLate = late
      node.kill('SIGKILL')
    },
  }
}
