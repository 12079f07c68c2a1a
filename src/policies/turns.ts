import { unavailable } from '../errors.ts'

/** So many at once; the others wait, and organizations take turns: one that asks for much waits for itself. */
export interface Turns {
  /**
   * @param whose the id of an organization
   * @throws RetryOperation when the turn does not come for long, or as many of the same wait already
   */
  use<T>(whose: number, work: () => Promise<T>): Promise<T>
}

const longestWaitMs = 30_000
const mostWaiting = 4

/** In the order of their turns: who had one goes to the end. */
type Waiting = Map<number, (() => void)[]>

export function openTurns(most: number): Turns {
  const waiting: Waiting = new Map()
  let busy = 0
  return {
    async use(whose, work) {
      if (busy >= most) await turn(waiting, whose)
      else busy++
      try {
        return await work()
      } finally {
        // A place is handed on, so that nobody overtakes.
        const next = nextOf(waiting)
        if (next) next()
        else busy--
      }
    },
  }
}

function nextOf(waiting: Waiting): (() => void) | undefined {
  for (const [whose, queue] of waiting) {
    const next = queue.shift()
    waiting.delete(whose)
    if (queue.length > 0) waiting.set(whose, queue)
    if (next) return next
  }
  return undefined
}

async function turn(waiting: Waiting, whose: number): Promise<void> {
  const queue = waiting.get(whose) ?? []
  if (queue.length >= mostWaiting) throw tooMany()
  waiting.set(whose, queue)
  await new Promise<void>((resolve, reject) => {
    const go = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      queue.splice(queue.indexOf(go), 1)
      if (queue.length === 0) waiting.delete(whose)
      reject(tooMany())
    }, longestWaitMs)
    queue.push(go)
  })
}

const tooMany = () => unavailable('Too many policies are being evaluated at the moment: try again in a few seconds')
