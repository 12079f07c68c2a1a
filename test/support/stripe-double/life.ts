/** How subscriptions live: bought, paid or not, renewed, dunned, ended. Everything that happens is told as an event. */
import { type Invoice, invoice as newInvoice, type Subscription } from './objects.ts'
import { after, days, hours, the, type World } from './world.ts'

/** Changes the subscription and tells what it was before. */
export function change(world: World, subscription: Subscription, to: Partial<Subscription>, type = 'customer.subscription.updated'): void {
  const previous: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(to)) {
    const before = subscription[name as keyof Subscription]
    if (JSON.stringify(before) !== JSON.stringify(value)) previous[name] = structuredClone(before)
  }
  Object.assign(subscription, to)
  if (type !== 'customer.subscription.updated') world.tell(type, subscription)
  else if (Object.keys(previous).length > 0) world.tell(type, subscription, previous)
}

/** Of the next period: drafted, finalized, and not yet paid. */
export function bill(world: World, subscription: Subscription, reason: 'subscription_create' | 'subscription_cycle'): Invoice {
  const trial = subscription.status === 'trialing'
  const amount = trial ? 0 : subscription.items.data.reduce((sum, { price, quantity }) => sum + (price.unit_amount ?? 0) * quantity, 0)
  const customer = the(world.customers, subscription.customer)
  const made = newInvoice({ id: world.newId('in'), now: world.now }, { customer, subscription, reason, amount })
  world.invoices.set(made.id, made)
  world.tell('invoice.created', made)
  const url = `https://invoice.stripe.test/i/${made.id}`
  Object.assign(made, {
    status: 'open',
    number: made.id.slice(-8),
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    effective_at: world.now,
  })
  made.status_transitions.finalized_at = world.now
  world.tell('invoice.finalized', made)
  subscription.latest_invoice = made.id
  return made
}

export function markPaid(world: World, invoice: Invoice): void {
  const { amount_due } = invoice
  Object.assign(invoice, { status: 'paid', amount_paid: amount_due, amount_remaining: 0, attempted: true, next_payment_attempt: null })
  invoice.status_transitions.paid_at = world.now
  world.tell('invoice.paid', invoice)
  world.tell('invoice.payment_succeeded', invoice)
}

/** Which card would be charged; undefined: none is known. */
export function cardOf(world: World, { customer, default_payment_method }: Subscription): 'good' | 'declining' | undefined {
  const method = default_payment_method ?? the(world.customers, customer).invoice_settings.default_payment_method
  return typeof method === 'string' ? world.cards.get(method) : undefined
}

/** @returns whether it is paid now */
export function charge(world: World, subscription: Subscription, invoice: Invoice): boolean {
  if (invoice.amount_due === 0 || cardOf(world, subscription) === 'good') {
    markPaid(world, invoice)
    return true
  }
  const tries = invoice.attempt_count
  const next = world.dunning.retryDays[tries]
  invoice.attempt_count++
  Object.assign(invoice, { attempted: true, next_payment_attempt: next === undefined ? null : invoice.created + days(next) })
  world.tell('invoice.payment_failed', invoice)
  return false
}

export function end(world: World, subscription: Subscription, reason: 'cancellation_requested' | 'payment_failed' | null = null): void {
  const { cancellation_details, canceled_at } = subscription
  const details = { ...cancellation_details, comment: null, feedback: null, feedback_option: null, reason }
  const to = { status: 'canceled', ended_at: world.now, canceled_at: canceled_at ?? world.now, cancellation_details: details } as const
  change(world, subscription, to, 'customer.subscription.deleted')
}

/** The open invoices, oldest first. */
export const openInvoices = (world: World, subscription: string): Invoice[] =>
  [...world.invoices.values()].filter(
    ({ parent, status }) => status === 'open' && parent?.subscription_details?.subscription === subscription,
  )

