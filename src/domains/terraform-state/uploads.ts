/** How many large documents this process takes at once: each costs memory and time, and others want answers meanwhile. */
import { unavailable } from '../../errors.ts'

export interface Turns {
  /** Waits for its turn. @throws RetryOperation when that takes too long */
  take<T>(bytes: number | undefined, work: () => Promise<T>): Promise<T>
}

const small = 2 ** 20

export function openTurns({ most = 2, waitSeconds = 60 }: { most?: number; waitSeconds?: number } = {}): Turns {
  let busy = 0
  const waiting: (() => void)[] = []
  const enter = () =>
    new Promise<void>((resolve, reject) => {
      if (busy < most) {
        busy++
        resolve()
        return
      }
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(unavailable('Many large documents are being written at the moment: try again', { retryAfter: 10 }))
      }, waitSeconds * 1000)
      waiting.push(go)
    })
  return {
    async take(bytes, work) {
      if (bytes !== undefined && bytes <= small) return work()
      await enter()
      try {
        return await work()
      } finally {
        // The turn goes to who waits; only without anybody it is free.
        const next = waiting.shift()
        if (next) next()
        else busy--
      }
    },
  }
}

/** Of this process. */
export const turns: Turns = openTurns()
