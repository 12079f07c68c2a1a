/** What the estimate of one form may cost this process: steps, characters, values, and time at a stretch. */
import { setImmediate as breathe } from 'node:timers/promises'
import { FormatError } from '../../../formats/format-error.ts'

export interface Budget {
  /** Something is worked out. */
  step(steps?: number): void
  /** A text is read, which takes as long as it is long. */
  read(text: string): void
  /** A text is made, which takes time and memory. */
  make(text: string): void
  /** A resource gets a value, or a block does. */
  value(): void
  resource(): void
  /** Between two things: others have their turn. @throws the reason of the signal */
  pause(): Promise<void>
}

export const mostResources = 2000
/** Of all resources: their attributes, with what is within these. */
const mostValues = 400_000
const mostSteps = 2_000_000
/** Between two pauses: what this many take at worst, others wait. */
const mostAtOnce = 100_000
const mostCharacters = 16 * 2 ** 20
/** Milliseconds at a stretch. */
const turn = 15

/** @throws FormatError from its functions, when all of it together is too much */
export function openBudget(signal?: AbortSignal): Budget {
  const left = { steps: mostSteps, atOnce: mostAtOnce, characters: mostCharacters, values: mostValues, resources: mostResources }
  let rested = performance.now()
  const step = (steps = 1) => {
    left.steps -= steps
    left.atOnce -= steps
    if (left.steps < 0 || left.atOnce < 0) throw new FormatError('its expressions are too many or too complex to be worked out')
  }
  return {
    step,
    read: (text) => step(Math.ceil(text.length / 16)),
    make(text) {
      left.characters -= text.length
      if (left.characters < 0) throw new FormatError(`its expressions make more than ${mostCharacters / 2 ** 20} MB of text`)
      step(Math.ceil(text.length / 64))
    },
    value() {
      step()
      if (--left.values < 0) throw new FormatError(`its resources have more than ${mostValues} attributes together`)
    },
    resource() {
      if (--left.resources < 0) throw new FormatError(`it has more than ${mostResources} resources`)
    },
    async pause() {
      left.atOnce = mostAtOnce
      if (performance.now() - rested > turn) {
        await breathe()
        rested = performance.now()
      }
      signal?.throwIfAborted()
    },
  }
}