export function voidInvoice(world: World, invoice: Invoice): void {
  Object.assign(invoice, { status: 'void', amount_remaining: 0 })
  invoice.status_transitions.voided_at = world.now
  world.tell('invoice.voided', invoice)
}

/** Moves the time on, and lets happen what was due by then, each at its time. */
export function advance(world: World, seconds: number): void {
  const until = world.now + seconds
  for (;;) {
    const [next] = [...world.subscriptions.values()].flatMap((one) => due(world, one)).toSorted((one, other) => one.at - other.at)
    if (!next || next.at > until) break
    world.now = Math.max(world.now, next.at)
    next.happen()
  }
  world.now = until
}

interface Due {
  at: number
  happen(): void
}

/** What will happen to a subscription by itself. */
function due(world: World, subscription: Subscription): Due[] {
  const { status, trial_end, created, cancel_at } = subscription
  const ends: Due[] = cancel_at === null ? [] : [{ at: cancel_at, happen: () => end(world, subscription, 'cancellation_requested') }]
  const [first] = subscription.items.data
  switch (status) {
    case 'incomplete':
      return [{ at: created + hours(23), happen: () => expire(world, subscription) }]
    case 'trialing': {
      const warning = (trial_end ?? created) - days(3)
      const warned = world.events.some(
        ({ type, data }) => type === 'customer.subscription.trial_will_end' && (data.object as Subscription).id === subscription.id,
      )
      return [
        ...ends,
        ...(warned || warning < created
          ? []
          : [{ at: warning, happen: () => world.tell('customer.subscription.trial_will_end', subscription) }]),
        { at: trial_end ?? created, happen: () => endTrial(world, subscription) },
      ]
    }
    case 'active':
      return [...ends, { at: first?.current_period_end ?? Number.POSITIVE_INFINITY, happen: () => renew(world, subscription) }]
    case 'past_due': {
      const retries = openInvoices(world, subscription.id).flatMap((invoice) =>
        invoice.next_payment_attempt === null
          ? []
          : [{ at: invoice.next_payment_attempt, happen: () => retry(world, subscription, invoice) }],
      )
      return [...ends, ...retries]
    }
    default:
      return []
  }
}

function expire(world: World, subscription: Subscription): void {
  for (const invoice of openInvoices(world, subscription.id)) voidInvoice(world, invoice)
  change(world, subscription, { status: 'incomplete_expired', ended_at: world.now })
}

function endTrial(world: World, subscription: Subscription): void {
  const costs = subscription.items.data.some(({ price }) => (price.unit_amount ?? 0) > 0)
  const behavior = subscription.trial_settings?.end_behavior.missing_payment_method
  if (!costs || cardOf(world, subscription) !== undefined || behavior === 'create_invoice') renew(world, subscription)
  else if (behavior === 'cancel') end(world, subscription)
  else change(world, subscription, { status: 'paused' }, 'customer.subscription.paused')
}

function renew(world: World, subscription: Subscription): void {
  const start = world.now
  const data = subscription.items.data.map((one) => ({
    ...one,
    current_period_start: start,
    current_period_end: after(start, one.price.recurring?.interval ?? 'month'),
  }))
  // While it is drafted and charged the subscription already is in its new period.
  const status = subscription.status === 'trialing' ? 'active' : subscription.status
  change(world, subscription, { status, items: { ...subscription.items, data } })
  const invoice = bill(world, subscription, 'subscription_cycle')
  const paid = charge(world, subscription, invoice)
  if (!paid) change(world, subscription, { status: 'past_due' })
}

function retry(world: World, subscription: Subscription, invoice: Invoice): void {
  const { end: last } = world.dunning
  if (charge(world, subscription, invoice)) change(world, subscription, { status: 'active' })
  else if (invoice.next_payment_attempt !== null) return
  else if (last === 'canceled') end(world, subscription, 'payment_failed')
  else change(world, subscription, { status: last })
}
