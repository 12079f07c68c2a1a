/**
 * A few processes that are kept, and lent to one caller at a time. Threads would not do: an allocation that does not fit into the
 * memory of a thread ends the whole process.
 */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { unavailable } from '../errors.ts'
import type { Job, Told } from './messages.ts'
import { openTurns } from './turns.ts'

/** How a job ended: done, or with the process. */
export type Ending = 'done' | 'stopped' | 'memory' | 'broken'

export interface Child {
  /** One job at a time. */
  ask(job: Job, listen: (told: Told) => void): Promise<Ending>
  /** Whatever it does; the job that it has ends as stopped. */
  stop(): void
  readonly alive: boolean
}

export interface Children {
  /** @throws RetryOperation when all are busy for long, or much of the same organization waits */
  use<T>(whose: number, memoryMb: number, work: (child: Child) => Promise<T>): Promise<T>
  [Symbol.asyncDispose](): Promise<void>
}

/** @param usualMb processes with this much memory are kept when their work is done */
export function openChildren(most: number, usualMb: number, onDefect: (frames: string) => void): Children {
  const idle: Child[] = []
  const all = new Set<Child>()
  const ends = new Set<Promise<void>>()
  const turns = openTurns(most)
  let closed = false

  const start = (memoryMb: number): Child => {
    const { child, ended } = startChild(memoryMb, onDefect)
    all.add(child)
    ends.add(ended)
    void ended.then(() => {
      all.delete(child)
      ends.delete(ended)
    })
    return child
  }
  const idleOne = (): Child | undefined => {
    const found = idle.pop()
    return found && !found.alive ? idleOne() : found
  }
  return {
    use: (whose, memoryMb, work) =>
      turns(whose, async () => {
        if (closed) throw unavailable('The service is being stopped: try again in a moment')
        const usual = memoryMb === usualMb
        const child = (usual ? idleOne() : undefined) ?? start(memoryMb)
        try {
          return await work(child)
        } finally {
          if (usual && child.alive) idle.push(child)
          else child.stop()
        }
      }),
    async [Symbol.asyncDispose]() {
      closed = true
      for (const child of all) child.stop()
      await Promise.all(ends)
    },
  }
}

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const code = fileURLToPath(new URL('./child.ts', import.meta.url))

interface Asked {
  listen: (told: Told) => void
  end: (ending: Ending) => void
}

/** V8 ends the whole process when an allocation does not fit. */
const endedByMemory = (status: number | null, signal: NodeJS.Signals | null): boolean => signal === 'SIGABRT' || status === 134

function startChild(memoryMb: number, onDefect: (frames: string) => void): { child: Child; ended: Promise<void> } {
  const node = fork(code, [], {
    execArgv: ['--import', loader, `--max-old-space-size=${memoryMb}`, '--max-semi-space-size=16'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
  let asked: Asked | undefined
  let [alive, stopped] = [true, false]
  // One that waits for work does not keep this process from ending.
  const keep = (kept: boolean) => {
    node[kept ? 'ref' : 'unref']()
    node.channel?.[kept ? 'ref' : 'unref']()
  }
  const end = (ending: Ending) => {
    const ended = asked
    asked = undefined
    keep(false)
    ended?.end(ending)
  }
  keep(false)
  node.on('message', (told: Told) => {
    if (told.kind === 'done') end('done')
    else if (told.kind === 'defect') onDefect(told.frames)
    else asked?.listen(told)
  })
  const ended = new Promise<void>((resolve) => {
    const gone = (ending: Ending) => {
      alive = false
      end(ending)
      resolve()
    }
    node.on('error', () => gone(stopped ? 'stopped' : 'broken'))
    node.on('exit', (status, signal) => gone(endedByMemory(status, signal) ? 'memory' : stopped ? 'stopped' : 'broken'))
  })
  const child: Child = {
    ask: (job, listen) =>
      new Promise((resolve) => {
        if (!alive) return resolve('broken')
        asked = { listen, end: resolve }
        keep(true)
        // What cannot be sent is told by the exit.
        node.send(job, () => {})
      }),
    stop() {
      if (!alive) return
      alive = false
      stopped = true
      keep(true)
      node.kill('SIGKILL')
    },
    get alive() {
      return alive
    },
  }
  return { child, ended }
}
