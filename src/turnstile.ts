/** Work that this process does only so much of at once. Tenants take turns: one that asks for much waits for itself. */

export interface Places {
  /** At once, and of one tenant. */
  together: number
  each?: number
  /** Without it everybody waits as long as it takes. */
  patience?: Patience
}

interface Patience {
  seconds: number
  /** How many may wait, and of one tenant. */
  waiting: number
  waitingEach: number
  /** What who waits too long, or behind too many, is told. */
  refused(): Error
}

/** @throws the signal's reason when it is aborted before the turn has come, and what patience says */
export type Turnstile = <T>(tenant: number, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

export function openTurnstile({ together, each = together, patience }: Places): Turnstile {
  const inside = new Map<number, number>()
  /** Whose turn it is comes first: who had one goes to the end. */
  const waiting = new Map<number, (() => void)[]>()
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
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
      }
      const enter = () => {
        end()
        resolve()
      }
      const leave = (reason: unknown) => {
        const others = (waiting.get(tenant) ?? []).filter((other) => other !== enter)
        if (others.length > 0) waiting.set(tenant, others)
        else waiting.delete(tenant)
        end()
        reject(reason)
      }
      const aborted = () => leave(signal?.reason)
      const timer = patience && setTimeout(() => leave(patience.refused()), patience.seconds * 1000)
      signal?.addEventListener('abort', aborted, { once: true })
      waiting.set(tenant, [...(waiting.get(tenant) ?? []), enter])
    })
  const isTooMuch = (tenant: number) =>
    patience !== undefined &&
    ((waiting.get(tenant)?.length ?? 0) >= patience.waitingEach ||
      [...waiting.values()].reduce((sum, queue) => sum + queue.length, 0) >= patience.waiting)
  const letNextIn = () => {
    for (const [tenant, [enter, ...others]] of waiting) {
      if (!mayEnter(tenant)) continue
      waiting.delete(tenant)
      if (others.length > 0) waiting.set(tenant, others)
      count(tenant, 1)
      enter?.()
      return
    }
  }
  return async (tenant, work, signal) => {
    signal?.throwIfAborted()
    if (mayEnter(tenant)) count(tenant, 1)
    else if (isTooMuch(tenant)) throw patience?.refused()
    else await turn(tenant, signal)
    try {
      return await work()
    } finally {
      count(tenant, -1)
      letNextIn()
    }
  }
}
