/**
 * How many documents this process takes at once: each costs memory and time, and others want answers meanwhile. One organization
 * never has all the turns, and no sender keeps its turn without sending.
 */
import { setImmediate } from 'node:timers/promises'
import { invalid, unavailable } from '../../errors.ts'
import { openTurnstile, type Turnstile } from '../../turnstile.ts'

export interface Turns {
  /** Waits for its turn. @throws RetryOperation when that takes too long, too many wait, or `signal` is aborted meanwhile */
  take<T>(who: Waiting, work: () => Promise<T>): Promise<T>
}

export interface Waiting {
  organizationId: number
  /** Of the document; undefined when nobody said. */
  bytes: number | undefined
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal
}

interface Limits {
  /** Work at once, and of one organization. */
  most: number
  each: number
  waitSeconds: number
  /** Waiting, and of one organization. */
  longest: number
  longestEach: number
}

const small = 2 ** 20
const ofLarge: Limits = { most: 2, each: 1, waitSeconds: 60, longest: 100, longestEach: 20 }
const ofSmall: Limits = { most: 8, each: 4, waitSeconds: 60, longest: 400, longestEach: 100 }

export function openTurns(large: Partial<Limits> = {}): Turns {
  const turnstiles = { large: openPool({ ...ofLarge, ...large }), small: openPool(ofSmall) }
  return {
    take({ organizationId, bytes, signal }, work) {
      const turnstile = bytes !== undefined && bytes <= small ? turnstiles.small : turnstiles.large
      let begun = false
      const beginning = () => {
        begun = true
        return work()
      }
      return turnstile(organizationId, beginning, signal).catch((error: unknown) => {
        throw !begun && signal?.aborted ? gone() : error
      })
    },
  }
}

function openPool({ most, each, waitSeconds, longest, longestEach }: Limits): Turnstile {
  const patience = { seconds: waitSeconds, waiting: longest, waitingEach: longestEach, refused: tooMany }
  return openTurnstile({ together: most, each, patience })
}

/** Of this process. */
export const turns: Turns = openTurns()

function gone(): Error {
  return unavailable('Nobody waits for the answer any more, or the platform is about to stop: try again')
}
function tooMany(): Error {
  return unavailable('Many documents are being written at the moment: try again', { retryAfter: 10 })
}

export interface Pace {
  /** Until the next bytes are there. */
  seconds: number
  /** On average, after that time. */
  bytesPerSecond: number
}

/**
 * The body as long as it makes progress. Only the time in which we wait for bytes counts: who reads slowly is not the sender's fault.
 * @throws Invalid when it makes none
 */
export async function* steady(
  source: AsyncIterable<Buffer>,
  { seconds, bytesPerSecond }: Pace = { seconds: 10, bytesPerSecond: 32 * 1024 },
): AsyncIterable<Buffer> {
  const iterator = source[Symbol.asyncIterator]()
  let bytes = 0
  let waited = 0
  let asked: Promise<IteratorResult<Buffer>> | undefined
  try {
    for (;;) {
      asked = iterator.next()
      const began = performance.now()
      const got = await within(asked, seconds)
      waited += (performance.now() - began) / 1000
      if (got?.done) return
      bytes += got?.value.length ?? 0
      if (!got || (waited > seconds && bytes < waited * bytesPerSecond))
        throw invalid('The document came too slowly and was not stored: send it again over a faster connection', [
          `body: bytes must come within ${seconds} seconds, and ${bytesPerSecond / 1024} KB of them in each second on average`,
        ])
      asked = undefined
      yield got.value
    }
  } finally {
    if (asked) drain(iterator, asked)
    else await iterator.return?.()
  }
}

async function within<T>(promise: Promise<T>, seconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What still comes is thrown away: the answer is read by who has sent everything. */
async function drain(iterator: AsyncIterator<Buffer>, asked: Promise<unknown>): Promise<void> {
  try {
    await asked
    while (!(await iterator.next()).done);
  } catch {
    // The sender is gone.
  }
}

/** Call it in long work: everything else has its turn when 20 ms are over. */
export function openPauses(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < 20) return
    await setImmediate()
    since = performance.now()
  }
}
