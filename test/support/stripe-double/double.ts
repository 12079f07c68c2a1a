/**
 * A Stripe that keeps state: the real package speaks to it over HTTP. Requests are checked as the real one does (key, parameters,
 * what may be expanded), repeated keys get the first answer again, failures of all kinds can be ordered, and time moves when told.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import Stripe from 'stripe'
import { type Ask, Refusal, refused, route } from './api.ts'
import { expanded, readForm } from './form.ts'
import { advance, change, markPaid } from './life.ts'
import { type Event, price as newPrice, product as newProduct, type Subscription } from './objects.ts'
import { type Card, days, newWorld, the, type World } from './world.ts'

/**
 * `refused`: the connection ends, nothing is done. `limited`: 429. `error`: 500, and nothing is done. `half`: 500, though it is
 * done. `lost`: done, and the answer is lost. `silent`: no answer ever. All but the first two and the last are remembered for the key.
 */
export type Failure = 'refused' | 'limited' | 'error' | 'half' | 'lost' | 'silent'

export interface SeenRequest {
  method: string
  path: string
  key: string | undefined
  replayed: boolean
  status: number
}

export interface PlanOptions {
  canonical: string
  name?: string
  description?: string
  /** Cents a month, or year. */
  amount?: number
  interval?: 'month' | 'year'
  trialDays?: number
  members?: number
  metadata?: Record<string, string>
}

export interface StripeDouble {
  readonly url: string
  readonly secretKey: string
  readonly webhookSecret: string
  readonly world: World
  readonly requests: SeenRequest[]
  /** Called when a request is understood, and its key taken, before anything is done. */
  beforeWork: (ask: Ask) => Promise<void>
  /** Called when an answer is ready, before it is sent. */
  beforeAnswer: (ask: Ask) => Promise<void>
  fail(pattern: RegExp, failure: Failure, times?: number): void
  /** Those that were ordered and have not come. */
  forgetFailures(): void
  /** @returns the ids */
  addPlan(plan: PlanOptions): { product: string; price: string }
  giveCard(customer: string, card: Card): void
  /** A person pays at the address of the invoice; their card is used from then on. */
  payInvoice(invoice: string): void
  deleteCustomer(customer: string): void
  advance(count: { days: number }): void
  /** The newest of a customer. */
  subscriptionOf(customer: string): Subscription
  /** Sends an event as Stripe does. @param options what is wrong with it */
  deliver(
    to: string,
    event: Event,
    options?: { secret?: string; at?: number; body?: (text: string) => string; signature?: string | null },
  ): Promise<Response>
  [Symbol.asyncDispose](): Promise<void>
}

