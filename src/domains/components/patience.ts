import { setImmediate as breathe } from 'node:timers/promises'
import { FormatError } from '../../formats/format-error.ts'

/** Not this text is wrong, but all of them together are too much: whoever forgives mistakes in one must not go on. */
export class OutOfPatience extends FormatError {}

/** What working on the files of one answer may take, all together: each has bounds of its own, but a stack may have hundreds. */
export interface Patience {
  /** Does a piece of the work. @throws OutOfPatience before it, when too long was worked; waiting for others does not count */
  work<T>(run: () => T): T
  /** The same, for what becomes a part of the result. @throws OutOfPatience also after it, when too much was made */
  make<T extends string | Buffer>(run: () => T): T
  /** Lets other requests have their turn, when this one had the processor for a while. */
  rest(): Promise<void>
  /** Everything from the start, as on another commit. */
  renew(): void
}

/** In milliseconds; of the stretch, in which nobody else has a turn, where there is no resting in between. */
const longest = 3000
const longestStretch = 1000
const turn = 20
/** Characters or bytes. */
const most = 16 * 2 ** 20

export function openPatience(): Patience {
  let worked = 0
  let stretch = 0
  let made = 0
  let rested = performance.now()
  const work = <T>(run: () => T): T => {
    if (worked > longest || stretch > longestStretch) throw new OutOfPatience('working on all files together takes too long')
    const started = performance.now()
    try {
      return run()
    } finally {
      const took = performance.now() - started
      worked += took
      stretch += took
    }
  }
  return {
    work,
    make(run) {
      const result = work(run)
      made += result.length
      if (made > most) throw new OutOfPatience(`all files together would have more than ${most} characters`)
      return result
    },
    async rest() {
      if (performance.now() - rested < turn) return
      await breathe()
      stretch = 0
      rested = performance.now()
    },
    renew() {
      worked = 0
      stretch = 0
      made = 0
    },
  }
}
