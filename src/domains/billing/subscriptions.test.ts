import { beforeAll, describe, expect, test } from 'vitest'
import { accessTo, useBilling } from '../../../test/support/billing-world.ts'
import type { Client } from '../../../test/support/client.ts'
import { apiKey, child, fresh, member, organization, project, scenario } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'

const billing = useBilling()
beforeAll(() => {
  const { double } = billing
  double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 14, members: 50 })
  double.addPlan({ canonical: 'end_users', name: 'End users', description: 'For everybody', amount: 500 })
  double.addPlan({ canonical: 'duo', name: 'Duo', amount: 900, members: 2 })
  double.addPlan({ canonical: 'community', name: 'Community' })
  double.addPlan({ canonical: 'X', name: 'Without a canonical that is one' })
  double.world.products.delete(double.addPlan({ canonical: 'gone', amount: 1 }).product)
})

type Path = { organization_canonical: string }

async function found<Name extends string = never>(...parts: Parameters<typeof organization<Name>>[1][]) {
  const org = fresh('acme')
  const { ada } = await scenario(billing.server, organization<Name | 'ada'>(org, member('ada'), ...parts))
  return { org, ada, path: { organization_canonical: org } }
}
const subscribe = (who: Client, path: Path, plan_canonical: string) => who.createSubscription({ path, body: { plan_canonical } })
const state = async (who: Client, path: Path) => (await who.getSubscription({ path })).body.data
const live = (customer: string) =>
  [...billing.double.world.subscriptions.values()].filter((one) => one.customer === customer && !/canceled|expired/.test(one.status))
const posts = () => billing.double.requests.filter(({ method }) => method === 'POST').length
/** What its events say of subscriptions. */
const toldOf = async (org: string) =>
  (
    await billing.server.database.query<{ message: string }>(
      `select e.message from events e join organizations o on o.id = e.organization_id
       where o.canonical = $1 and e.operation in ('subscription:create', 'subscription:update') order by e.id`,
      [org],
    )
  ).map(({ message }) => message)

describe('plans', () => {
  test('are those of the catalogue, the cheapest first, and Stripe is asked once a minute', async () => {
    const { ada, path } = await found()
    const month = { currency: 'eur', interval: 'month' }
    expect((await ada.listPlans({ path })).body.data).toEqual([
      { canonical: 'community', name: 'Community', ...month, trial_days: 0 },
      { canonical: 'end_users', name: 'End users', description: 'For everybody', price: 500, ...month, trial_days: 0 },
      { canonical: 'duo', name: 'Duo', price: 900, ...month, trial_days: 0, members_count: 2 },
      { canonical: 'platform_teams', name: 'Platform teams', price: 2000, ...month, trial_days: 14, members_count: 50 },
    ])
    const asked = () => billing.double.requests.filter((one) => one.path === '/products').length
    const before = asked()
    await Promise.all([1, 2, 3].map(() => ada.listPlans({ path })))
    expect(asked()).toBe(before)
  })
})

