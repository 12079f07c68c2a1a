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
