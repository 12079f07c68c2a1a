/** Stripe, through its own package. State is always read anew: what an event or an earlier answer said may be old. */
import { createHash } from 'node:crypto'
import type StripeClient from 'stripe'
import { invalid, unavailable } from '../../errors.ts'
import { asked, isMissing, isReplayed, type Report } from './errors.ts'
import { byStanding, customerOf, isMade, isOver, isPlan, organizationKey, planKey, planOf, subscriptionOf } from './reading.ts'
import type { NewStripeSubscription, Stripe, StripeAccount, StripePlan } from './types.ts'

export interface StripeAccess {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Another address of the API, for a double. */
  readonly apiUrl: string | undefined
}

/** Milliseconds: of one answer, and for which the catalogue is remembered. A stuck call is tried once more. */
const defaults = { timeout: 8000, catalogue: 60_000 }
/** Seconds after which a signed event is too old to be believed. */
const tolerance = 300
/** Stripe keeps an answer for a key for a day; more failures than this nobody meets in that time. */
const mostStoredFailures = 50
/** Of one customer that are looked at for ours. */
const mostCandidates = 10

/** Nothing is loaded or asked before the first use. */
export function openStripe({ secretKey, webhookSecret, apiUrl }: StripeAccess, report: Report, { timeout, catalogue } = defaults): Stripe {
  let loading: Promise<StripeClient> | undefined
  const client = () => {
    loading ??= load(secretKey, apiUrl, timeout)
    return loading
  }
  const asking = <T>(call: (stripe: StripeClient) => Promise<T>): Promise<T> => asked(async () => call(await client()), report)
  let plans: { read: Promise<readonly StripePlan[]>; until: number } | undefined

  return {
    async listPlans() {
      if (!plans || plans.until <= Date.now()) {
        const mine = { read: asking(readCatalogue), until: Date.now() + catalogue }
        plans = mine
        mine.read.catch(() => {
          if (plans === mine) plans = undefined
        })
      }
      return plans.read
    },

    findCustomer: (id) =>
      asking(async (stripe) => {
        const found = await orMissing(() => stripe.customers.retrieve(id))
        if (!found || found.deleted) return undefined
        return { payable: Boolean(found.invoice_settings.default_payment_method ?? found.default_source) }
      }),

    createCustomer: (organizationId, key) =>
      asking(async (stripe) => {
        // Nothing that may be different when the same is asked again; see describeCustomer for the rest.
        const parameters = { metadata: { [organizationKey]: String(organizationId) } }
        return (await once(key, parameters, (options) => stripe.customers.create(parameters, options))).id
      }),

    describeCustomer: (id, { canonical, name, email }) =>
      asking(async (stripe) => {
        const metadata = { trochoid_canonical: canonical }
        await stripe.customers.update(id, { name, metadata, ...(email === undefined ? {} : { email }) })
      }),

    readAccount: (customerId) => asking((stripe) => readAccount(stripe, customerId)),

    createSubscription: (subscription, key) =>
      asking(async (stripe) => {
        const parameters = parametersOf(subscription)
        await once(key, parameters, (options) => stripe.subscriptions.create(parameters, options))
      }),

    changePlan: ({ id, itemId, cancelsAt }, { canonical, priceId }, quantity) =>
      asking(async (stripe) => {
        const metadata = { [planKey]: canonical }
        await stripe.subscriptions.update(id, { items: [{ id: itemId, price: priceId, quantity }], metadata, ...goesOn(cancelsAt) })
      }),

    setQuantity: ({ id, itemId }, quantity) =>
      asking(async (stripe) => void (await stripe.subscriptions.update(id, { items: [{ id: itemId, quantity }] }))),

    keep: ({ id, cancelsAt }) => asking(async (stripe) => void (await stripe.subscriptions.update(id, goesOn(cancelsAt)))),

    cancel: (id) => asking((stripe) => cancel(stripe, id)),

    cancelAll: (customerId) => asking((stripe) => cancelAll(stripe, customerId)),

    openPortal: (customer, return_url) =>
      asking(async (stripe) => (await stripe.billingPortal.sessions.create({ customer, return_url })).url),

    async verifyEvent(raw, signature) {
      const stripe = await client()
      try {
        const event = stripe.webhooks.constructEvent(raw ?? '', signature ?? '', webhookSecret, tolerance)
        return { id: String(event.id), type: String(event.type), customerId: customerOf(event.data?.object) }
      } catch (error) {
        // The error itself holds the body and the signature.
        const [reason] = String((error as Error).message).split(/\n| Are you /)
        throw invalid('The event is not signed by Stripe with the secret of this address, or too long ago', [], new Error(reason))
      }
    },
  }
}

/** Loading the package takes a tenth of a second, which only who bills should pay. */
async function load(secretKey: string, apiUrl: string | undefined, timeout: number): Promise<StripeClient> {
  const { default: Client } = await import('stripe')
  const { protocol, hostname, port } = new URL(apiUrl ?? 'https://api.stripe.com')
  return new Client(secretKey, {
    timeout,
    maxNetworkRetries: 1,
    telemetry: false,
    host: hostname,
    port: port || (protocol === 'https:' ? '443' : '80'),
    protocol: protocol === 'https:' ? 'https' : 'http',
  })
}

