/** The part of Stripe's API that the platform uses, with what it refuses. */
import { type Form, onlyTakes, texts } from './form.ts'
import { bill, cardOf, change, charge, end, openInvoices, voidInvoice } from './life.ts'
import {
  item,
  type List,
  listOf,
  customer as newCustomer,
  subscription as newSubscription,
  repriced,
  type Subscription,
} from './objects.ts'
import { after, days, type World } from './world.ts'

/** As Stripe writes them. */
export class Refusal extends Error {
  readonly status: number
  readonly body: { type: string; code?: string; param?: string; message: string }
  constructor(status: number, body: Refusal['body']) {
    super(body.message)
    this.status = status
    this.body = body
  }
}
export const refused = (message: string, more: { code?: string; param?: string } = {}, status = 400): Refusal =>
  new Refusal(status, { type: 'invalid_request_error', message, ...more })
const missing = (what: string, id: string, param: string): Refusal =>
  refused(`No such ${what}: '${id}'`, { code: 'resource_missing', param }, 404)

export interface Ask {
  method: string
  /** Below /v1. */
  path: string
  form: { [name: string]: Form }
}
type Route = (world: World, ask: Ask, id: string) => object

/** Checks the parameters first: what fails here was never begun. @returns what carries the request out */
export function route(ask: Ask): (world: World) => object {
  for (const [pattern, takes, handle] of routes) {
    const match = pattern.exec(`${ask.method} ${ask.path}`)
    if (!match) continue
    onlyTakes(ask.form, [...takes, 'expand'], (parameter) =>
      refused(`Received unknown parameter: ${parameter}`, { code: 'parameter_unknown', param: parameter }),
    )
    return (world) => handle(world, ask, decodeURIComponent(match[1] ?? ''))
  }
  throw refused(`Unrecognized request URL (${ask.method}: /v1${ask.path}).`, {}, 404)
}

const page = ['limit', 'starting_after', 'ending_before']
const settings = [
  'metadata.*',
  'cancel_at',
  'cancel_at_period_end',
  'payment_behavior',
  'proration_behavior',
  'items.price',
  'items.quantity',
]
const trial = ['trial_period_days', 'trial_settings.end_behavior.missing_payment_method', 'payment_settings.save_default_payment_method']
const routes: readonly (readonly [RegExp, readonly string[], Route])[] = [
  [/^GET \/products$/, ['active', ...page], (world, ask) => listProducts(world, ask)],
  [/^POST \/customers$/, ['name', 'email', 'metadata.*'], (world, { form }) => createCustomer(world, form)],
  [/^GET \/customers\/([^/]+)$/, [], (world, _, id) => findCustomer(world, id)],
  [/^POST \/customers\/([^/]+)$/, ['name', 'email', 'metadata.*'], (world, { form }, id) => updateCustomer(world, id, form)],
  [/^GET \/subscriptions$/, ['customer', 'status', ...page], (world, ask) => listSubscriptions(world, ask)],
  [/^POST \/subscriptions$/, ['customer', ...settings, ...trial], (world, { form }) => createSubscription(world, form)],
  [/^GET \/subscriptions\/([^/]+)$/, [], (world, _, id) => findSubscription(world, id)],
  [/^POST \/subscriptions\/([^/]+)$/, ['items.id', ...settings], (world, { form }, id) => updateSubscription(world, id, form)],
  [/^DELETE \/subscriptions\/([^/]+)$/, ['invoice_now', 'prorate'], (world, _, id) => cancelSubscription(world, id)],
  [/^GET \/invoices$/, ['customer', 'status', 'subscription', ...page], (world, ask) => listInvoices(world, ask)],
  [/^POST \/billing_portal\/sessions$/, ['customer', 'return_url'], (world, { form }) => openPortal(world, form)],
]

const text = (form: Form | undefined): string | undefined => (typeof form === 'string' ? form : undefined)

function paged<T extends { id: string }>(all: readonly T[], { path, form }: Ask): List<T> {
  const from = all.findIndex(({ id }) => id === text(form['starting_after'])) + 1
  const limit = Number(text(form['limit']) ?? 10)
  return listOf(all.slice(from, from + limit), `/v1${path}`, all.length > from + limit)
}

