import type { standingOf } from '../../access/standing.ts'
import type { Schema } from '../../contract/operation.ts'
import type { StripePlan } from '../../outside/stripe/types.ts'
import { seconds } from '../../time.ts'
import type { SubscriptionHere } from './subscription-queries.ts'

/** @param standing of the organization that is asked about */
export function viewSubscription(
  row: SubscriptionHere,
  standing: ReturnType<typeof standingOf>,
  isRoot: boolean,
): Schema<'SubscriptionState'> {
  return {
    provider: row.provider,
    status: row.status,
    ...(row.plan_canonical === null ? {} : { plan: { canonical: row.plan_canonical, name: row.plan_name ?? row.plan_canonical } }),
    ...(row.expires_at === null ? {} : { expires_at: seconds(row.expires_at) }),
    ...(Number.isFinite(standing.until) ? { blocked_at: Math.floor(standing.until / 1000) } : {}),
    cancel_at_period_end: row.cancel_at_period_end,
    current_members: row.current_members,
    ...(row.members_limit === null ? {} : { members_count: row.members_limit }),
    // An invoice says more of the root than its children need to know.
    ...(row.invoice_url === null || !isRoot ? {} : { invoice_url: row.invoice_url }),
  }
}

export const viewPlan = ({ canonical, name, description, price, currency, interval, trialDays, membersCount }: StripePlan) =>
  ({
    canonical,
    name,
    ...(description === undefined ? {} : { description }),
    ...(price === null ? {} : { price }),
    currency,
    interval,
    trial_days: trialDays,
    ...(membersCount === null ? {} : { members_count: membersCount }),
  }) satisfies Schema<'BillingPlan'>
