import { beforeAll, describe, expect, test } from 'vitest'
import { useBilling } from '../../../test/support/billing-world.ts'
import type { Client } from '../../../test/support/client.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const billing = useBilling()
beforeAll(() => {
  billing.double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 14, members: 50 })
  billing.double.addPlan({ canonical: 'end_users', name: 'End users', amount: 500 })
})

type Path = { organization_canonical: string }

async function found<Name extends string = never>(...parts: Parameters<typeof organization<Name>>[1][]) {
  const org = fresh('acme')
  const { ada } = await scenario(billing.server, organization<Name | 'ada'>(org, member('ada'), ...parts))
  return { org, ada, path: { organization_canonical: org } }
}
const subscribe = (who: Client, path: Path, plan_canonical: string) => who.createSubscription({ path, body: { plan_canonical } })
const state = async (who: Client, path: Path) => (await who.getSubscription({ path })).body.data
/** What its events say of subscriptions. */
const toldOf = async (org: string) =>
  (
    await billing.server.database.query<{ message: string }>(
      `select e.message from events e join organizations o on o.id = e.organization_id
       where o.canonical = $1 and e.operation in ('subscription:create', 'subscription:update') order by e.id`,
      [org],
    )
  ).map(({ message }) => message)

describe('a child', () => {
  test('has the plan of its root, and cannot have another', async () => {
    const name = fresh('child')
    const { ada, org } = await found(child(name, member('bob')))
    const path = { organization_canonical: name }
    const { bob } = await scenario(billing.server, organization(fresh('other'), member('bob')))
    expect(await ada.getProjects({ path })).toBeError('Unauthorized', 'blocked')
    expect(await subscribe(ada, path, 'platform_teams')).toBeError('Conflict', `plan of its root organization ${org}: subscribe there`)
    // Whoever does not belong to the root does not learn its name.
    expect(JSON.stringify((await subscribe(bob, path, 'platform_teams')).body)).not.toContain(org)
    expect(await ada.createBillingPortal({ path })).toBeError('Conflict', 'root organization')
    expect(await subscribe(ada, { organization_canonical: org }, 'end_users')).toHaveStatus(204)
    const shown = await state(bob, path)
    expect(shown).toMatchObject({ status: 'incomplete', plan: { canonical: 'end_users' }, current_members: 2 })
    // Invoices are the root's affair.
    expect(shown.invoice_url).toBeUndefined()
    billing.double.payInvoice(billing.double.subscriptionOf(await billing.customerOf(org)).latest_invoice ?? '')
    await billing.tell()
    expect(await bob.getProjects({ path })).toHaveStatus(200)
  })
})

describe('the billing portal', () => {
  test('opens for who is blocked too, comes back to the console, and is in the events', async () => {
    const { ada, path, org } = await found()
    expect(await ada.createBillingPortal({ path })).toBeError('Conflict', 'subscribe to a plan first')
    await subscribe(ada, path, 'end_users')
    const opened = await ada.createBillingPortal({ path })
    expect(opened).toHaveStatus(200)
    expect(opened.body.data.url).toMatch(/^https:\/\/billing\.stripe\.test\//)
    expect((await toldOf(org)).at(-1)).toBe(`ada opened the billing portal of ${org}`)
  })
})

describe('a deleted organization', () => {
  test('pays no longer, and what Stripe still says of it is nobody’s', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    const customer = await billing.customerOf(org)
    expect(await ada.deleteOrg({ path })).toHaveStatus(204)
    await billing.settled()
    expect(billing.double.subscriptionOf(customer).status).toBe('canceled')
    await billing.tell()
  })

  test('stays while somebody is subscribing it', async () => {
    const { ada, path, org } = await found()
    await subscribe(ada, path, 'platform_teams')
    const set = (until: string) =>
      billing.server.database.query(
        `update subscriptions set changing_until = ${until} where organization_id = (select id from organizations where canonical = $1)`,
        [org],
      )
    await set(`now() + interval '1 minute'`)
    expect(await ada.deleteOrg({ path })).toBeError('Conflict', 'being changed')
    await set(`now() - interval '1 second'`)
    expect(await ada.deleteOrg({ path })).toHaveStatus(204)
  })
})

describe('an installation that does not bill', () => {
  const free = useServer()

  test('limits nobody, and says so', async () => {
    const org = fresh('acme')
    const path = { organization_canonical: org }
    const { ada } = await scenario(free, organization(org, member('ada')))
    expect(await ada.getProjects({ path })).toHaveStatus(200)
    expect((await ada.listPlans({ path })).body).toEqual({ data: [] })
    expect(await ada.getSubscription({ path })).toHaveStatus(404)
    expect(await subscribe(ada, path, 'platform_teams')).toBeError('Invalid', 'does not bill')
    expect(await ada.createBillingPortal({ path })).toBeError('Invalid', 'does not bill')
    expect(await free.client().receiveStripeEvent({ body: { id: 'evt_1', type: 'invoice.paid', data: {} } })).toHaveStatus(404)
  })
})
