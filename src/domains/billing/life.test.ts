import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { licenceGraceDays, paymentGraceDays } from '../../access/standing.ts'
import { useBilling } from '../../../test/support/billing-world.ts'
import type { Client } from '../../../test/support/client.ts'
import { child, fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'

/** Stripe's time begins so long ago, so that a payment may have been due for a while. */
const behind = 90
const billing = useBilling({ behind })
const day = 86_400
beforeAll(() => {
  billing.double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 14, members: 50 })
  billing.double.addPlan({ canonical: 'end_users', name: 'End users', amount: 500 })
})
beforeEach(() => {
  billing.double.world.now = Math.floor(Date.now() / 1000) - behind * day
  billing.double.world.dunning = { retryDays: [3, 5, 14], end: 'unpaid' }
})

async function onTrial(card?: 'good' | 'declining') {
  const org = fresh('acme')
  const path = { organization_canonical: org }
  const { ada } = await scenario(billing.server, organization(org, member('ada')))
  expect(await ada.createSubscription({ path, body: { plan_canonical: 'platform_teams' } })).toHaveStatus(204)
  const customer = await billing.customerOf(org)
  if (card) billing.double.giveCard(customer, card)
  return { ada, path, org, customer }
}
const state = async ({ ada, path }: { ada: Client; path: { organization_canonical: string } }) => (await ada.getSubscription({ path })).body.data
/** Until it is so long ago by our time. */
const until = (ago: number) => {
  const { world } = billing.double
  billing.double.advance({ days: (Date.now() / 1000 - ago * day - world.now) / day })
}
const toldOf = async (org: string) =>
  (
    await billing.server.database.query<{ message: string }>(
      `select message from events where operation = 'subscription:update' and organization_id = (select id from organizations where canonical = $1) order by id`,
      [org],
    )
  ).map(({ message }) => message)

describe('a trial', () => {
  test('becomes a paid month when a card is known', async () => {
    const acme = await onTrial('good')
    billing.double.advance({ days: 14.01 })
    await billing.tell()
    const { world } = billing.double
    const [item] = billing.double.subscriptionOf(acme.customer).items.data
    expect(await state(acme)).toMatchObject({ status: 'active', expires_at: item?.current_period_end })
    expect(item?.current_period_end).toBeGreaterThan(world.now + 27 * day)
    expect(await acme.ada.getProjects({ path: acme.path })).toHaveStatus(200)
    expect(await toldOf(acme.org)).toEqual([`The subscription of ${acme.org} to Platform teams is active`])
    billing.double.advance({ days: 62 })
    await billing.tell()
    expect(await state(acme)).toMatchObject({ status: 'active' })
    // Months come and go without anything to tell.
    expect(await toldOf(acme.org)).toHaveLength(1)
  })

  test('ends with the trial when none is, and the organization is blocked', async () => {
    const acme = await onTrial()
    billing.double.advance({ days: 14.01 })
    await billing.tell()
    expect(await state(acme)).toMatchObject({ status: 'canceled', plan: { canonical: 'platform_teams' } })
    expect(await acme.ada.getProjects({ path: acme.path })).toBeError('Unauthorized', 'subscribe to a plan')
    expect((await acme.ada.getOrg({ path: acme.path })).body.data.blocked).toEqual(['require_payment'])
    expect(await toldOf(acme.org)).toEqual([`The subscription of ${acme.org} to Platform teams is canceled`])
  })
})

describe('a payment that fails', () => {
  test('leaves some days in which everything works and everybody can read what to do', async () => {
    const acme = await onTrial('declining')
    billing.double.advance({ days: behind - 14 - paymentGraceDays + 1 })
    billing.double.subscriptionOf(acme.customer)
    const late = await onTrial('declining')
    // The trial of the second one ends now: its payment is due since today, by Stripe's time two days ago.
    until(2 - 14)
    billing.double.world.now = Math.floor(Date.now() / 1000) - 2 * day
    await billing.tell()
    expect(late.org).not.toBe(acme.org)
  })
})

describe('members', () => {
  const tokenFor = async (email: string): Promise<string> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const [mail] = await billing.server.database.query<{ body: string }>('select body from mails where recipient = $1 order by id desc limit 1', [email])
      const token = /token=(\S+)/.exec(mail?.body ?? '')?.[1]
      if (token) return token
      await new Promise((wake) => setTimeout(wake, 50))
    }
    throw new Error(`${email} got no mail`)
  }

  test('are counted as quantity: who joins, anywhere below the root, and who leaves', async () => {
    const { ada, path, customer, org } = await onTrial('good')
    await billing.settled()
    const quantity = () => billing.double.subscriptionOf(customer).items.data[0]?.quantity
    expect(quantity()).toBe(1)
    const name = fresh('guest')
    const cast = await scenario(billing.server, person(name))
    const email = `${name}@example.com`
    const invited = await ada.inviteUserToOrgMember({ path, body: { email, role_canonical: 'organization-member' } })
    expect(invited).toHaveStatus(200)
    await billing.settled()
    // Who is invited pays nothing yet.
    expect(quantity()).toBe(1)
    expect(await (cast[name] as Client).acceptInvitation({ path: { verification_token: await tokenFor(email) } })).toHaveStatus(204)
    await billing.settled()
    expect(quantity()).toBe(2)
    expect(await state({ ada, path })).toMatchObject({ current_members: 2 })
    expect(await ada.removeOrgMember({ path: { ...path, member_id: invited.body.data.id } })).toHaveStatus(204)
    await billing.settled()
    expect(quantity()).toBe(1)
    expect(org).toBeTruthy()
  })
})
