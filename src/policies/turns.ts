import { unavailable } from '../errors.ts'

/** So many at once; the others wait their turn. */
export interface Turns {
  /** @throws RetryOperation when the turn does not come for long */
  use<T>(work: () => Promise<T>): Promise<T>
}

const longestWaitMs = 30_000

export function openTurns(most: number): Turns {
  const waiting: (() => void)[] = []
  let busy = 0
  return {
    async use(work) {
      if (busy >= most) await turn(waiting)
      else busy++
      try {
        return await work()
      } finally {
        // A place is handed on, so that nobody overtakes.
        const next = waiting.shift()
        if (next) next()
        else busy--
      }
    },
  }
}

async function turn(waiting: (() => void)[]): Promise<void> {
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
