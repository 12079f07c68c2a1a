/**
 * Putting an organization on a plan: reserve, act at Stripe, settle. Whoever dies in between leaves nothing half done: the
 * customer and the subscription are made once however often it is tried, and what Stripe has is read before anything is made.
 */
import { nameOf } from '../../access/actor.ts'
import { dueEnd } from '../../access/standing.ts'
import { ApiError, conflict, invalid, unavailable } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Stripe, StripeAccount, StripePlan, StripeSubscription } from '../../outside/stripe/types.ts'
import { countPeople } from './queries.ts'
import { assertRoot } from './root.ts'
import { bringUpToDate } from './settle.ts'
import * as queries from './subscription-queries.ts'
import { quantityFor } from './sync.ts'

/** Nobody else changes the subscription for so long, and what is not begun by then is given up. */
const seconds = { claim: 120, begin: 30 }

/** @throws Invalid for an unknown plan; Conflict for a child, and while something is in the way that only people can settle */
export async function subscribe(context: OrganizationContext, canonical: string): Promise<void> {
  const stripe = stripeOf(context)
  await assertRoot(context, 'subscribe')
  const plan = await planNamed(stripe, canonical)
  const customer = await customerFor(context, stripe)
  const claim = await context.prepare((tx) => queries.claimSubscription(tx, seconds.claim))
  if (claim === undefined)
    throw unavailable('Somebody is changing the subscription at this moment: try again in a minute or two', { retryAfter: 60 })
  const claimed = performance.now()
  try {
    const account = await stripe.readAccount(customer.id)
    if (!account) throw unavailable('Stripe does not know the customer any more: try again')
    if (performance.now() - claimed > seconds.begin * 1000) throw unavailable('Stripe answers too slowly: try again later')
    const changed = await act(context, stripe, account, plan, customer)
    await settle(context, stripe, plan, changed)
  } finally {
    // Where this fails it lets go by itself.
    await context
      .prepare((tx) => queries.releaseSubscription(tx, claim))
      .catch((err: unknown) => context.request.log.warn({ err }, 'a subscription stays claimed for two minutes'))
  }
}

/** @throws Invalid where nobody is asked to pay */
export function stripeOf({ platform: { stripe } }: OrganizationContext): Stripe {
  if (!stripe) throw invalid('This installation does not bill: organizations are not limited, and there is nothing to subscribe to')
  return stripe
}

async function planNamed(stripe: Stripe, canonical: string): Promise<StripePlan> {
  const plans = await stripe.listPlans()
  const plan = plans.find((one) => one.canonical === canonical)
  if (plan) return plan
  const known = plans.length === 0 ? 'there are none yet' : `it must be ${plans.map((one) => one.canonical).join(', ')}`
  throw invalid(`There is no plan ${canonical}`, [`body.plan_canonical: ${known}`])
}

interface Customer {
  id: string
  payable: boolean
}

/** Who pays for the organization at Stripe. */
async function customerFor(context: OrganizationContext, stripe: Stripe): Promise<Customer> {
  const { organization, actor, read, prepare, request } = context
  const row = await read(queries.findSubscription)
  if (row && row.provider !== 'stripe' && !isOver(row))
    throw conflict('The organization is paid for through the AWS Marketplace: end that there before you subscribe here')
  const found = row?.provider === 'stripe' ? await stripe.findCustomer(row.customer_id) : undefined
  if (row && found) return { id: row.customer_id, ...found }
  // The name that was made up for the organization's team is nobody else's, also where two installations share an account.
  const id = await stripe.createCustomer(organization.id, `${organization.ci_team_name}:customer:${row?.customer_id ?? 'first'}`)
  const email = actor.kind === 'user' ? await read((tx) => queries.findAddress(tx, actor.id)) : undefined
  await stripe.describeCustomer(id, { canonical: organization.canonical, name: organization.name, email }).catch((error: unknown) => {
    // Such as an address that Stripe does not like.
    if (!(error instanceof ApiError && error.code === 'Invalid')) throw error
    request.log.warn({ err: error }, 'Stripe does not take the name or the address of a customer')
  })
  await prepare(async (tx) => {
    if (!row) return void (await queries.insertSubscription(tx, id))
    const locked = await queries.lockSubscription(tx)
    if (locked?.version === row.version) await queries.updateSubscription(tx, { ...empty, customer_id: id, updated_at: new Date() })
  })
  const reserved = await read(queries.findSubscription)
  if (reserved?.provider !== 'stripe' || reserved.customer_id !== id)
    throw unavailable('The organization was subscribed in another way at the same moment: look at the subscription, and try again')
  return { id, payable: false }
}

