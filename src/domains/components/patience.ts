import { setImmediate as breathe } from 'node:timers/promises'
import { FormatError } from '../../formats/format-error.ts'

/** What filling in the files of one answer may take, all together: each has bounds of its own, but a stack may have hundreds. */
export interface Patience {
  /** Makes one text. @throws FormatError when too much was made, or too long was worked on it; waiting for others does not count */
  spend(make: () => string): string
  /** Lets other requests have their turn, when this one had the processor for a while. */
  rest(): Promise<void>
  /** Everything from the start, as on another commit. */
  renew(): void
}

const longest = 3000
const turn = 20
const most = 16 * 2 ** 20

export function openPatience(): Patience {
  let worked = 0
  let made = 0
  let rested = performance.now()
  return {
    spend(make) {
      if (worked > longest) throw new FormatError(`filling in all files takes longer than ${longest / 1000} seconds`)
      const started = performance.now()
      try {
        const text = make()
        made += text.length
        if (made > most) throw new FormatError(`all files together would have more than ${most} characters`)
        return text
      } finally {
        worked += performance.now() - started
      }
    },
    async rest() {
      if (performance.now() - rested < turn) return
      await breathe()
      rested = performance.now()
    },
    renew() {
      worked = 0
      made = 0
    },
  }
}
