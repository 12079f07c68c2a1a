/** Who waits for whom. */

/** One at a time, in the order of asking. */
export type Queue = <T>(work: () => Promise<T>, wait?: { readonly milliseconds: number; readonly late: () => Error }) => Promise<T>

/** With `wait`, who has not begun by then leaves the queue with the error of `late`. */
export function openQueue(): Queue {
  let tail: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>, wait?: { readonly milliseconds: number; readonly late: () => Error }) => {
    const before = tail
    const mine = new Promise<T>((resolve, reject) => {
      let hasLeft = false
      const leave = () => {
        hasLeft = true
        reject(wait?.late())
      }
      const timer = wait && setTimeout(leave, Math.max(0, wait.milliseconds))
      void before.then(() => {
        clearTimeout(timer)
        if (!hasLeft) resolve(work())
      })
      // Whoever left is skipped at once by the one behind.
    })
    tail = mine.then(
      () => before,
      () => before,
    )
    return mine
  }
}

/**
 * Many ask for the same at once: those who come while it is being found out share the next answer, which was begun after
 * they asked, so that nobody gets one that is older than their question.
 */
export function openSharing<T>(): (key: string, find: () => Promise<T>) => Promise<T> {
  const lanes = new Map<string, { running: Promise<T>; next: Promise<T> | undefined }>()
  const start = (key: string, find: () => Promise<T>): Promise<T> => {
    const lane: { running: Promise<T>; next: Promise<T> | undefined } = { running: find(), next: undefined }
    lanes.set(key, lane)
    const isOver = () => {
      if (lanes.get(key) === lane && !lane.next) lanes.delete(key)
    }
    lane.running.then(isOver, isOver)
    return lane.running
  }
  return (key, find) => {
    const lane = lanes.get(key)
    if (!lane) return start(key, find)
    lane.next ??= lane.running.then(
      () => start(key, find),
      () => start(key, find),
    )
    return lane.next
  }
}

/** So many at once, and so many of them for each tenant; the rest waits, and whose tenant has the fewest inside is next. */
export function openTurnstile({ together, each }: { together: number; each: number }) {
  const inside = new Map<number, number>()
  const waiting: { tenant: number; enter: () => void }[] = []
  let total = 0
  const mayEnter = (tenant: number) => total < together && (inside.get(tenant) ?? 0) < each
  const count = (tenant: number, by: 1 | -1) => {
    total += by
    const now = (inside.get(tenant) ?? 0) + by
    if (now > 0) inside.set(tenant, now)
    else inside.delete(tenant)
  }
  const turn = (tenant: number, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(mine), 1)
        reject(signal?.reason)
      }
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const mine = { tenant, enter }
      waiting.push(mine)
      signal?.addEventListener('abort', leave, { once: true })
    })
  /** @throws the signal's reason when it is aborted before the turn has come */
  return async <T>(tenant: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    signal?.throwIfAborted()
    if (mayEnter(tenant)) count(tenant, 1)
    else await turn(tenant, signal)
    try {
      return await work()
    } finally {
      count(tenant, -1)
      const least = Math.min(...new Set(waiting.filter((one) => mayEnter(one.tenant)).map((one) => inside.get(one.tenant) ?? 0)))
      const index = waiting.findIndex((one) => mayEnter(one.tenant) && (inside.get(one.tenant) ?? 0) === least)
      const [next] = index < 0 ? [] : waiting.splice(index, 1)
      if (next) count(next.tenant, 1)
      next?.enter()
    }
  }
}