/** What another provider, or a customer who is gone, leaves of a subscription. */
const empty = {
  provider: 'stripe',
  subscription_id: null,
  plan_canonical: null,
  plan_name: null,
  status: 'none',
  members_limit: null,
  quantity: 0,
  expires_at: null,
  due_since: null,
  cancel_at_period_end: false,
  invoice_url: null,
} as const

const isOver = ({ status, expires_at }: queries.SubscriptionRow): boolean =>
  status === 'none' || status === 'canceled' || (expires_at !== null && dueEnd(expires_at) < Date.now())

/** @returns whether anything had to be done */
async function act(
  { organization, read }: OrganizationContext,
  stripe: Stripe,
  { subscription: current, hadTrial, newest }: StripeAccount,
  plan: StripePlan,
  { id: customerId, payable }: Customer,
): Promise<boolean> {
  const { people, row } = await read(async (tx) => ({ people: await countPeople(tx), row: await queries.findSubscription(tx) }))
  const running = current && current.status !== 'canceled' ? current : undefined
  const same = running?.planCanonical === plan.canonical
  if (!same && plan.membersCount !== null && people > plan.membersCount)
    throw conflict(
      `${plan.name} is for ${plan.membersCount} members, and ${people} people are members of the organization and all below it: choose a larger plan, or remove some first`,
    )
  const quantity = quantityFor(people)
  if (running && isGood(running)) {
    if (same && running.cancelsAt === null) return false
    if (same) await stripe.keep(running)
    else await stripe.changePlan(running, plan, quantity)
    return true
  }
  // It waits for its first payment: for another plan it makes room, since nothing of it can be changed.
  if (running && same) return false
  if (running) await stripe.cancel(running.id)
  const key = `${organization.ci_team_name}:${row?.id}:${newest ?? 'first'}:${plan.canonical}`
  await stripe.createSubscription({ customerId, organizationId: organization.id, plan, quantity, trial: !hadTrial, payable }, key)
  return true
}

/** @returns false while it waits for its first payment. @throws Conflict where people have to settle something first */
function isGood({ status, planName, invoiceUrl }: StripeSubscription): boolean {
  switch (status) {
    case 'trialing':
    case 'active':
      return true
    case 'past_due':
    case 'unpaid':
      throw conflict(`A payment for ${planName} is open: pay it before you subscribe anew`, [
        invoiceUrl === null ? 'pay it in the billing portal' : `pay it at ${invoiceUrl}`,
      ])
    case 'paused':
      throw conflict(`The subscription to ${planName} is paused at Stripe: whoever paused it there has to let it go on`)
    case 'incomplete':
    case 'canceled':
      return false
    default:
      return status satisfies never
  }
}

async function settle(context: OrganizationContext, stripe: Stripe, plan: StripePlan, changed: boolean): Promise<void> {
  const { organization, actor, read, write } = context
  const about = { name: plan.canonical, message: `${nameOf(actor)} subscribed ${organization.canonical} to ${plan.name}` }
  const settled = await bringUpToDate(
    { read, write: (run) => write(run, (result) => (changed && typeof result === 'object' ? about : null)) },
    (row) => stripe.readAccount(row.customer_id),
  )
  if (!settled) throw conflict('The organization, or its customer at Stripe, was removed at the same moment')
}
