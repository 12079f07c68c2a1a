/** So many at once; the others wait their turn. */
export type Limit = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>

/** Who waits leaves the line when their signal aborts, with its reason. */
export function openLimit(most: number): Limit {
  let inside = 0
  const waiting = new Set<() => void>()
  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    if (inside < most) {
      inside += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiting.delete(next)
        reject(signal.reason)
      }
      // Whoever goes hands over their place, so nobody can slip in between.
      const next = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      signal.addEventListener('abort', leave, { once: true })
      waiting.add(next)
    })
  }
  const exit = () => {
    const [next] = waiting
    if (!next) {
      inside -= 1
      return
    }
    waiting.delete(next)
    next()
  }
  return async (signal, work) => {
    await enter(signal)
    try {
      return await work()
    } finally {
      exit()
    }
  }
}