async function readCatalogue(stripe: StripeClient): Promise<readonly StripePlan[]> {
  const plans = new Map<string, StripePlan>()
  // The newest comes first, and is the one that counts where two have the same name.
  for await (const product of stripe.products.list({ active: true, limit: 100, expand: ['data.default_price'] })) {
    const plan = planOf(product)
    if (plan && !plans.has(plan.canonical)) plans.set(plan.canonical, plan)
  }
  return [...plans.values()].sort((one, other) => (one.price ?? 0) - (other.price ?? 0) || (one.canonical < other.canonical ? -1 : 1))
}

/** Ended ones too, newest first. */
async function listSubscriptions(stripe: StripeClient, customer: string): Promise<StripeClient.Subscription[]> {
  return (await orMissing(() => stripe.subscriptions.list({ customer, status: 'all', limit: 100 })))?.data ?? []
}

async function readAccount(stripe: StripeClient, customerId: string): Promise<StripeAccount | undefined> {
  const all = await listSubscriptions(stripe, customerId)
  const customer = all.length > 0 ? undefined : await orMissing(() => stripe.customers.retrieve(customerId))
  if (all.length === 0 && !customer) return undefined
  const account = {
    deleted: customer?.deleted === true,
    newest: all[0]?.id,
    hadTrial: all.some(({ trial_start }) => trial_start !== null),
    extra: [],
    subscription: undefined,
  }
  for (const { id } of all.toSorted(byStanding).slice(0, mostCandidates)) {
    // A list cannot show the products: Stripe expands four levels and no more.
    const found = await stripe.subscriptions.retrieve(id, { expand: ['items.data.price.product', 'latest_invoice'] })
    if (!isPlan(found)) continue
    const owes = found.status === 'past_due' || found.status === 'unpaid'
    const open = owes ? (await stripe.invoices.list({ subscription: id, status: 'open', limit: 100 })).data : []
    const extra = all.filter((other) => other.id !== id && !isOver(other) && isMade(other)).map((other) => other.id)
    return { ...account, extra, subscription: subscriptionOf(found, open) }
  }
  return account
}

function parametersOf({ customerId, organizationId, plan, quantity, trial, payable }: NewStripeSubscription) {
  return {
    customer: customerId,
    items: [{ price: plan.priceId, quantity }],
    metadata: { [organizationKey]: String(organizationId), [planKey]: plan.canonical },
    // Without a means of payment it waits, and whoever pays the first invoice has it charged from then on.
    payment_behavior: payable ? 'allow_incomplete' : 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    ...(trial && plan.trialDays > 0
      ? { trial_period_days: plan.trialDays, trial_settings: { end_behavior: { missing_payment_method: 'cancel' } } }
      : {}),
  } satisfies StripeClient.SubscriptionCreateParams
}

/** `cancel_at_period_end` sets a date too, and only one of the two may be spoken of. */
function goesOn(cancelsAt: 'period_end' | 'date' | null): StripeClient.SubscriptionUpdateParams {
  switch (cancelsAt) {
    case 'period_end':
      return { cancel_at_period_end: false }
    case 'date':
      return { cancel_at: '' }
    case null:
      return {}
    default:
      return cancelsAt satisfies never
  }
}

async function cancel(stripe: StripeClient, id: string): Promise<void> {
  const found = await orMissing(() => stripe.subscriptions.retrieve(id))
  if (found && !isOver(found)) await orMissing(() => stripe.subscriptions.cancel(id))
}

async function cancelAll(stripe: StripeClient, customerId: string): Promise<number> {
  let ended = 0
  for (const { id } of (await listSubscriptions(stripe, customerId)).filter((one) => !isOver(one))) {
    if (!isPlan(await stripe.subscriptions.retrieve(id, { expand: ['items.data.price.product'] }))) continue
    await cancel(stripe, id)
    ended++
  }
  return ended
}

async function orMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Stripe answers a repeated key with what it answered first, for a day, failures included. A stored failure is stepped over,
 * so that what failed in the morning can be had in the afternoon. Not at once: after a failure nobody knows what was done,
 * so the package must not try again by itself, and whoever comes next has read the account anew before.
 */
async function once<T>(key: string, parameters: object, call: (options: StripeClient.RequestOptions) => Promise<T>): Promise<T> {
  const content = createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 16)
  for (let attempt = 1; attempt <= mostStoredFailures; attempt++) {
    try {
      return await call({ idempotencyKey: `${key}:${content}:${attempt}`, maxNetworkRetries: 0 })
    } catch (error) {
      if (!isReplayed(error)) throw error
    }
  }
  throw unavailable('Stripe has refused this too often today: try again tomorrow', { retryAfter: 3600 })
}
