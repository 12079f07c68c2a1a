import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStripeDouble, type StripeDouble } from '../../../test/support/stripe-double/double.ts'
import { openStripe } from './stripe.ts'
import type { Stripe } from './types.ts'

let double: StripeDouble
let reasons: string[] = []
const open = (options: { timeout: number; catalogue: number }, secretKey = double.secretKey): Stripe =>
  openStripe({ secretKey, webhookSecret: double.webhookSecret, apiUrl: double.url }, (reason) => reasons.push(reason), options)
beforeAll(async () => {
  double = await openStripeDouble()
})
afterAll(() => double[Symbol.asyncDispose]())

describe('the catalogue', () => {
  test('is what can be bought, and of what people wrote into it what can be understood', async () => {
    const { world } = double
    double.addPlan({ canonical: 'good', amount: 1000, interval: 'year', trialDays: 30, members: 5 })
    double.addPlan({ canonical: 'sloppy', amount: 1, metadata: { trial_days: 'soon', members_count: '-1' } })
    double.addPlan({ canonical: 'patient', amount: 2, metadata: { trial_days: '9999', members_count: ' 12 ' } })
    double.addPlan({ canonical: 'Not A Canonical', amount: 3 })
    const archived = double.addPlan({ canonical: 'archived', amount: 4 })
    Object.assign(world.products.get(archived.product) ?? {}, { active: false })
    const unpriced = double.addPlan({ canonical: 'unpriced', amount: 5 })
    Object.assign(world.products.get(unpriced.product) ?? {}, { default_price: null })
    const old = double.addPlan({ canonical: 'old-price', amount: 6 })
    Object.assign(world.prices.get(old.price) ?? {}, { active: false })
    const once = double.addPlan({ canonical: 'bought-once', amount: 7 })
    Object.assign(world.prices.get(once.price) ?? {}, { recurring: null })
    const mug = double.addPlan({ canonical: 'mug', amount: 8 })
    Object.assign(world.products.get(mug.product) ?? {}, { metadata: {} })
    world.now += 60
    double.addPlan({ canonical: 'good', name: 'The newer one', amount: 1100 })
    // More than one page.
    for (let index = 0; index < 120; index++)
      Object.assign(world.products.get(double.addPlan({ canonical: 'x' }).product) ?? {}, { metadata: {} })
    const plans = await open({ timeout: 5000, catalogue: 0 }).listPlans()
    expect(plans.map(({ canonical, name, price, trialDays, membersCount }) => [canonical, name, price, trialDays, membersCount])).toEqual([
      ['sloppy', 'sloppy', 1, 0, null],
      ['patient', 'patient', 2, 730, 12],
      ['good', 'The newer one', 1100, 0, null],
    ])
  })

  test('is asked for once while many wait for it, and again when it is old', async () => {
    const stripe = open({ timeout: 5000, catalogue: 200 })
    const asked = () => double.requests.filter(({ path }) => path === '/products').length
    const before = asked()
    await Promise.all([stripe.listPlans(), stripe.listPlans(), stripe.listPlans()])
    const once = asked() - before
    await stripe.listPlans()
    expect(asked() - before).toBe(once)
    await new Promise((wake) => setTimeout(wake, 220))
    await stripe.listPlans()
    expect(asked() - before).toBe(2 * once)
  })
})

describe('what is created', () => {
  const plan = {
    priceId: '',
    canonical: 'good',
    name: '',
    description: undefined,
    price: 1,
    currency: 'eur',
    interval: 'month',
    trialDays: 3,
    membersCount: null,
  }
  const subscription = (customerId: string, quantity = 1) => ({
    customerId,
    organizationId: 7,
    plan,
    quantity,
    trial: true,
    payable: false,
  })
  beforeAll(() => {
    plan.priceId = double.addPlan({ canonical: 'another', amount: 100 }).price
  })

  test('is created once for a key, and again for another', async () => {
    const stripe = open({ timeout: 5000, catalogue: 0 })
    const [one, same, other] = [
      await stripe.createCustomer(7, 'a'),
      await stripe.createCustomer(7, 'a'),
      await stripe.createCustomer(7, 'b'),
    ]
    expect([same === one, other === one]).toEqual([true, false])
    for (let time = 0; time < 2; time++) await stripe.createSubscription(subscription(one), 'key')
    expect([...double.world.subscriptions.values()].filter(({ customer }) => customer === one)).toHaveLength(1)
  })

  test('is created again with other parameters, or when Stripe has forgotten the failure of yesterday', async () => {
    const stripe = open({ timeout: 5000, catalogue: 0 })
    const id = await stripe.createCustomer(8, 'c')
    double.fail(/^POST \/subscriptions$/, 'error')
    reasons = []
    await expect(stripe.createSubscription(subscription(id), 'again')).rejects.toMatchObject({ code: 'RetryOperation' })
    expect(reasons).toEqual([expect.stringMatching(/^StripeAPIError \| 500 \| An unknown error occurred \| req_/)])
    await stripe.createSubscription(subscription(id), 'again')
    expect([...double.world.subscriptions.values()].filter(({ customer }) => customer === id)).toHaveLength(1)
  })

  test('is refused with the reason in short', async () => {
    const stripe = open({ timeout: 5000, catalogue: 0 })
    await expect(stripe.createSubscription(subscription('cus_none'), 'd')).rejects.toMatchObject({
      code: 'Invalid',
      message: 'Stripe refuses this (resource missing)',
    })
    await expect(open({ timeout: 5000, catalogue: 0 }, 'sk_test_wrong').openPortal('cus_1', 'https://example.com')).rejects.toMatchObject({
      code: 'RetryOperation',
      message: expect.stringContaining('STRIPE_SECRET_KEY'),
    })
    await expect(stripe.cancel('sub_none')).resolves.toBeUndefined()
    expect(await stripe.findCustomer('cus_none')).toBeUndefined()
    expect(await stripe.readAccount('cus_none')).toBeUndefined()
  })
})
