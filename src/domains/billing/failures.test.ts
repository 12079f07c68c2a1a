import { beforeAll, describe, expect, test } from 'vitest'
import { accessTo, useBilling } from '../../../test/support/billing-world.ts'
import type { Client } from '../../../test/support/client.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'
import type { Failure } from '../../../test/support/stripe-double/double.ts'
import { openStripe } from '../../outside/stripe/stripe.ts'

const billing = useBilling()
beforeAll(() => {
  billing.double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 14 })
  billing.double.addPlan({ canonical: 'end_users', name: 'End users', amount: 500, trialDays: 7 })
  // Nobody waits for long here.
  Object.assign(billing.server.platform, { stripe: openStripe(accessTo(billing.double), () => {}, { timeout: 300, catalogue: 60_000 }) })
})

async function found() {
  const org = fresh('acme')
  const path = { organization_canonical: org }
  const { ada } = await scenario(billing.server, organization(org, member('ada')))
  const [row] = await billing.server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  return { org, path, ada, id: row?.id ?? '' }
}
type Acme = Awaited<ReturnType<typeof found>>
const subscribe = ({ ada, path }: Pick<Acme, 'ada' | 'path'>, plan_canonical = 'platform_teams', who: Client = ada) =>
  who.createSubscription({ path, body: { plan_canonical } })
/** What Stripe has of an organization. */
const atStripe = ({ id }: Acme) => {
  const { world } = billing.double
  const customers = [...world.customers.values()].filter(({ metadata }) => metadata['trochoid_organization'] === id)
  const subscriptions = [...world.subscriptions.values()].filter(({ metadata }) => metadata['trochoid_organization'] === id)
  return { customers, subscriptions, live: subscriptions.filter(({ status }) => status !== 'canceled') }
}
const rows = ({ id }: Acme) =>
  billing.server.database.query<{ status: string; subscription_id: string | null; changing_until: Date | null }>(
    'select status, subscription_id, changing_until from subscriptions where organization_id = $1',
    [id],
  )

const failures: readonly Failure[] = ['refused', 'limited', 'error', 'half', 'lost', 'silent']
const steps: readonly (readonly [step: string, pattern: RegExp])[] = [
  ['making the customer', /^POST \/customers$/],
  ['naming the customer', /^POST \/customers\/\w+$/],
  ['listing what the customer has', /^GET \/subscriptions$/],
  ['making the subscription', /^POST \/subscriptions$/],
  ['reading the subscription', /^GET \/subscriptions\/\w+$/],
]

describe.each(failures)('when Stripe fails (%s)', (failure) => {
  test.each(steps)('while %s, nothing is left half done, and asking again makes one subscription', async (_, pattern) => {
    const acme = await found()
    billing.double.fail(pattern, failure, 2)
    const first = await subscribe(acme)
    if (first.status !== 204) {
      expect(first).toBeError('RetryOperation', 'Stripe does not answer')
      expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0)
      for (const row of await rows(acme)) expect(row).toEqual({ status: 'none', subscription_id: null, changing_until: null })
      expect(await acme.ada.getProjects({ path: acme.path })).toHaveStatus(403)
    }
    let last = first
    for (let attempt = 0; last.status !== 204 && attempt < 4; attempt++) last = await subscribe(acme)
    expect(last).toHaveStatus(204)
    const { customers, subscriptions } = atStripe(acme)
    expect(subscriptions.map(({ status }) => status)).toEqual(['trialing'])
    // Where Stripe says that it failed and has made one all the same, there is one more, who has nothing and pays nothing.
    if (failure !== 'half') expect(customers).toHaveLength(1)
    expect(await rows(acme)).toEqual([{ status: 'trialing', subscription_id: subscriptions[0]?.id, changing_until: null }])
    expect(await acme.ada.getProjects({ path: acme.path })).toHaveStatus(200)
    expect(await subscribe(acme)).toHaveStatus(204)
    expect(atStripe(acme).subscriptions).toHaveLength(1)
  })
})

