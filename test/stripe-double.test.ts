/** The double refuses what Stripe refuses: otherwise the tests that stand on it would prove little. */
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStripeDouble, type StripeDouble } from './support/stripe-double/double.ts'

let double: StripeDouble
let stripe: Stripe
let price = ''
beforeAll(async () => {
  double = await openStripeDouble()
  const { hostname: host, port } = new URL(double.url)
  stripe = new Stripe(double.secretKey, { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false })
  price = double.addPlan({ canonical: 'plan', amount: 100 }).price
})
afterAll(() => double[Symbol.asyncDispose]())

const buy = async (more: Stripe.SubscriptionCreateParams = {}) => {
  const customer = await stripe.customers.create({})
  return stripe.subscriptions.create({ customer: customer.id, items: [{ price }], payment_behavior: 'default_incomplete', ...more })
}

test('unknown parameters, properties that cannot be expanded, and more than four levels', async () => {
  await expect(stripe.customers.create({ phone: '1' })).rejects.toMatchObject({ code: 'parameter_unknown', param: 'phone' })
  const { id } = await buy()
  await expect(stripe.subscriptions.retrieve(id, { expand: ['metadata'] })).resolves.toBeDefined()
  await expect(stripe.subscriptions.retrieve(id, { expand: ['colour'] })).rejects.toThrow('cannot be expanded')
  const shown = await stripe.subscriptions.retrieve(id, { expand: ['items.data.price.product', 'latest_invoice'] })
  expect(shown.items.data[0]?.price.product).toMatchObject({ metadata: { trochoid_plan: 'plan' } })
  expect(shown.latest_invoice).toMatchObject({ status: 'open' })
  await expect(stripe.subscriptions.list({ expand: ['data.items.data.price.product'] })).rejects.toThrow('more than 4 levels')
})

test('a repeated key with other parameters, while it is in use, and gives the first answer again for a day', async () => {
  const once = { idempotencyKey: 'key' }
  const ask = (name: string) => stripe.customers.create({ name }, once)
  double.beforeWork = async () => {
    double.beforeWork = async () => {}
    await expect(ask('a')).rejects.toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
  }
  const one = await ask('a')
  const again = await ask('a')
  expect(again).toEqual(one)
  await expect(ask('b')).rejects.toMatchObject({ type: 'StripeIdempotencyError' })
  double.advance({ days: 1.1 })
  expect((await ask('a')).id).not.toBe(again.id)
})

test('to change what waits for its first payment, or has ended', async () => {
  const { id, items } = await buy()
  const more = { items: [{ id: items.data[0]?.id ?? '', quantity: 2 }] }
  await expect(stripe.subscriptions.update(id, more)).rejects.toThrow('incomplete status')
  expect((await stripe.subscriptions.cancel(id)).status).toBe('canceled')
  await expect(stripe.subscriptions.update(id, more)).rejects.toThrow('canceled subscription')
  await expect(stripe.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'resource_missing' })
})

test('to charge a customer without a card', async () => {
  await expect(buy({ payment_behavior: 'allow_incomplete' })).rejects.toThrow('no attached payment source')
})

test('and tells what happens as Stripe does', async () => {
  double.world.subscriptions.clear()
  double.world.events.length = 0
  const { customer, id } = await buy({
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
  })
  double.giveCard(String(customer), 'good')
  double.advance({ days: 8 })
  expect(double.world.events.filter(({ type }) => !type.startsWith('customer.created')).map(({ type }) => type)).toEqual([
    'customer.subscription.created',
    'invoice.created',
    'invoice.finalized',
    'invoice.paid',
    'invoice.payment_succeeded',
    'customer.updated',
    'customer.subscription.trial_will_end',
    'customer.subscription.updated',
    'invoice.created',
    'invoice.finalized',
    'invoice.paid',
    'invoice.payment_succeeded',
  ])
  const updated = double.world.events.find(({ type }) => type === 'customer.subscription.updated')
  expect(updated).toMatchObject({
    object: 'event',
    livemode: false,
    data: { object: { id, status: 'active' }, previous_attributes: { status: 'trialing' } },
  })
})
