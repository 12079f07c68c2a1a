/** What AWS lists of a purchase, and what that means for an organization. */
import { dueEnd } from '../../access/standing.ts'
import type { Purchased } from '../../outside/marketplace.ts'

export interface Settled {
  status: 'active' | 'canceled'
  /** Null: as many as want to. */
  members_limit: number | null
  /** Null: until it is cancelled. */
  expires_at: Date | null
}

/**
 * Listings name what they sell as they like. A number counts people only where its name says so: tiers are numbers too, and
 * `enterprise: 1` is not an organization of one.
 */
const countsPeople = /user|member|seat/i

/** @param before as it was known until now */
export function settle(
  purchased: readonly Purchased[],
  before: { expires_at: Date | null; members_limit: number | null },
  now: Date,
): Settled {
  const held = purchased.filter(({ quantity }) => quantity !== 0)
  if (held.length === 0) {
    // AWS lists nothing any more when a contract has ended, and nothing when it was cancelled. Only the first has days of grace.
    const { expires_at, members_limit } = before
    const inGrace = expires_at !== null && expires_at <= now && dueEnd(expires_at) > now.getTime()
    return { status: inGrace ? 'active' : 'canceled', members_limit, expires_at }
  }
  const people = held.filter(({ dimension, quantity }) => quantity !== null && countsPeople.test(dimension))
  const ends = held.map(({ expiresAt }) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
  const last = Math.max(...ends)
  return {
    status: 'active',
    members_limit: people.length === 0 ? null : people.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0),
    expires_at: Number.isFinite(last) ? new Date(last) : null,
  }
}
