/** Subscriptions: a root organization, and all below it, is on a plan that is paid for through Stripe. */
import { nameOf } from '../../access/actor.ts'
import { billingOf, standingOf } from '../../access/standing.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { conflict, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { assertRoot } from './root.ts'
import { stripeOf, subscribe } from './subscribe.ts'
import { findSubscription, findSubscriptionHere } from './subscription-queries.ts'
import { viewPlan, viewSubscription } from './subscription-view.ts'
import { receive } from './webhook.ts'

export const subscriptions = {
  async getSubscription({ read, platform, organization }) {
    const row = await read(findSubscriptionHere)
    if (!row) throw notFound('subscription')
    const standing = standingOf(row.entitlement, billingOf(platform.config))
    return { data: viewSubscription(row, standing, organization.parent_id === null) }
  },

  async createSubscription(context, { body }) {
    await subscribe(context, body.plan_canonical)
    return undefined
  },

  async listPlans({ platform: { stripe } }) {
    return { data: ((await stripe?.listPlans()) ?? []).map(viewPlan) }
  },

  async createBillingPortal(context) {
    const { organization, actor, write, platform } = context
    const stripe = stripeOf(context)
    await assertRoot(context, 'open the billing portal')
    const customerId = await customerOf(context)
    const url = await stripe.openPortal(customerId, `${platform.config.consoleUrl}/organizations/${organization.canonical}/billing`)
    await write(
      async () => {},
      () => ({ message: `${nameOf(actor)} opened the billing portal of ${organization.canonical}` }),
    )
    return { data: { url } }
  },

  async receiveStripeEvent(context) {
    await receive(context)
    return undefined
  },
} satisfies Partial<DomainHandlers<'billing'>>

/** @throws Conflict when somebody else collects the payment, or nobody yet */
async function customerOf({ read, organization }: OrganizationContext): Promise<string> {
  const row = await read(findSubscription)
  if (!row) throw conflict(`${organization.canonical} has nothing to pay yet: subscribe to a plan first`)
  if (row.provider !== 'stripe') throw conflict('The organization is paid for through the AWS Marketplace: what it pays is settled there')
  return row.customer_id
}
