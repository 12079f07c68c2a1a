import { setImmediate as breathe } from 'node:timers/promises'

/** Milliseconds at a stretch. */
const turn = 15

/**
 * The same for each of many, letting others have their turn in between.
 * @throws the reason of the signal, once it is aborted
 */
export async function inSlices<T, R>(items: readonly T[], run: (item: T) => R, signal?: AbortSignal): Promise<R[]> {
  const results: R[] = []
  let rested = performance.now()
  for (const item of items) {
    if (performance.now() - rested > turn) {
      await breathe()
      signal?.throwIfAborted()
      rested = performance.now()
    }
    results.push(run(item))
  }
  return results
}