describe('subscribing', () => {
  test('unblocks a blocked organization at once, on every process, for as long as the trial takes', async () => {
    const { ada, path } = await found(project('web'))
    await using other = await openTestServer({ beside: billing.server, config: { stripe: accessTo(billing.double) } })
    const elsewhere = other.client(ada.token)
    for (const who of [ada, elsewhere]) {
      expect(await who.getProjects({ path })).toBeError('Unauthorized', 'subscribe to a plan')
      expect(await who.getOrg({ path })).toHaveStatus(200)
    }
    expect(await subscribe(elsewhere, path, 'platform_teams')).toHaveStatus(204)
    for (const who of [ada, elsewhere]) expect(await who.getProjects({ path })).toHaveStatus(200)
    const expires_at = billing.double.world.now + 14 * 86_400
    expect(await state(ada, path)).toEqual({
      plan: { canonical: 'platform_teams', name: 'Platform teams' },
      provider: 'stripe',
      status: 'trialing',
      expires_at,
      cancel_at_period_end: false,
      current_members: 1,
      members_count: 50,
    })
    expect((await ada.getOrg({ path })).body.data).toMatchObject({
      blocked: [],
      subscription: { plan: { canonical: 'platform_teams' }, expires_at },
    })
  })

  test('tells Stripe who pays, and how many members they have', async () => {
    const { ada, path, org } = await found(member('bob'), child(fresh('child'), member('bob'), member('eve')))
    expect(await subscribe(ada, path, 'platform_teams')).toHaveStatus(204)
    const id = await billing.customerOf(org)
    expect(billing.double.world.customers.get(id)).toMatchObject({
      name: org,
      email: 'ada@example.com',
      metadata: { trochoid_canonical: org },
    })
    expect(billing.double.subscriptionOf(id)).toMatchObject({
      metadata: { trochoid_plan: 'platform_teams' },
      items: { data: [{ quantity: 3 }] },
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
    })
    expect(await toldOf(org)).toEqual([`ada subscribed ${org} to Platform teams`])
  })

  test('works for a machine, and for somebody whose address Stripe does not take', async () => {
    const org = fresh('acme')
    const { robot } = await scenario(billing.server, organization(org, apiKey('robot')))
    expect(await subscribe(robot, { organization_canonical: org }, 'platform_teams')).toHaveStatus(204)
    expect(billing.double.world.customers.get(await billing.customerOf(org))?.email).toBe(null)
    const name = fresh('eve')
    const other = fresh('acme')
    const cast = await scenario(billing.server, organization(other, member(name)))
    await billing.server.database.query(`update user_emails set email = $1 || '@localhost' where email = $1 || '@example.com'`, [name])
    expect(await subscribe(cast[name] as Client, { organization_canonical: other }, 'platform_teams')).toHaveStatus(204)
  })

  test('to a plan without a trial waits for the first payment', async () => {
    const { ada, path, org } = await found()
    expect(await subscribe(ada, path, 'end_users')).toHaveStatus(204)
    const waiting = await state(ada, path)
    expect(waiting).toMatchObject({ status: 'incomplete', invoice_url: expect.stringContaining('https://invoice.stripe.test/') })
    expect(await ada.getProjects({ path })).toBeError('Unauthorized', 'blocked')
    const customer = await billing.customerOf(org)
    const [first] = live(customer)
    // Asked again, it is the same one that waits.
    expect(await subscribe(ada, path, 'end_users')).toHaveStatus(204)
    expect(live(customer)).toEqual([first])
    billing.double.payInvoice(billing.double.subscriptionOf(customer).latest_invoice ?? '')
    await billing.tell()
    const paid = await state(ada, path)
    expect(paid).toMatchObject({ status: 'active', plan: { canonical: 'end_users' } })
    expect(paid.invoice_url).toBeUndefined()
    expect(await ada.getProjects({ path })).toHaveStatus(200)
  })

  test('to another plan while the first one waits for its payment leaves one that waits', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'end_users')
    expect(await subscribe(ada, path, 'duo')).toHaveStatus(204)
    expect(live(await billing.customerOf(org)).map(({ metadata }) => metadata['trochoid_plan'])).toEqual(['duo'])
    expect(await state(ada, path)).toMatchObject({ status: 'incomplete', plan: { canonical: 'duo' } })
  })

  test('charges the card that is known, so that who was blocked is not any more', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    const customer = await billing.customerOf(org)
    billing.double.advance({ days: 14.1 })
    billing.double.giveCard(customer, 'good')
    await billing.tell()
    expect(await ada.getProjects({ path })).toBeError('Unauthorized', 'blocked')
    expect(await subscribe(ada, path, 'end_users')).toHaveStatus(204)
    expect(await state(ada, path)).toMatchObject({ status: 'active', plan: { canonical: 'end_users' } })
    expect(await ada.getProjects({ path })).toHaveStatus(200)
  })

  test('gives one trial and no second', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    billing.double.advance({ days: 15 })
    await billing.tell()
    expect(await state(ada, path)).toMatchObject({ status: 'canceled' })
    expect(await subscribe(ada, path, 'platform_teams')).toHaveStatus(204)
    expect(await state(ada, path)).toMatchObject({ status: 'incomplete' })
    expect(live(await billing.customerOf(org))).toHaveLength(1)
  })

  test('to what costs nothing asks for no payment', async () => {
    const { ada, path } = await found()
    expect(await subscribe(ada, path, 'community')).toHaveStatus(204)
    expect(await state(ada, path)).toMatchObject({ status: 'active' })
    expect(await ada.getProjects({ path })).toHaveStatus(200)
  })

  test('to the plan that it is on changes nothing, and leaves no event', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    await billing.tell()
    const before = posts()
    expect(await subscribe(ada, path, 'platform_teams')).toHaveStatus(204)
    expect(posts()).toBe(before)
    expect(await toldOf(org)).toHaveLength(1)
  })

  test('to another plan changes the price of the one there is', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    expect(await subscribe(ada, path, 'duo')).toHaveStatus(204)
    const customer = await billing.customerOf(org)
    expect(live(customer)).toHaveLength(1)
    expect(billing.double.subscriptionOf(customer).items.data.map(({ price }) => price.unit_amount)).toEqual([900])
    expect(billing.double.world.prorations.map(({ subscription }) => subscription)).toContain(billing.double.subscriptionOf(customer).id)
    expect(await state(ada, path)).toMatchObject({ status: 'trialing', plan: { canonical: 'duo', name: 'Duo' }, members_count: 2 })
  })

  test('takes back that the subscription was to end', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    const one = billing.double.subscriptionOf(await billing.customerOf(org))
    for (const marked of [{ cancel_at_period_end: true, cancel_at: one.trial_end }, { cancel_at: one.trial_end }]) {
      Object.assign(one, marked)
      billing.double.world.tell('customer.subscription.updated', one)
      await billing.tell()
      expect(await state(ada, path)).toMatchObject({ cancel_at_period_end: true, status: 'trialing' })
      expect(await subscribe(ada, path, 'platform_teams')).toHaveStatus(204)
      expect(await state(ada, path)).toMatchObject({ cancel_at_period_end: false })
      expect(one).toMatchObject({ cancel_at_period_end: false, cancel_at: null })
    }
  })

  test('to a plan for fewer members than there are is refused, and says how many', async () => {
    const { ada, path } = await found(member('bob'), member('eve'))
    expect(await subscribe(ada, path, 'duo')).toBeError('Conflict', 'Duo is for 2 members, and 3 people are members')
    expect(await subscribe(ada, path, 'platform_teams')).toHaveStatus(204)
  })

  test('to a plan that is not there names those that are', async () => {
    const { ada, path } = await found()
    expect(await subscribe(ada, path, 'gold')).toBeError('Invalid', 'it must be community, end_users, duo, platform_teams')
    expect(await subscribe(ada, path, 'gone')).toBeError('Invalid', 'There is no plan gone')
    expect(await ada.getSubscription({ path })).toHaveStatus(404)
  })

  test('takes a rule for it', async () => {
    const { path } = await found(member('bob', 'organization-member'))
    const { bob } = await scenario(billing.server, organization(fresh('other'), member('bob')))
    expect(await subscribe(bob, path, 'platform_teams')).toHaveStatus(403)
    expect(await bob.createBillingPortal({ path })).toHaveStatus(403)
  })

  test('is refused while the organization is paid for elsewhere', async () => {
    const { ada, path, org } = await found()
    await billing.server.database.query(
      `insert into subscriptions (organization_id, provider, customer_id, status) select id, 'aws_marketplace', canonical, 'active' from organizations where canonical = $1`,
      [org],
    )
    expect(await subscribe(ada, path, 'platform_teams')).toBeError('Conflict', 'AWS Marketplace')
    expect(await ada.createBillingPortal({ path })).toBeError('Conflict', 'AWS Marketplace')
    await billing.server.database.query(`update subscriptions set status = 'canceled' where customer_id = $1`, [org])
    expect(await subscribe(ada, path, 'platform_teams')).toHaveStatus(204)
    expect(await state(ada, path)).toMatchObject({ provider: 'stripe', status: 'trialing' })
  })
})
