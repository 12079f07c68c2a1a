/**
 * Jobs that bring a subscription to what Stripe says of it. They carry no state: events, the change of a plan or of the
 * number of members only say that it is time to look, so they may come twice, late and in any order.
 */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Stripe, StripeAccount, StripeStatus, StripeSubscription } from '../../outside/stripe/types.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { findOrganization } from '../organizations/queries.ts'
import { countPeople } from './queries.ts'
import { bringUpToDate, type Settled } from './settle.ts'
import * as queries from './subscription-queries.ts'

/** @param organizationId of a root; others, and who has no subscription with Stripe, are left alone */
export async function syncSubscription(platform: Platform, { organizationId }: { organizationId: number }): Promise<void> {
  const { stripe, database, log } = platform
  if (!stripe) return
  const scope = insideOf(organizationId)
  const read = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(database, scope, run)
  // What went wrong after the answer: it is written down all the same, and the job comes again.
  let failure: unknown
  const ask = async ({ customer_id }: queries.SubscriptionRow): Promise<StripeAccount | undefined> => {
    const account = await stripe.readAccount(customer_id)
    if (!account)
      log.warn({ organizationId, customer: customer_id }, 'Stripe does not know a customer: is STRIPE_SECRET_KEY the right one?')
    if (!account?.subscription) return account
    try {
      for (const id of account.extra) {
        log.warn({ organizationId, subscription: id }, 'a second subscription is cancelled: an organization pays once')
        await stripe.cancel(id)
      }
      return { ...account, subscription: await withQuantity(stripe, account.subscription, await read(countPeople)) }
    } catch (error) {
      failure = error
      return account
    }
  }
  const write = (run: (tx: OrgTx) => Promise<Settled | 'late' | 'gone'>) =>
    OrgTx.write(database, scope, async (tx) => {
      const settled = await run(tx)
      if (typeof settled === 'object' && settled.notable) await tell(tx, settled)
      return settled
    })
  await bringUpToDate({ read, write }, ask)
  if (failure) throw failure
}

/** What waits for its first payment cannot be changed, and what has ended is not counted any more. */
const counted: readonly StripeStatus[] = ['trialing', 'active', 'past_due', 'unpaid']

/** Nobody pays for no members at all: a plan is bought for one at least. */
export const quantityFor = (people: number): number => Math.max(people, 1)

async function withQuantity(stripe: Stripe, subscription: StripeSubscription, people: number): Promise<StripeSubscription> {
  const quantity = quantityFor(people)
  if (subscription.quantity === undefined || subscription.quantity === quantity || !counted.includes(subscription.status))
    return subscription
  await stripe.setQuantity(subscription, quantity)
  return { ...subscription, quantity }
}

async function tell(tx: OrgTx, { status, planName }: Settled): Promise<void> {
  const canonical = (await findOrganization(tx))?.canonical ?? ''
  const by = 'The platform'
  const event = auditEvent({
    entity: 'subscription',
    action: 'update',
    title: 'A subscription has been updated',
    message: `The subscription of ${canonical}${planName === null ? '' : ` to ${planName}`} is ${status}`,
    tags: { name: planName ?? '', status, user: by, organization_canonical: canonical },
  })
  await insertEvent(tx, event)
}

/** Of a customer whose organization is gone. */
export async function cancelSubscriptions({ stripe, log }: Platform, { customerId }: { customerId: string }): Promise<void> {
  if (!stripe)
    return log.warn({ customer: customerId }, 'an organization is gone, and Stripe is not configured: look whether it still pays')
  const ended = await stripe.cancelAll(customerId)
  log.info({ customer: customerId, ended }, 'subscriptions of an organization that is gone were cancelled')
}

/** Seconds over which those of one run are spread, so that Stripe is not asked about everybody at once. */
const spread = 50 * 60

/** For what no event has told. */
export async function reconcile({ stripe, database }: Platform): Promise<void> {
  if (!stripe) return
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    const ids = await queries.listStripeOrganizations(tx)
    for (const [index, organizationId] of ids.entries())
      await enqueue(tx, 'billing.sync', { organizationId }, Math.floor((index * spread) / ids.length))
  })
}