/** @param start in unix seconds */
export async function openStripeDouble({ start = Math.floor(Date.now() / 1000) } = {}): Promise<StripeDouble> {
  const world = newWorld(start)
  const [secretKey, webhookSecret] = ['sk_test_double', 'whsec_double']
  const requests: SeenRequest[] = []
  const failures: { pattern: RegExp; failure: Failure; left: number }[] = []
  const answers = new Map<string, { request: string; at: number; answer: Answer | undefined }>()
  const server = createServer(
    (request, response) => void serve(request, response).catch((error: unknown) => response.destroy(error as Error)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const double: StripeDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secretKey,
    webhookSecret,
    world,
    requests,
    beforeWork: async () => {},
    beforeAnswer: async () => {},
    fail: (pattern, failure, times = 1) => void failures.push({ pattern, failure, left: times }),
    forgetFailures: () => void failures.splice(0),
    addPlan: (plan) => addPlan(world, plan),
    giveCard(customer, card) {
      const method = world.newId('pm')
      world.cards.set(method, card)
      the(world.customers, customer).invoice_settings.default_payment_method = method
      for (const one of world.subscriptions.values())
        if (one.customer === customer && one.default_payment_method) one.default_payment_method = method
      world.tell('customer.updated', the(world.customers, customer))
    },
    payInvoice(id) {
      const invoice = the(world.invoices, id)
      if (invoice.status !== 'open') throw new Error(`${id} is ${invoice.status}`)
      const subscription = the(world.subscriptions, String(invoice.parent?.subscription_details?.subscription))
      const method = world.newId('pm')
      world.cards.set(method, 'good')
      markPaid(world, invoice)
      change(world, subscription, { status: 'active', default_payment_method: method })
    },
    deleteCustomer(customer) {
      for (const one of world.subscriptions.values())
        if (one.customer === customer && one.status !== 'canceled')
          change(world, one, { status: 'canceled', ended_at: world.now }, 'customer.subscription.deleted')
      world.deleted.add(customer)
      world.tell('customer.deleted', the(world.customers, customer))
    },
    advance: (count) => advance(world, days(count.days)),
    subscriptionOf(customer) {
      const found = [...world.subscriptions.values()].filter((one) => one.customer === customer).at(-1)
      if (!found) throw new Error(`${customer} has no subscription`)
      return found
    },
    deliver(to, event, { secret = webhookSecret, at = Math.floor(Date.now() / 1000), body = (sent: string) => sent, signature } = {}) {
      const payload = JSON.stringify(event, null, 2)
      const header = signature === undefined ? Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: at }) : signature
      const headers = { 'content-type': 'application/json; charset=utf-8', ...(header === null ? {} : { 'stripe-signature': header }) }
      return fetch(`${to}/stripe/events`, { method: 'POST', headers, body: body(payload) })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return double

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://double')
    const sent = request.method === 'POST' ? await readText(request) : search.slice(1)
    const ask = { method: request.method ?? 'GET', path: pathname.replace(/^\/v1/, ''), form: readForm(sent) }
    const key = request.headers['idempotency-key'] as string | undefined
    const failure = take(`${ask.method} ${ask.path}`)
    if (failure === 'refused') return void response.destroy()
    if (failure === 'silent') return void (await sleep(60_000, undefined, { ref: false }))
    const before = key === undefined ? undefined : answers.get(key)
    const known = before && world.now - before.at < days(1) ? before : undefined
    const answer =
      failure === 'limited'
        ? refusal(new Refusal(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' }))
        : known
          ? replay(known, sent)
          : await first(ask, sent, key, request.headers.authorization, failure)
    requests.push({ method: ask.method, path: ask.path, key, replayed: known !== undefined, status: answer.status })
    await double.beforeAnswer(ask)
    if (failure === 'lost' && !known) return void response.destroy()
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'request-id': world.newId('req'),
      ...(known?.answer === answer ? { 'idempotent-replayed': 'true' } : {}),
    })
    response.end(JSON.stringify(answer.body))
  }

  function take(label: string): Failure | undefined {
    const found = failures.find(({ pattern, left }) => left > 0 && pattern.test(label))
    if (found) found.left--
    return found?.failure
  }

  async function first(ask: Ask, sent: string, key: string | undefined, authorization: string | undefined, failure: Failure | undefined) {
    let carryOut: (world: World) => object
    try {
      if (authorization !== `Bearer ${secretKey}`)
        throw new Refusal(401, { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_****' })
      carryOut = route(ask)
    } catch (error) {
      return refusal(error)
    }
    const kept: { request: string; at: number; answer: Answer | undefined } = { request: sent, at: world.now, answer: undefined }
    if (key !== undefined) answers.set(key, kept)
    // Whoever comes with the same key now meets a request that is under way.
    await double.beforeWork(ask)
    kept.answer = failure === 'error' ? broken : attempt(() => show(carryOut(world), ask))
    if (failure === 'half') kept.answer = broken
    return kept.answer
  }

  function replay(known: { request: string; answer: Answer | undefined }, sent: string): Answer {
    if (known.request !== sent)
      return refusal(
        new Refusal(400, { type: 'idempotency_error', message: 'Keys for idempotent requests can only be used with the same parameters.' }),
      )
    const busy = {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: 'There is another request in progress with this key.',
    }
    return known.answer ?? refusal(new Refusal(409, busy))
  }

  function show(object: object, { form }: Ask): object {
    const paths = Object.values(typeof form['expand'] === 'object' ? form['expand'] : {}).map(String)
    const find = (id: string) => world.products.get(id) ?? world.prices.get(id) ?? world.invoices.get(id) ?? world.customers.get(id)
    return expanded(object, paths, find, refused) as object
  }
}

interface Answer {
  status: number
  body: object
}
const broken: Answer = { status: 500, body: { error: { type: 'api_error', message: 'An unknown error occurred' } } }

function attempt(run: () => object): Answer {
  try {
    return { status: 200, body: structuredClone(run()) }
  } catch (error) {
    return refusal(error)
  }
}

function refusal(error: unknown): Answer {
  if (error instanceof Refusal) return { status: error.status, body: { error: error.body } }
  throw error
}

function addPlan(
  world: World,
  { canonical, name = canonical, description, amount = 0, interval = 'month', trialDays, members, metadata }: PlanOptions,
) {
  const marks = {
    trochoid_plan: canonical,
    ...(trialDays === undefined ? {} : { trial_days: String(trialDays) }),
    ...(members === undefined ? {} : { members_count: String(members) }),
    ...metadata,
  }
  const at = (prefix: string) => ({ id: world.newId(prefix), now: world.now })
  const product = newProduct(at('prod'), { name, description: description ?? null, metadata: marks })
  const price = newPrice(at('price'), { product: product.id, amount, interval })
  product.default_price = price.id
  world.products.set(product.id, product)
  world.prices.set(price.id, price)
  return { product: product.id, price: price.id }
}
