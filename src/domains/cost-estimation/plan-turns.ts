/**
 * One large plan at a time in this process: reading it and pricing it takes hundreds of megabytes, and time in which nobody else is
 * answered. Organizations take turns, so that many plans of one do not keep those of others waiting.
 */
import { unavailable } from '../../errors.ts'

export interface PlanTurns {
  /** @throws RetryOperation when the turn does not come in time, or too many wait, or `signal` is aborted */
  take<T>(who: { organizationId: number; characters: number; signal?: AbortSignal }, work: () => Promise<T>): Promise<T>
}

/** Characters; what is smaller does not wait. */
const large = 2 * 2 ** 20

/** Each of who waits has its plan in memory. */
const most = { waiting: 20, each: 4 }

export function openPlanTurns(waitSeconds = 20): PlanTurns {
  /** By organization; whose turn it is comes first. */
  const waiting = new Map<number, (() => void)[]>()
  let isBusy = false
  const leave = (tenant: number, one: () => void) => {
    const others = (waiting.get(tenant) ?? []).filter((other) => other !== one)
    if (others.length > 0) waiting.set(tenant, others)
    else waiting.delete(tenant)
  }
  const next = () => {
    const [first] = waiting
    isBusy = first !== undefined
    if (!first) return
    const [tenant, [go, ...others]] = first
    waiting.delete(tenant)
    if (others.length > 0) waiting.set(tenant, others)
    go?.()
  }
  const turn = (tenant: number, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
      }
      const giveUp = () => {
        leave(tenant, go)
        end()
        reject(tooMany())
      }
      const go = () => {
        end()
        resolve()
      }
      const timer = setTimeout(giveUp, waitSeconds * 1000)
      signal?.addEventListener('abort', giveUp, { once: true })
      waiting.set(tenant, [...(waiting.get(tenant) ?? []), go])
    })
  return {
    async take({ organizationId, characters, signal }, work) {
      if (characters <= large) return work()
      if (isBusy) {
        if (signal?.aborted) throw tooMany()
        const all = [...waiting.values()].reduce((sum, list) => sum + list.length, 0)
        if (all >= most.waiting || (waiting.get(organizationId)?.length ?? 0) >= most.each) throw tooMany()
        await turn(organizationId, signal)
      }
      isBusy = true
      try {
        return await work()
      } finally {
        // Others are answered before the next plan begins.
        setImmediate(next)
      }
    },
  }
}

/** Of this process. */
export const planTurns: PlanTurns = openPlanTurns()

const tooMany = () => unavailable('Many large plans are being read at the moment: try again', { retryAfter: 10 })
