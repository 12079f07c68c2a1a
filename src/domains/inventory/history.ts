/** How the numbers of resources came about: backwards from what they were at the end, moment by moment. */

type Counts = Readonly<Record<string, number>>

export interface Moment {
  timestamp: number
  total: number
  types: Record<string, number>
}

/**
 * @param atEnd the numbers of each state at the end
 * @param changes of all states, the newest first: the numbers of one state after the change, and before it
 * @returns the oldest first; what happened within one second is one moment
 */
export function momentsOf(
  atEnd: readonly Counts[],
  changes: readonly { counted_at: Date; counts: Counts; before: Counts | null }[],
): Moment[] {
  const now = new Map<string, number>()
  for (const counts of atEnd) add(now, counts, 1)
  const moments: Moment[] = []
  for (const { counted_at, counts, before } of changes) {
    const timestamp = Math.floor(counted_at.getTime() / 1000)
    if (moments.at(-1)?.timestamp !== timestamp) moments.push({ timestamp, ...numbers(now) })
    add(now, counts, -1)
    if (before) add(now, before, 1)
  }
  return moments.reverse()
}

function add(to: Map<string, number>, counts: Counts, sign: 1 | -1): void {
  for (const [type, count] of Object.entries(counts)) {
    const sum = (to.get(type) ?? 0) + sign * count
    if (sum > 0) to.set(type, sum)
    else to.delete(type)
  }
}

function numbers(now: ReadonlyMap<string, number>): { total: number; types: Record<string, number> } {
  const types = Object.fromEntries([...now].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { total: [...now.values()].reduce((sum, count) => sum + count, 0), types }
}
