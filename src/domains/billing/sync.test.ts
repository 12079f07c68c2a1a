import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useBilling } from '../../../test/support/billing-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { change } from '../../../test/support/stripe-double/life.ts'
import type { Subscription } from '../../../test/support/stripe-double/objects.ts'
import { cancelSubscriptions, reconcile, syncSubscription } from './sync.ts'

const billing = useBilling()
beforeAll(() => {
  billing.double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 14 })
  billing.double.addPlan({ canonical: 'end_users', name: 'End users', amount: 500 })
})
beforeEach(() => {
  billing.double.world.subscriptions.clear()
  billing.untold()
})
afterEach(() => {
  billing.double.beforeAnswer = async () => {}
  billing.double.forgetFailures()
})

async function subscribed() {
  const org = fresh('acme')
  const path = { organization_canonical: org }
  const { ada } = await scenario(billing.server, organization(org, member('ada')))
  expect(await ada.createSubscription({ path, body: { plan_canonical: 'platform_teams' } })).toHaveStatus(204)
  const customer = await billing.customerOf(org)
  const [row] = await billing.server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  return { org, path, ada, customer, organizationId: Number(row?.id), one: billing.double.subscriptionOf(customer) }
}
type Acme = Awaited<ReturnType<typeof subscribed>>
const rowOf = async ({ organizationId }: Acme) => {
  const [row] = await billing.server.database.query<{
    status: string
    quantity: number
    plan_canonical: string
    updated_at: Date
    subscription_id: string
  }>('select * from subscriptions where organization_id = $1', [organizationId])
  if (!row) throw new Error('there is no row')
  return row
}
const sync = ({ organizationId }: Acme) => syncSubscription(billing.server.platform, { organizationId })
const set = (one: Subscription, to: Partial<Subscription>) => change(billing.double.world, one, to)

/** Holds the first answer that fits until it is let go; `held` is when it is ready, with what was true then. */
function hold(pattern: RegExp): { held: Promise<void>; release: () => void } {
  let [tell, release] = [() => {}, () => {}]
  const held = new Promise<void>((resolve) => {
    tell = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let seen = false
  billing.double.beforeAnswer = async ({ method, path }) => {
    if (seen || !pattern.test(`${method} ${path}`)) return
    seen = true
    tell()
    await released
  }
  return { held, release }
}

describe('an answer of Stripe that comes late', () => {
  test('does not overwrite what was read later', async () => {
    const acme = await subscribed()
    const { held, release } = hold(/^GET \/subscriptions\/\w+$/)
    const late = sync(acme)
    await held
    set(acme.one, { status: 'unpaid' })
    await sync(acme)
    expect(await rowOf(acme)).toMatchObject({ status: 'unpaid' })
    release()
    await late
    expect(await rowOf(acme)).toMatchObject({ status: 'unpaid' })
  })

  test('nor does it let stand what changed there and back while it was on its way', async () => {
    const acme = await subscribed()
    set(acme.one, { status: 'active' })
    const { held, release } = hold(/^GET \/subscriptions\/\w+$/)
    const other = sync(acme)
    await held
    // The other read "active"; this one reads what is in the row already, and is not told of anything to do.
    set(acme.one, { status: 'trialing' })
    const second = hold(/^GET \/subscriptions\/\w+$/)
    const own = sync(acme)
    await second.held
    release()
    await other
    second.release()
    await own
    expect(await rowOf(acme)).toMatchObject({ status: 'trialing' })
  })

  test('gives way to the plan that somebody chose meanwhile', async () => {
    const acme = await subscribed()
    const { held, release } = hold(/^GET \/subscriptions\/\w+$/)
    const late = sync(acme)
    await held
    const chosen = await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'end_users' } })
    expect(chosen).toHaveStatus(204)
    release()
    await late
    expect(await rowOf(acme)).toMatchObject({ plan_canonical: 'end_users' })
  })

  test('whoever is late, and however many: the last that happened at Stripe is what stays', { timeout: 90_000 }, async () => {
    const acme = await subscribed()
    const statuses = ['active', 'trialing', 'unpaid', 'paused', 'past_due'] as const
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...statuses), fc.array(fc.nat(25), { minLength: 1, maxLength: 3 })), {
          minLength: 2,
          maxLength: 4,
        }),
        fc.infiniteStream(fc.nat(25)),
        async (steps, delays) => {
          billing.double.beforeAnswer = async () => void (await sleep(delays.next().value ?? 0))
          const jobs: Promise<void>[] = []
          for (const [status, starts] of steps) {
            set(acme.one, { status })
            for (const wait of starts) {
              jobs.push(sync(acme))
              await sleep(wait)
            }
          }
          await Promise.all(jobs)
          expect((await rowOf(acme)).status).toBe(steps.at(-1)?.[0])
        },
      ),
      { numRuns: 8 },
    )
  })
})

