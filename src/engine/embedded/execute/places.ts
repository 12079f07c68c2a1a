import { setMaxListeners } from 'node:events'

/** How many steps of one build do something at once, however many are side by side: each may be a program, a copy, a git. */

/** @returns gives the place back; undefined when the signal was aborted before there was one */
export type TakePlace = (signal: AbortSignal) => Promise<(() => void) | undefined>

export function openPlaces(most: number): TakePlace {
  let free = most
  const waiting = new Set<() => void>()
  const giveBack = () => {
    const [next] = waiting
    if (next) next()
    else free += 1
  }
  return async (signal) => {
    if (signal.aborted) return undefined
    if (free > 0) free -= 1
    else if (!(await turn(signal))) return undefined
    let isMine = true
    return () => {
      if (isMine) giveBack()
      isMine = false
    }
  }

  function turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isMine: boolean) => {
        waiting.delete(enter)
        signal.removeEventListener('abort', leave)
        resolve(isMine)
      }
      const enter = () => settle(true)
      const leave = () => settle(false)
      waiting.add(enter)
      // As many wait as are side by side, which is no leak.
      setMaxListeners(0, signal)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
