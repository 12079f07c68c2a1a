/** A few threads that are kept, and lent to one caller at a time. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { unavailable } from '../errors.ts'
import { framesOf, type Job, type Told } from './messages.ts'

/** How a job ended: done, or with the thread. */
export type Ending = 'done' | 'stopped' | 'memory' | 'broken'

export interface Thread {
  /** One job at a time. */
  ask(job: Job, listen: (told: Told) => void): Promise<Ending>
  /** Whatever it does; the job that it has ends as stopped. */
  stop(): void
  readonly alive: boolean
}

export interface Threads {
  /** @throws RetryOperation when all are busy for long */
  use<T>(memoryMb: number, work: (thread: Thread) => Promise<T>): Promise<T>
  [Symbol.asyncDispose](): Promise<void>
}

const longestWaitMs = 30_000

/** @param usualMb threads with this much memory are kept when their work is done */
export function openThreads(most: number, usualMb: number, onError: (frames: string) => void): Threads {
  const idle: Thread[] = []
  const all = new Set<Thread>()
  const waiting: (() => void)[] = []
  const ends = new Set<Promise<void>>()
  let busy = 0

  const start = (memoryMb: number): Thread => {
    const { thread, ended } = startThread(memoryMb, onError)
    all.add(thread)
    ends.add(ended)
    void ended.then(() => {
      all.delete(thread)
      ends.delete(ended)
    })
    return thread
  }
  const idleOne = (): Thread | undefined => {
    const found = idle.pop()
    return found && !found.alive ? idleOne() : found
  }
  return {
    async use(memoryMb, work) {
      if (busy >= most) await inTurn(waiting)
      else busy++
      const usual = memoryMb === usualMb
      const thread = (usual ? idleOne() : undefined) ?? start(memoryMb)
      try {
        return await work(thread)
      } finally {
        if (usual && thread.alive) idle.push(thread)
        else thread.stop()
        const next = waiting.shift()
        if (next) next()
        else busy--
      }
    },
    async [Symbol.asyncDispose]() {
      for (const thread of all) thread.stop()
      await Promise.all(ends)
    },
  }
}

/** The place of whoever leaves is handed on, so that nobody overtakes. */
async function inTurn(waiting: (() => void)[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const go = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(go), 1)
      reject(unavailable('Too many policies are being evaluated at the moment: try again in a few seconds'))
    }, longestWaitMs)
    waiting.push(go)
  })
}

/** What reads TypeScript in this process reads it in threads as well. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const code = new URL('./thread.ts', import.meta.url)

interface Asked {
  listen: (told: Told) => void
  end: (ending: Ending) => void
}

function startThread(memoryMb: number, onError: (frames: string) => void): { thread: Thread; ended: Promise<void> } {
  const worker = new Worker(code, {
    execArgv: ['--import', tsx],
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
  })
  // A thread that waits for work does not keep the process from ending.
  worker.unref()
  let asked: Asked | undefined
  let [alive, stopped, memory] = [true, false, false]
  const end = (ending: Ending) => {
    const ended = asked
    asked = undefined
    worker.unref()
    ended?.end(ending)
  }
  worker.on('message', (told: Told) => {
    if (told.kind === 'done') end('done')
    else if (told.kind === 'defect') onError(told.frames)
    else asked?.listen(told)
  })
  worker.on('error', (error: Error & { code?: string }) => {
    alive = false
    memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    if (!memory && !stopped) onError(framesOf(error))
  })
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      alive = false
      end(memory ? 'memory' : stopped ? 'stopped' : 'broken')
      resolve()
    })
  })
  const thread: Thread = {
    ask: (job, listen) =>
      new Promise((resolve) => {
        if (!alive) return resolve('broken')
        asked = { listen, end: resolve }
        worker.ref()
        worker.postMessage(job)
      }),
    stop() {
      if (!alive) return
      alive = false
      stopped = true
      void worker.terminate()
    },
    get alive() {
      return alive
    },
  }
  return { thread, ended }
}
