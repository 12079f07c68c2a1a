/** Who may begin work now. Nobody waits in here, since that would hold a place of the worker: who is told to come back later keeps their turn. */

export interface Places {
  /** @returns how to leave, or after how many seconds to come back */
  enter(tenant: number): (() => void) | number
}

/** Who does not come back for so long does not want to any more. */
const forgottenMs = 150_000
const mostSeconds = 60

export function openPlaces({ together, each }: { together: number; each: number }, now: () => number = Date.now): Places {
  const inside = new Map<number, number>()
  /** Until when each was told to wait; who has waited longest comes first. */
  const waiting = new Map<number, number>()
  const total = () => [...inside.values()].reduce((sum, count) => sum + count, 0)
  const leave = (tenant: number) => {
    const left = (inside.get(tenant) ?? 0) - 1
    if (left > 0) inside.set(tenant, left)
    else inside.delete(tenant)
  }
  return {
    enter(tenant) {
      for (const [other, due] of waiting) if (due + forgottenMs < now()) waiting.delete(other)
      if ((inside.get(tenant) ?? 0) >= each) return mostSeconds
      const before = [...waiting.keys()]
      const position = waiting.has(tenant) ? before.indexOf(tenant) : before.length
      if (position < together - total()) {
        waiting.delete(tenant)
        inside.set(tenant, (inside.get(tenant) ?? 0) + 1)
        return () => leave(tenant)
      }
      // Further work of the same tenant: one of it asking is enough.
      if ((waiting.get(tenant) ?? 0) > now()) return mostSeconds
      const seconds = Math.min(mostSeconds, 5 * (position + 1))
      // Setting it anew leaves it where it is among the others.
      waiting.set(tenant, now() + seconds * 1000)
      return seconds
    },
  }
}
