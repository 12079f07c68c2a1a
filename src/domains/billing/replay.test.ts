/**
 * A month of the life of a subscription, lived by three organizations at the same hours. One hears of everything at once and
 * in order; one late, in any order, some things twice; one of nothing before the end, and then of everything twice, shuffled.
 */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { useBilling } from '../../../test/support/billing-world.ts'
import type { Client } from '../../../test/support/client.ts'
import { Random } from '../../../test/support/random.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { change, openInvoices } from '../../../test/support/stripe-double/life.ts'
import type { Event } from '../../../test/support/stripe-double/objects.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { seatsChanged } from './seats.ts'

const billing = useBilling()
beforeAll(() => {
  billing.double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 7, members: 50 })
  billing.double.addPlan({ canonical: 'end_users', name: 'End users', amount: 500 })
})

const deeds = ['good card', 'bad card', 'pay', 'platform_teams', 'end_users', 'end it', 'keep it', 'a member', 'nothing'] as const
type Deed = (typeof deeds)[number]

interface Home {
  ada: Client
  path: { organization_canonical: string }
  customer: string
  id: number
  /** What it was not told yet. */
  waiting: Event[]
}

async function found(plan_canonical: string): Promise<Home> {
  const org = fresh('acme')
  const path = { organization_canonical: org }
  const { ada } = await scenario(billing.server, organization(org, member('ada')))
  expect(await ada.createSubscription({ path, body: { plan_canonical } })).toHaveStatus(204)
  const [row] = await billing.server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  return { ada, path, customer: await billing.customerOf(org), id: Number(row?.id), waiting: [] }
}

/** @returns the status, where the API was asked */
async function act({ ada, path, customer, id }: Home, deed: Deed): Promise<number | undefined> {
  const { double } = billing
  const one = double.subscriptionOf(customer)
  const runs = one.status === 'trialing' || one.status === 'active'
  switch (deed) {
    case 'good card':
    case 'bad card':
      double.giveCard(customer, deed === 'good card' ? 'good' : 'declining')
      return undefined
    case 'pay': {
      const [open] = openInvoices(double.world, one.id)
      if (open && one.status !== 'canceled') double.payInvoice(open.id)
      return undefined
    }
    case 'platform_teams':
    case 'end_users':
      return (await ada.createSubscription({ path, body: { plan_canonical: deed } })).status
    case 'end it':
      if (runs) change(double.world, one, { cancel_at_period_end: true, cancel_at: one.items.data[0]?.current_period_end ?? null })
      return undefined
    case 'keep it':
      if (runs) change(double.world, one, { cancel_at_period_end: false, cancel_at: null })
      return undefined
    case 'a member':
      await billing.server.database.query(
        `with u as (insert into users (username, given_name, family_name) values ($2, 'Bob', 'Tester') returning id)
         insert into members (organization_id, user_id, role_id, invitation_state)
         select $1, u.id, r.id, 'accepted' from u, roles r where r.organization_id = $1 and r.canonical = 'organization-member'`,
        [id, fresh('bob')],
      )
      await OrgTx.write(billing.server.platform.database, insideOf(id), seatsChanged)
      return undefined
    case 'nothing':
      return undefined
    default:
      return deed satisfies never
  }
}

const customerOf = ({ data }: Event): string | undefined => {
  const { object, id, customer } = data.object as { object: string; id: string; customer?: string }
  return object === 'customer' ? id : customer
}

async function send(events: readonly Event[]): Promise<void> {
  for (let from = 0; from < events.length; from += 8) {
    const answers = await Promise.all(events.slice(from, from + 8).map((event) => billing.double.deliver(billing.server.url, event)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204))
  }
}

/** How it stands, without the names that Stripe gave. */
async function stateOf({ id }: Home) {
  const [row] = await billing.server.database.query(
    `select status, plan_canonical, plan_name, members_limit, quantity, expires_at, due_since, cancel_at_period_end, invoice_url is not null as open
     from subscriptions where organization_id = $1`,
    [id],
  )
  return row
}

test('a month of events in any order, late, twice, ends as the same month in order', { timeout: 240_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.noShrink(fc.integer()), live), { numRuns: 5, endOnFailure: true })
})

async function live(seed: number): Promise<void> {
  const { double } = billing
  const random = new Random(seed)
  const shuffled = (events: readonly Event[]) =>
    events
      .map((event) => ({ event, at: random.next() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ event }) => event)
  double.world.now = Math.floor(Date.now() / 1000) - 60 * 86_400
  double.world.dunning = { retryDays: [2, 4], end: random.pick(['unpaid', 'canceled']) }
  double.world.subscriptions.clear()
  billing.untold()
  const plan = random.pick(['platform_teams', 'end_users'])
  const [orderly, late, last] = await Promise.all([found(plan), found(plan), found(plan)])
  const all: Event[] = []
  const hear = () => {
    for (const event of billing.untold())
      for (const home of [orderly, late, last]) if (home.customer === customerOf(event)) home.waiting.push(event)
    all.push(...last.waiting.splice(0))
  }
  for (let passed = 0; passed < 31; ) {
    const days = random.integer(1, 10) / 2
    double.advance({ days })
    passed += days
    const deed = random.pick(deeds)
    const answers = [await act(orderly, deed), await act(late, deed), await act(last, deed)]
    expect(new Set(answers).size, `${deed} is answered with ${answers}`).toBe(1)
    hear()
    await send(orderly.waiting.splice(0))
    // Some of what was told comes again, and the rest some other day.
    const now = shuffled(late.waiting.splice(0))
    const told = now.filter(() => random.chance(0.4))
    late.waiting.push(...now.filter((event) => !told.includes(event) || random.chance(0.3)))
    await send(told)
    await billing.settled()
  }
  // Once more for what the jobs changed at Stripe.
  for (let round = 0; round < 2; round++) {
    hear()
    await send(orderly.waiting.splice(0))
    await send(shuffled([...late.waiting, ...late.waiting.splice(0)]))
    await send(shuffled([...all, ...all]))
    await billing.settled()
  }
  const expected = await stateOf(orderly)
  const { status } = double.subscriptionOf(orderly.customer)
  expect(expected?.['status']).toBe(status === 'incomplete_expired' ? 'canceled' : status)
  expect(await stateOf(late)).toEqual(expected)
  expect(await stateOf(last)).toEqual(expected)
}