describe('a job', () => {
  test('that finds nothing new writes nothing that anybody has to read anew', async () => {
    const acme = await subscribed()
    const epoch = async () =>
      (
        await billing.server.database.query<{ epoch: string }>(`select epoch from access_epochs where subject = $1`, [
          `o${acme.organizationId}`,
        ])
      )[0]?.epoch
    const [before, row] = [await epoch(), await rowOf(acme)]
    await sync(acme)
    expect([await epoch(), (await rowOf(acme)).updated_at]).toEqual([before, row.updated_at])
    set(acme.one, { status: 'active' })
    await sync(acme)
    expect(await epoch()).not.toBe(before)
  })

  test('tells Stripe how many members there are, and comes again when it cannot', async () => {
    const acme = await subscribed()
    await billing.server.database.query(
      `with u as (insert into users (username, given_name, family_name) values ($2, 'Bob', 'Tester') returning id)
       insert into members (organization_id, user_id, role_id, invitation_state)
       select $1, u.id, r.id, 'accepted' from u, roles r where r.organization_id = $1 and r.canonical = 'organization-member'`,
      [acme.organizationId, fresh('bob')],
    )
    billing.double.fail(/^POST \/subscriptions\/\w+$/, 'error', 2)
    set(acme.one, { status: 'active' })
    await expect(sync(acme)).rejects.toThrow('Stripe does not answer')
    // What could be read is true all the same.
    expect(await rowOf(acme)).toMatchObject({ status: 'active', quantity: 1 })
    await sync(acme)
    expect(await rowOf(acme)).toMatchObject({ quantity: 2 })
    expect(acme.one.items.data[0]?.quantity).toBe(2)
  })

  test.each(['incomplete', 'paused', 'canceled', 'incomplete_expired'] as const)('counts nobody while it is %s', async (status) => {
    const acme = await subscribed()
    Object.assign(acme.one.items.data[0] ?? {}, { quantity: 7 })
    set(acme.one, { status })
    await sync(acme)
    expect(acme.one.items.data[0]?.quantity).toBe(7)
  })

  test('ends a second subscription that was made by mistake, and keeps the one that serves best', async () => {
    const acme = await subscribed()
    const { world } = billing.double
    const second = { ...structuredClone(acme.one), id: 'sub_second', status: 'incomplete', created: acme.one.created + 60 } as const
    const foreign = {
      ...structuredClone(acme.one),
      id: 'sub_foreign',
      status: 'active',
      metadata: {},
      created: acme.one.created + 90,
    } as const
    const other = world.prices.get(billing.double.addPlan({ canonical: '-', amount: 1 }).price)
    if (other) foreign.items.data = foreign.items.data.map((item) => ({ ...item, price: other }))
    for (const made of [second, foreign]) world.subscriptions.set(made.id, made)
    await sync(acme)
    expect(await rowOf(acme)).toMatchObject({ status: 'trialing', subscription_id: acme.one.id })
    // What the customer pays for beside the platform is none of our business.
    expect([...world.subscriptions.values()].map(({ id, status }) => [id, status])).toEqual([
      [acme.one.id, 'trialing'],
      ['sub_second', 'canceled'],
      ['sub_foreign', 'active'],
    ])
    await cancelSubscriptions(billing.server.platform, { customerId: acme.customer })
    expect([...world.subscriptions.values()].map(({ status }) => status)).toEqual(['canceled', 'canceled', 'active'])
  })

  test('takes a subscription that was made by hand at Stripe for a plan', async () => {
    const acme = await subscribed()
    set(acme.one, { status: 'canceled' })
    const made = {
      ...structuredClone(acme.one),
      id: 'sub_by_hand',
      status: 'active',
      metadata: {},
      created: acme.one.created + 60,
    } as const
    billing.double.world.subscriptions.set(made.id, made)
    await sync(acme)
    expect(await rowOf(acme)).toMatchObject({ status: 'active', plan_canonical: 'platform_teams', subscription_id: 'sub_by_hand' })
  })

  test('leaves alone what Stripe does not know, or calls by a word that nobody knows here', async () => {
    const acme = await subscribed()
    set(acme.one, { status: 'hibernating' })
    await expect(sync(acme)).rejects.toThrow('hibernating')
    billing.double.world.subscriptions.clear()
    billing.double.world.customers.delete(acme.customer)
    await sync(acme)
    expect(billing.server.logs.at(-1)).toContain('is STRIPE_SECRET_KEY the right one?')
    expect(await rowOf(acme)).toMatchObject({ status: 'trialing' })
    expect(await acme.ada.getProjects({ path: acme.path })).toHaveStatus(200)
  })

  test('about a product that lost its mark keeps the plan that it was bought as', async () => {
    const acme = await subscribed()
    const product = billing.double.world.products.get(acme.one.items.data[0]?.price.product ?? '')
    const { metadata } = product ?? {}
    Object.assign(product ?? {}, { metadata: {} })
    await sync(acme)
    expect(await rowOf(acme)).toMatchObject({ status: 'trialing', plan_canonical: 'platform_teams' })
    Object.assign(product ?? {}, { metadata })
  })
})

test('every hour all that pay through Stripe are looked at, spread over the hour', async () => {
  const several = [await subscribed(), await subscribed(), await subscribed()]
  await billing.settled()
  await reconcile(billing.server.platform)
  const jobs = await billing.server.database.query<{ id: number; seconds: number }>(
    `select (payload ->> 'organizationId')::integer as id, extract(epoch from p.run_at - now())::integer as seconds
     from graphile_worker.jobs j join graphile_worker._private_jobs p using (id) where j.task_identifier = 'billing.sync' order by p.run_at`,
  )
  expect(jobs.filter(({ seconds }) => seconds > 0).length).toBeGreaterThan(1)
  expect(Math.max(...jobs.map(({ seconds }) => seconds))).toBeLessThan(3600)
  for (const { organizationId } of several.slice(1)) expect(jobs.map(({ id }) => id)).toContain(organizationId)
})