const newest = <T extends { created: number; id: string }>(all: Iterable<T>): T[] =>
  [...all].sort((one, other) => other.created - one.created || (one.id < other.id ? 1 : -1))

const listProducts = (world: World, ask: Ask) =>
  paged(
    newest(world.products.values()).filter(({ active }) => ask.form['active'] === undefined || String(active) === ask.form['active']),
    ask,
  )

function createCustomer(world: World, form: Ask['form']) {
  const about = { name: text(form['name']) ?? null, email: text(form['email']) ?? null, metadata: texts(form['metadata']) }
  const made = newCustomer({ id: world.newId('cus'), now: world.now }, about)
  world.customers.set(made.id, made)
  world.tell('customer.created', made)
  return made
}

function findCustomer(world: World, id: string): object {
  if (world.deleted.has(id)) return { id, object: 'customer', deleted: true }
  const found = world.customers.get(id)
  if (!found) throw missing('customer', id, 'id')
  return found
}

function liveCustomer(world: World, id: string | undefined) {
  const found = world.customers.get(id ?? '')
  if (!found || world.deleted.has(found.id)) throw missing('customer', id ?? '', 'customer')
  return found
}

function updateCustomer(world: World, id: string, form: Ask['form']) {
  const found = liveCustomer(world, id)
  const email = text(form['email'])
  if (email !== undefined && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email))
    throw refused(`Invalid email address: ${email}`, { code: 'email_invalid', param: 'email' })
  Object.assign(found, { name: text(form['name']) ?? found.name, email: email ?? found.email })
  Object.assign(found.metadata, texts(form['metadata']))
  world.tell('customer.updated', found)
  return found
}

function listSubscriptions(world: World, ask: Ask) {
  const customer = text(ask.form['customer'])
  if (customer !== undefined && !world.customers.has(customer)) throw missing('customer', customer, 'customer')
  const { status = '' } = texts(ask.form)
  const fits = (one: Subscription) => status === 'all' || (status === '' ? one.status !== 'canceled' : one.status === status)
  return paged(
    newest(world.subscriptions.values()).filter((one) => one.customer === customer && fits(one)),
    ask,
  )
}

function findSubscription(world: World, id: string): Subscription {
  const found = world.subscriptions.get(id)
  if (!found) throw missing('subscription', id, 'id')
  return found
}

function priceNamed(world: World, id: string | undefined, param: string) {
  const found = world.prices.get(id ?? '')
  if (!found) throw missing('price', id ?? '', param)
  if (!found.active) throw refused('The price specified is inactive. This field only accepts active prices.', { param })
  return found
}

function createSubscription(world: World, form: Ask['form']): Subscription {
  const customer = liveCustomer(world, text(form['customer']))
  const [wanted] = Object.values(typeof form['items'] === 'object' ? form['items'] : {}).map(texts)
  const price = priceNamed(world, wanted?.['price'], 'items[0][price]')
  const trialDays = Number(text(form['trial_period_days']) ?? 0)
  const id = world.newId('sub')
  const trialEnd = trialDays > 0 ? world.now + days(trialDays) : null
  const period = { start: world.now, end: trialEnd ?? after(world.now, price.recurring?.interval ?? 'month') }
  const quantity = Number(wanted?.['quantity'] ?? 1)
  const behavior = text(form['payment_behavior']) ?? 'allow_incomplete'
  const made = newSubscription(
    { id, now: world.now },
    {
      customer: customer.id,
      status: trialEnd === null ? 'incomplete' : 'trialing',
      metadata: texts(form['metadata']),
      items: listOf(
        [item({ id: world.newId('si'), now: world.now }, { subscription: id, price, quantity, ...period })],
        '/v1/subscription_items',
      ),
      trial_start: trialEnd === null ? null : world.now,
      trial_end: trialEnd,
      trial_settings:
        trialEnd === null ? null : { end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: endOfTrial(form) } },
      payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'on_subscription' },
    },
  )
  const free = trialEnd !== null || (price.unit_amount ?? 0) * quantity === 0
  if (!free && behavior !== 'default_incomplete' && cardOf(world, made) === undefined)
    throw refused('This customer has no attached payment source or default payment method.', { code: 'resource_missing' })
  world.subscriptions.set(id, made)
  world.tell('customer.subscription.created', made)
  const invoice = bill(world, made, 'subscription_create')
  if (free || behavior !== 'default_incomplete') {
    const paid = charge(world, made, invoice)
    if (paid && trialEnd === null) change(world, made, { status: 'active' })
  }
  return made
}

