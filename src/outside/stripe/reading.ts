/** From Stripe's objects to what the platform keeps. No input or output. */
import type Stripe from 'stripe'
import { unavailable } from '../../errors.ts'
import type { StripePlan, StripeStatus, StripeSubscription } from './types.ts'

/** Keys of metadata: the first two are written by people into the catalogue, the last by us. */
export const planKey = 'trochoid_plan'
export const organizationKey = 'trochoid_organization'

const canonicalPattern = /^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/

/** Undefined for products that are no plans, or cannot be bought. */
export function planOf({ name, description, metadata, default_price: price }: Stripe.Product): StripePlan | undefined {
  const canonical = canonicalOf(metadata)
  if (canonical === null || !price || typeof price === 'string' || !price.active || !price.recurring) return undefined
  return {
    canonical,
    name,
    description: description ?? undefined,
    priceId: price.id,
    price: price.unit_amount || null,
    currency: price.currency,
    interval: price.recurring.interval,
    trialDays: Math.min(wholeNumber(metadata['trial_days']) ?? 0, mostTrialDays),
    membersCount: wholeNumber(metadata['members_count']) ?? null,
  }
}

/** As long as Stripe lets a trial be. */
const mostTrialDays = 730

function canonicalOf(metadata: Stripe.Metadata): string | null {
  const canonical = metadata[planKey]?.trim()
  return canonical && canonical.length >= 3 && canonical.length <= 100 && canonicalPattern.test(canonical) ? canonical : null
}

const wholeNumber = (text: string | undefined): number | undefined => (text && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined)

/** First what serves the customer best, so that a forgotten attempt never hides what is paid; among equals the newest. */
export const byStanding = (one: Stripe.Subscription, other: Stripe.Subscription): number =>
  rankOf(one) - rankOf(other) || other.created - one.created || (one.id < other.id ? 1 : -1)

const ranks: readonly string[] = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled', 'incomplete_expired']

function rankOf({ status }: Stripe.Subscription): number {
  const rank = ranks.indexOf(status)
  // Both are good; which of them came first does not matter.
  return Math.max(rank === -1 ? ranks.length : rank, 1)
}

export const isOver = ({ status }: Stripe.Subscription): boolean => status === 'canceled' || status === 'incomplete_expired'
/** Made by us, whatever became of the product since. */
export const isMade = ({ metadata }: Stripe.Subscription): boolean => metadata[organizationKey] !== undefined

/** The item that is a plan. Products must be expanded. */
function planItemOf({ items }: Stripe.Subscription): Stripe.SubscriptionItem | undefined {
  return items.data.find(({ price }) => canonicalOf(productOf(price)?.metadata ?? {}) !== null) ?? items.data[0]
}

function productOf({ product }: Stripe.Price): Stripe.Product | undefined {
  return typeof product === 'string' || product.deleted ? undefined : product
}

/** Is it about the platform? Customers may pay for other things too. */
export function isPlan(subscription: Stripe.Subscription): boolean {
  const item = planItemOf(subscription)
  return isMade(subscription) || (item !== undefined && canonicalOf(productOf(item.price)?.metadata ?? {}) !== null)
}

/**
 * @param subscription with `items.data.price.product` and `latest_invoice` expanded
 * @param open its open invoices, as far as its status asks for them
 */
export function subscriptionOf(subscription: Stripe.Subscription, open: readonly Stripe.Invoice[]): StripeSubscription {
  const status = statusOf(subscription)
  const item = planItemOf(subscription)
  if (!item) throw unavailable('Stripe has a subscription without a price: whoever runs this installation has to look at it')
  const metadata = productOf(item.price)?.metadata ?? {}
  const latest = typeof subscription.latest_invoice === 'string' ? null : subscription.latest_invoice
  const payable = [...(latest?.status === 'open' ? [latest] : []), ...[...open].sort((one, other) => other.created - one.created)][0]
  return {
    id: subscription.id,
    itemId: item.id,
    status,
    planCanonical: canonicalOf(metadata) ?? canonicalOf(subscription.metadata),
    planName: productOf(item.price)?.name ?? item.price.nickname ?? item.price.id,
    membersLimit: wholeNumber(metadata['members_count']) ?? null,
    quantity: item.quantity,
    expiresAt: dateOf(paidUntil(subscription, status, item)),
    dueSince: status === 'past_due' ? dateOf(dueSince(open, latest) ?? item.current_period_start) : null,
    cancelsAt: status === 'canceled' ? null : subscription.cancel_at_period_end ? 'period_end' : subscription.cancel_at ? 'date' : null,
    invoiceUrl: (status === 'canceled' ? null : payable?.hosted_invoice_url) ?? null,
  }
}

const statuses = ['incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled'] as const satisfies readonly StripeStatus[]

function statusOf({ status }: Stripe.Subscription): StripeStatus {
  const known = statuses.find((one) => one === (status === 'incomplete_expired' ? 'canceled' : status))
  // Nobody is blocked, or let in, by a word that is not understood.
  if (!known) throw unavailable(`Stripe calls a subscription ${status.slice(0, 40)}, which this version does not know`)
  return known
}

function paidUntil(subscription: Stripe.Subscription, status: StripeStatus, item: Stripe.SubscriptionItem): number | null {
  const { trial_end, cancel_at, ended_at, canceled_at } = subscription
  switch (status) {
    case 'canceled':
      return ended_at ?? canceled_at
    case 'incomplete':
      return null
    case 'past_due':
    case 'unpaid':
      return item.current_period_start
    case 'trialing':
      return Math.min(trial_end ?? item.current_period_end, cancel_at ?? Number.POSITIVE_INFINITY)
    case 'active':
    case 'paused':
      return Math.min(item.current_period_end, cancel_at ?? Number.POSITIVE_INFINITY)
    default:
      return status satisfies never
  }
}

/** From Stripe's own times alone, so that it is the same whenever it is asked. */
function dueSince(open: readonly Stripe.Invoice[], latest: Stripe.Invoice | null): number | undefined {
  const since = (open.length > 0 ? open : latest ? [latest] : []).map(({ due_date, created }) => due_date ?? created)
  return since.length > 0 ? Math.min(...since) : undefined
}

const dateOf = (seconds: number | null): Date | null => (seconds === null ? null : new Date(seconds * 1000))

/** Whom an event is about, as far as every version of the API says it. */
export function customerOf(object: unknown): string | undefined {
  if (typeof object !== 'object' || object === null) return undefined
  const { object: kind, id, customer } = object as { object?: unknown; id?: unknown; customer?: unknown }
  const named = kind === 'customer' ? id : typeof customer === 'object' && customer !== null ? (customer as { id?: unknown }).id : customer
  return typeof named === 'string' && /^cus_\w{1,250}$/.test(named) ? named : undefined
}