test('when Stripe is away for good, whoever asks reads to try again, and the organization is as it was', async () => {
  const acme = await found()
  billing.double.fail(/^(GET|POST) \/(customers|subscriptions|billing_portal)/, 'refused', 30)
  for (let attempt = 0; attempt < 3; attempt++) expect(await subscribe(acme)).toBeError('RetryOperation', 'try again later')
  expect(await rows(acme)).toEqual([])
  expect(await acme.ada.getSubscription({ path: acme.path })).toHaveStatus(404)
  billing.double.forgetFailures()
  expect(await subscribe(acme)).toHaveStatus(204)
  billing.double.fail(/billing_portal/, 'error', 2)
  expect(await acme.ada.createBillingPortal({ path: acme.path })).toBeError('RetryOperation', 'Stripe does not answer')
})

test('the catalogue is read anew after a failure', async () => {
  const { ada, path } = await found()
  await using other = await openTestServer({ beside: billing.server, config: { stripe: accessTo(billing.double) } })
  const elsewhere = other.client(ada.token)
  billing.double.fail(/^GET \/products/, 'error', 2)
  expect(await elsewhere.listPlans({ path })).toBeError('RetryOperation', 'Stripe does not answer')
  expect((await elsewhere.listPlans({ path })).body.data).toHaveLength(2)
})

test('a key that Stripe refuses is said to be the matter of whoever runs the installation, and stays out of the log', async () => {
  const { ada, path } = await found()
  const stripe = { ...accessTo(billing.double), secretKey: 'sk_test_of_somebody_else' }
  await using other = await openTestServer({ beside: billing.server, config: { stripe } })
  expect(await other.client(ada.token).listPlans({ path })).toBeError('RetryOperation', 'STRIPE_SECRET_KEY')
  expect(other.logs.join('\n')).toContain('Invalid API Key')
  expect(other.logs.join('\n')).not.toContain('sk_test_of_somebody_else')
})

test('many who subscribe at once, to one plan and another, on two processes, make one customer and one subscription', async () => {
  await using other = await openTestServer({ beside: billing.server, config: { stripe: accessTo(billing.double) } })
  for (let round = 0; round < 5; round++) {
    const acme = await found()
    const elsewhere = other.client(acme.ada.token)
    const answers = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) => subscribe(acme, index % 2 ? 'end_users' : 'platform_teams', index % 3 ? acme.ada : elsewhere)),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses).toContain(204)
    // Who comes when the other plan is subscribed already is told so.
    expect(statuses.filter((status) => ![204, 409, 503].includes(status))).toEqual([])
    const { customers, live } = atStripe(acme)
    expect([customers.length, live.length]).toEqual([1, 1])
  }
})

describe('a process that died', () => {
  /** As it is when Stripe has made the subscription and nobody came to write it down. */
  const forget = ({ id }: Acme, claimed: string) =>
    billing.server.database.query(
      `update subscriptions set status = 'none', subscription_id = null, plan_canonical = null, plan_name = null, changing_until = now() + $2::interval where organization_id = $1`,
      [id, claimed],
    )

  test('after Stripe made the subscription leaves it to be found by who asks again, when a minute or two are over', async () => {
    const acme = await found()
    await subscribe(acme)
    billing.untold()
    await forget(acme, '1 minute')
    expect(await subscribe(acme)).toBeError('RetryOperation', 'Somebody is changing the subscription')
    await forget(acme, '-1 second')
    expect(await subscribe(acme)).toHaveStatus(204)
    expect(atStripe(acme).subscriptions).toHaveLength(1)
    expect((await rows(acme))[0]).toMatchObject({ status: 'trialing' })
  })

  test('or by Stripe itself, whose event comes', async () => {
    const acme = await found()
    await subscribe(acme)
    await forget(acme, '1 minute')
    await billing.tell()
    expect((await rows(acme))[0]).toMatchObject({ status: 'trialing' })
    expect(await acme.ada.getProjects({ path: acme.path })).toHaveStatus(200)
  })
})
