/** Is an organization paid for? Decided here alone, from what its root has; see `entitlement_of` in db/migrations. */
import { matches, type Rule } from './rules.ts'

/** As the database hands it out: times are text. Of the root organization; null where there is none. */
export interface Entitlement {
  licence: { expires_at: string; members_count: number } | null
  subscription: {
    provider: 'stripe' | 'aws_marketplace'
    plan_canonical: string | null
    plan_name: string | null
    status: 'none' | 'incomplete' | 'trialing' | 'active' | 'past_due' | 'unpaid' | 'paused' | 'canceled'
    members_limit: number | null
    quantity: number
    expires_at: string | null
    due_since: string | null
  } | null
}

export type BlockReason = 'require_payment' | 'licence_expired'

export interface Standing {
  /** Why the organization is restricted; empty when it is not. */
  blocked: readonly BlockReason[]
  /** When the answer changes by itself, in milliseconds; infinite when only an event changes it. */
  until: number
}

/** A licence goes on for so long after its end, and a subscription after a payment was due. Everybody is told meanwhile. */
export const licenceGraceDays = 14
export const paymentGraceDays = 7

const day = 24 * 3600_000

/** @param billing does this installation collect payments? Where it does not, whoever has no licence is simply not limited. */
export function standingOf(entitlement: Entitlement | null, { billing }: { billing: boolean }, now = Date.now()): Standing {
  const { licence, subscription } = inUse(entitlement, { billing })
  // Nothing is asked of anybody where neither is in use.
  if (!licence && !subscription && !billing) return { blocked: [], until: Number.POSITIVE_INFINITY }
  const good = Math.max(licence ? licenceEnd(licence) : 0, subscription ? subscriptionEnd(subscription) : 0)
  if (good > now) return { blocked: [], until: good }
  const reasons: BlockReason[] = []
  if (licence) reasons.push('licence_expired')
  if (billing || subscription?.provider === 'aws_marketplace') reasons.push('require_payment')
  return { blocked: reasons, until: Number.POSITIVE_INFINITY }
}

/**
 * How many people may be under a root: as many as the most generous of what is in force allows, since a second licence or plan
 * never takes away what the first one gave. Infinite without a limit, and where nothing is in force: then `standingOf` decides.
 */
export function seatsOf(entitlement: Entitlement | null, { billing }: { billing: boolean }, now = Date.now()): number {
  const { licence, subscription } = inUse(entitlement, { billing })
  const allowed: number[] = []
  if (licence && licenceEnd(licence) > now) allowed.push(licence.members_count)
  if (subscription && subscriptionEnd(subscription) > now) allowed.push(subscription.members_limit ?? Number.POSITIVE_INFINITY)
  return allowed.length > 0 ? Math.max(...allowed) : Number.POSITIVE_INFINITY
}

/** Does this installation collect payments? */
export const billingOf = ({ stripe }: { readonly stripe: object | undefined }) => ({ billing: stripe !== undefined })

/** Whoever stopped billing asks nobody to pay, nor counts what was paid for. */
export function inUse(entitlement: Entitlement | null, { billing }: { billing: boolean }): Entitlement {
  const { licence, subscription } = entitlement ?? { licence: null, subscription: null }
  return { licence, subscription: subscription?.provider === 'stripe' && !billing ? null : subscription }
}

/** When it stops to count, grace included. */
export const licenceEnd = ({ expires_at }: { expires_at: string | Date }): number => new Date(expires_at).getTime() + licenceGraceDays * day

/** When an organization that has fallen behind will be blocked. */
export const dueEnd = (dueSince: string | Date): number => new Date(dueSince).getTime() + paymentGraceDays * day

function subscriptionEnd(subscription: NonNullable<Entitlement['subscription']>): number {
  switch (subscription.status) {
    case 'trialing':
    case 'active':
      // What the marketplace sold ends by itself; Stripe says so when a period was not paid.
      if (subscription.provider === 'stripe' || subscription.expires_at === null) return Number.POSITIVE_INFINITY
      return dueEnd(subscription.expires_at)
    case 'past_due':
      return subscription.due_since === null ? Number.POSITIVE_INFINITY : dueEnd(subscription.due_since)
    case 'none':
    case 'incomplete':
    case 'unpaid':
    case 'paused':
    case 'canceled':
      return 0
    default:
      return subscription.status satisfies never
  }
}

/** What is left in a blocked organization: to see it, to pay, to leave. Only what the caller may do anyway. */
export const allowedWhenBlocked = [
  'organization:read',
  'organization:delete',
  'organization:policy:list',
  // Seats are taken in children too.
  'organization:child:list',
  'organization:licence:read',
  'organization:subscription:read',
  'organization:subscription:create',
  'organization:member:list',
  'organization:member:read',
  'organization:member:delete',
] as const

/**
 * @param held the rules that apply in the organization: those of ancestors have been sorted out, which what is made here of an
 *   administrator's could not be any more
 * @returns generated rules of the organization itself, which have the number 0
 */
export function rulesWhenBlocked(held: readonly Rule[], organizationId: number): Rule[] {
  return allowedWhenBlocked.flatMap((action) =>
    held
      .filter((rule) => matches(rule.action, action))
      .map(({ resources }) => ({ id: 0, organization_id: organizationId, action, resources })),
  )
}

/** For refusals and answers. */
export const sentenceOf = (reason: BlockReason): string => {
  switch (reason) {
    case 'require_payment':
      return 'it is not paid for: subscribe to a plan or pay what is open'
    case 'licence_expired':
      return `its licence has expired more than ${licenceGraceDays} days ago: activate a new one`
    default:
      return reason satisfies never
  }
}
