/**
 * One large plan at a time in this process: reading it and pricing it takes hundreds of megabytes, and time in which nobody else is
 * answered.
 */
import { setImmediate } from 'node:timers/promises'
import { unavailable } from '../../errors.ts'
import { openTurnstile } from '../../turnstile.ts'

export interface PlanTurns {
  /** @throws RetryOperation when the turn does not come in time, or too many wait, or `signal` is aborted */
  take<T>(who: { organizationId: number; characters: number; signal?: AbortSignal }, work: () => Promise<T>): Promise<T>
}

/** Characters; what is smaller does not wait. */
const large = 2 * 2 ** 20

export function openPlanTurns(waitSeconds = 20): PlanTurns {
  // Each of who waits has its plan in memory.
  const patience = { seconds: waitSeconds, waiting: 20, waitingEach: 4, refused: tooMany }
  const turnstile = openTurnstile({ together: 1, patience })
  return {
    take({ organizationId, characters, signal }, work) {
      if (characters <= large) return work()
      let begun = false
      const andBreathe = async () => {
        begun = true
        try {
          return await work()
        } finally {
          // Others are answered before the next plan begins.
          await setImmediate()
        }
      }
      return turnstile(organizationId, andBreathe, signal).catch((error: unknown) => {
        throw !begun && signal?.aborted ? tooMany() : error
      })
    },
  }
}

/** Of this process. */
export const planTurns: PlanTurns = openPlanTurns()

function tooMany(): Error {
  return unavailable('Many large plans are being read at the moment: try again', { retryAfter: 10 })
}