function endOfTrial(form: Ask['form']): 'cancel' | 'pause' | 'create_invoice' {
  const behavior = typeof form['trial_settings'] === 'object' ? texts(form['trial_settings']['end_behavior']) : {}
  const { missing_payment_method: wanted = 'create_invoice' } = behavior
  return wanted === 'cancel' || wanted === 'pause' ? wanted : 'create_invoice'
}

function updateSubscription(world: World, id: string, form: Ask['form']): Subscription {
  const found = findSubscription(world, id)
  const items = Object.values(typeof form['items'] === 'object' ? form['items'] : {}).map(texts)
  const [atEnd, at] = [text(form['cancel_at_period_end']), text(form['cancel_at'])]
  if (found.status === 'canceled' || found.status === 'incomplete_expired')
    throw refused('A canceled subscription can only update its cancellation_details and metadata.')
  if (found.status === 'incomplete' && (items.length > 0 || atEnd !== undefined || at !== undefined))
    throw refused('Subscriptions in an incomplete status can only update metadata and the default payment source.')
  if (atEnd !== undefined && at !== undefined)
    throw refused('You may only specify one of these parameters: cancel_at, cancel_at_period_end.')
  const to: Partial<Subscription> = { metadata: { ...found.metadata, ...texts(form['metadata']) } }
  const [first] = found.items.data
  for (const wanted of items) {
    const known = found.items.data.find((one) => one.id === wanted['id'])
    if (!known) throw missing('subscription item', wanted['id'] ?? '', 'items[0][id]')
    const moved = wanted['price'] === undefined ? known : repriced(known, priceNamed(world, wanted['price'], 'items[0][price]'))
    const changed = { ...moved, quantity: Number(wanted['quantity'] ?? known.quantity) }
    to.items = { ...found.items, data: found.items.data.map((one) => (one.id === known.id ? changed : one)) }
    world.prorations.push({ subscription: id, at: world.now })
  }
  if (atEnd !== undefined) {
    const ends = atEnd === 'true'
    Object.assign(to, { cancel_at_period_end: ends, cancel_at: ends ? (first?.current_period_end ?? null) : null })
    Object.assign(to, { canceled_at: ends ? world.now : null })
  }
  if (at !== undefined) Object.assign(to, { cancel_at: at === '' ? null : Number(at), canceled_at: at === '' ? null : world.now })
  change(world, found, to)
  return found
}

function cancelSubscription(world: World, id: string): Subscription {
  const found = findSubscription(world, id)
  if (found.status === 'canceled' || found.status === 'incomplete_expired') throw missing('subscription', id, 'id')
  if (found.status === 'incomplete') for (const invoice of openInvoices(world, id)) voidInvoice(world, invoice)
  end(world, found, 'cancellation_requested')
  return found
}

function listInvoices(world: World, ask: Ask) {
  const { customer, subscription, status } = texts(ask.form)
  const found = newest(world.invoices.values()).filter(
    (one) =>
      (customer === undefined || one.customer === customer) &&
      (subscription === undefined || one.parent?.subscription_details?.subscription === subscription) &&
      (status === undefined || one.status === status),
  )
  return paged(found, ask)
}

function openPortal(world: World, form: Ask['form']) {
  const { id: customer } = liveCustomer(world, text(form['customer']))
  const id = world.newId('bps')
  return {
    id,
    object: 'billing_portal.session',
    configuration: 'bpc_double',
    created: world.now,
    customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: text(form['return_url']) ?? null,
    url: `https://billing.stripe.test/p/session/${id}`,
  }
}
