import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { useBilling } from '../../../test/support/billing-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import type { Event } from '../../../test/support/stripe-double/objects.ts'

const billing = useBilling()
let customer = ''
let event: Event
beforeAll(async () => {
  const { server, double } = billing
  double.addPlan({ canonical: 'platform_teams', amount: 2000, trialDays: 14 })
  const path = { organization_canonical: fresh('acme') }
  const { ada } = await scenario(server, organization(path.organization_canonical, member('ada')))
  await ada.createSubscription({ path, body: { plan_canonical: 'platform_teams' } })
  customer = await billing.customerOf(path.organization_canonical)
  const created = billing.untold().find(({ type }) => type === 'customer.subscription.created')
  if (!created) throw new Error('nothing was created')
  event = created
})

type Options = Parameters<typeof billing.double.deliver>[2]
const send = async (one: unknown = event, options: Options = {}) => {
  const response = await billing.double.deliver(billing.server.url, one as Event, options)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text === '' ? undefined : JSON.parse(text)) as never }
}
const now = () => Math.floor(Date.now() / 1000)
/** How often Stripe was asked about the customer because of what was sent. */
const asked = async (run: () => Promise<unknown>): Promise<number> => {
  const count = () => billing.double.requests.filter(({ path, method }) => method === 'GET' && path === '/subscriptions').length
  const before = count()
  await run()
  await billing.settled()
  return count() - before
}

describe('an event', () => {
  test('that Stripe signed has the subscription read anew', async () => {
    expect(await asked(async () => expect(await send()).toHaveStatus(204))).toBe(1)
    // Twice, or a little late, is all the same.
    expect(await asked(async () => expect(await send(event, { at: now() - 290 })).toHaveStatus(204))).toBe(1)
  })

  test('that nobody signed, or another, or too long ago, or that was changed, is refused and says why in the log', async () => {
    const { logs } = billing.server
    const from = logs.length
    const cases: [reason: string, options: Options][] = [
      ['No stripe-signature header value was provided', { signature: null }],
      ['Unable to extract timestamp and signatures from header', { signature: 'v1=00' }],
      ['No signatures found with expected scheme', { signature: `t=${now()},v0=${'0'.repeat(64)}` }],
      ['No signatures found matching', { signature: `t=${now()},v1=${'0'.repeat(64)}` }],
      ['No signatures found matching', { secret: 'whsec_another' }],
      ['No signatures found matching', { body: (text) => text.replace(customer, 'cus_another') }],
      ['No signatures found matching', { body: (text) => JSON.stringify(JSON.parse(text)) }],
      ['Timestamp outside the tolerance zone', { at: now() - 301 }],
    ]
    for (const [reason, options] of cases) {
      expect(await asked(async () => expect(await send(event, options)).toBeError('Invalid', 'not signed by Stripe')), reason).toBe(0)
      expect(logs.at(-1) && logs.slice(from).join('\n')).toContain(reason)
    }
    const written = logs.slice(from).join('\n')
    expect(written).not.toContain(customer)
    expect(written).not.toContain('whsec_')
    expect(written).not.toContain('stripe-signature":')
  })

  test('signed with the old secret and the new one, as while they are exchanged, is taken', async () => {
    const payload = JSON.stringify(event, null, 2)
    const { default: Stripe } = await import('stripe')
    const at = now()
    const [old, own] = ['whsec_older', billing.double.webhookSecret].map(
      (secret) => Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: at }).split(',v1=')[1],
    )
    const signature = `t=${at},v1=${old},v1=${own}`
    expect(await asked(async () => expect(await send(event, { signature })).toHaveStatus(204))).toBe(1)
  })

  test('about nobody here, or about nothing that matters, is taken and forgotten', async () => {
    const about = (object: unknown, type = event.type) => ({ ...event, type, data: { object } })
    const others = [
      about({ object: 'subscription', id: 'sub_1', customer: 'cus_of_another_product' }),
      about({ object: 'subscription', id: 'sub_1' }),
      about({ object: 'subscription', customer: 7 }),
      about(null),
      about({ object: 'charge', customer }, 'charge.succeeded'),
      about({ object: 'customer', id: customer }, 'customer.updated'),
      about({}, ''),
      { ...event, data: {} },
    ]
    for (const one of others) expect(await asked(async () => expect(await send(one), JSON.stringify(one)).toHaveStatus(204))).toBe(0)
  })

  test.each([
    ['a customer who is deleted', { object: 'customer', id: '' }, 'customer.deleted'],
    [
      'a customer who is spelled out',
      { object: 'subscription', customer: { object: 'customer', id: '' } },
      'customer.subscription.updated',
    ],
    ['an invoice', { object: 'invoice', customer: '' }, 'invoice.payment_failed'],
  ])('about %s is understood', async (_, object, type) => {
    const named = JSON.parse(JSON.stringify(object).replace('""', JSON.stringify(customer))) as object
    expect(await asked(async () => expect(await send({ ...event, type, data: { object: named } })).toHaveStatus(204))).toBe(1)
  })

  test('that is no event at all is refused like anything else', async () => {
    for (const one of [[], 'text', null, 7, {}, { id: 'evt_1', type: 'invoice.paid' }, { id: 'evt_1', type: 'invoice.paid', data: [] }])
      expect(await send(one)).toBeError('Invalid')
    expect(await send(event, { body: () => '{"id": ' })).toHaveStatus(422)
    expect(await send(event, { body: () => '' })).toHaveStatus(422)
    expect(await send(event, { body: (text) => text + ' '.repeat(2 ** 20) })).toHaveStatus(413)
  })

  test('whatever is in it and in its signature, nothing breaks and nothing is believed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.stringMatching(/^[ -~]{0,60}$/),
          fc.tuple(fc.integer(), fc.stringMatching(/^[0-9a-f]{0,70}$/)).map(([at, hex]) => `t=${at},v1=${hex}`),
          fc.constantFrom('t=', 't=,v1=', 'v1=,,,', '=', ',', `t=${'9'.repeat(400)},v1=0`),
        ),
        fc.jsonValue(),
        async (signature, object) => {
          const { status } = await send({ ...event, data: { object } }, { signature: signature.trim() || null })
          expect(status).toBe(422)
        },
      ),
      { numRuns: 60 },
    )
    // Signed, it may hold anything.
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string(), async (object, type) => {
        const { status } = await send({ ...event, type, data: { object, previous_attributes: object } })
        expect(status).toBe(204)
      }),
      { numRuns: 40 },
    )
  })
})
