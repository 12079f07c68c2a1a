import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { useBilling } from '../../../test/support/billing-world.ts'
import type { Client } from '../../../test/support/client.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { paymentGraceDays } from '../../access/standing.ts'

const billing = useBilling()
const day = 86_400
beforeAll(() => {
  billing.double.addPlan({ canonical: 'platform_teams', name: 'Platform teams', amount: 2000, trialDays: 14, members: 50 })
  billing.double.addPlan({ canonical: 'end_users', name: 'End users', amount: 500 })
})
beforeEach(() => {
  const { world } = billing.double
  world.dunning = { retryDays: [3, 5, 14], end: 'unpaid' }
  // The lives of earlier tests are over.
  world.subscriptions.clear()
  billing.untold()
})
afterEach(() => void vi.useRealTimers())

/** @param ago days since its trial ends, by our time; the double's time is at its beginning */
async function onTrial({ ago, card }: { ago: number; card?: 'good' | 'declining' }) {
  billing.double.world.now = Math.floor(Date.now() / 1000 - (14 + ago) * day)
  const org = fresh('acme')
  const path = { organization_canonical: org }
  const { ada } = await scenario(billing.server, organization(org, member('ada')))
  expect(await ada.createSubscription({ path, body: { plan_canonical: 'platform_teams' } })).toHaveStatus(204)
  const customer = await billing.customerOf(org)
  if (card) billing.double.giveCard(customer, card)
  return { ada, path, org, customer }
}
type Acme = Awaited<ReturnType<typeof onTrial>>
const state = async ({ ada, path }: Pick<Acme, 'ada' | 'path'>) => (await ada.getSubscription({ path })).body.data
const projects = ({ ada, path }: Acme) => ada.getProjects({ path })
/** Lets days go by at Stripe, and hears of it. */
const pass = async (days: number) => {
  billing.double.advance({ days })
  await billing.tell()
}
const pay = async ({ customer }: Acme) => {
  billing.double.payInvoice(billing.double.subscriptionOf(customer).latest_invoice ?? '')
  await billing.tell()
}
const toldOf = async ({ org }: Acme) =>
  (
    await billing.server.database.query<{ message: string }>(
      `select message from events where operation = 'subscription:update' and organization_id = (select id from organizations where canonical = $1) order by id`,
      [org],
    )
  ).map(({ message }) => message.replace(org, 'acme'))

describe('a trial', () => {
  test('becomes a paid month when a card is known, and another month, and another', async () => {
    const acme = await onTrial({ ago: 80, card: 'good' })
    await pass(14.01)
    const [item] = billing.double.subscriptionOf(acme.customer).items.data
    expect(await state(acme)).toMatchObject({ status: 'active', expires_at: item?.current_period_end })
    expect(item?.current_period_end).toBeGreaterThan(billing.double.world.now + 27 * day)
    expect(await projects(acme)).toHaveStatus(200)
    await pass(62)
    expect(await state(acme)).toMatchObject({ status: 'active' })
    // Months come and go without anything to tell.
    expect(await toldOf(acme)).toEqual(['The subscription of acme to Platform teams is active'])
  })

  test('ends with the trial when none is, and the organization is blocked', async () => {
    const acme = await onTrial({ ago: 1 })
    await pass(14.01)
    expect(await state(acme)).toMatchObject({ status: 'canceled', plan: { canonical: 'platform_teams' } })
    expect(await projects(acme)).toBeError('Unauthorized', 'subscribe to a plan')
    expect((await acme.ada.getOrg({ path: acme.path })).body.data.blocked).toEqual(['require_payment'])
    expect(await toldOf(acme)).toEqual(['The subscription of acme to Platform teams is canceled'])
  })
})

describe('a payment that fails', () => {
  test('leaves some days in which everything works, and everybody can read until when and what to do', async () => {
    const acme = await onTrial({ ago: 2, card: 'declining' })
    await pass(14.1)
    const due = billing.double.world.invoices.get(billing.double.subscriptionOf(acme.customer).latest_invoice ?? '')
    expect(await state(acme)).toMatchObject({
      status: 'past_due',
      blocked_at: (due?.created ?? 0) + paymentGraceDays * day,
      invoice_url: due?.hosted_invoice_url,
      // What was paid, or free, ended when the period began that nobody paid for.
      expires_at: due?.created,
    })
    expect(await projects(acme)).toHaveStatus(200)
    expect(await toldOf(acme)).toEqual(['The subscription of acme to Platform teams is past_due'])
    const again = await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'end_users' } })
    expect(again).toBeError('Conflict', `pay it at ${due?.hosted_invoice_url}`)
    // It is tried again, and fails again: what was due is due since then.
    await pass(4)
    expect(await state(acme)).toMatchObject({ status: 'past_due', blocked_at: (due?.created ?? 0) + paymentGraceDays * day })
    await pay(acme)
    const paid = await state(acme)
    expect(paid).toMatchObject({ status: 'active' })
    expect([paid.blocked_at, paid.invoice_url]).toEqual([undefined, undefined])
  })

  test('blocks the organization when these days are over, until somebody pays', async () => {
    const acme = await onTrial({ ago: paymentGraceDays + 0.1, card: 'declining' })
    await pass(14.05)
    expect(await state(acme)).toMatchObject({ status: 'past_due' })
    expect(await projects(acme)).toBeError('Unauthorized', 'pay what is open')
    expect(await acme.ada.createBillingPortal({ path: acme.path })).toHaveStatus(200)
    await pay(acme)
    expect(await projects(acme)).toHaveStatus(200)
  })

  test('blocks it by the hour, without an event that says so', async () => {
    // Ten minutes are left.
    const acme = await onTrial({ ago: paymentGraceDays - 600 / day, card: 'declining' })
    await pass(14 + 1 / day)
    expect(await projects(acme)).toHaveStatus(200)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 300_000 })
    expect(await projects(acme)).toHaveStatus(200)
    vi.setSystemTime(Date.now() + 305_000)
    expect(await projects(acme)).toHaveStatus(403)
    expect(await state(acme)).toMatchObject({ status: 'past_due' })
  })

  test('blocks it at once when Stripe has given up', async () => {
    billing.double.world.dunning = { retryDays: [1, 2], end: 'unpaid' }
    const acme = await onTrial({ ago: 3, card: 'declining' })
    await pass(16.5)
    expect(await state(acme)).toMatchObject({ status: 'unpaid', invoice_url: expect.stringContaining('https://') })
    expect(await projects(acme)).toBeError('Unauthorized', 'pay what is open')
    await pay(acme)
    expect(await state(acme)).toMatchObject({ status: 'active' })
    expect(await projects(acme)).toHaveStatus(200)
  })

  test('ends the subscription where Stripe is told to end it, and another can be made', async () => {
    billing.double.world.dunning = { retryDays: [1, 2], end: 'canceled' }
    const acme = await onTrial({ ago: 3, card: 'declining' })
    await pass(16.5)
    expect(await state(acme)).toMatchObject({ status: 'canceled' })
    expect(await projects(acme)).toHaveStatus(403)
    billing.double.giveCard(acme.customer, 'good')
    expect(await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'end_users' } })).toHaveStatus(204)
    expect(await projects(acme)).toHaveStatus(200)
  })

  test('of the first month leaves nothing after a day', async () => {
    const acme = await onTrial({ ago: 20 })
    await pass(14.01)
    await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'end_users' } })
    expect(await state(acme)).toMatchObject({ status: 'incomplete' })
    await pass(1)
    expect(billing.double.subscriptionOf(acme.customer).status).toBe('incomplete_expired')
    expect(await state(acme)).toMatchObject({ status: 'canceled' })
    expect(await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'end_users' } })).toHaveStatus(204)
    expect(await state(acme)).toMatchObject({ status: 'incomplete' })
  })
})

describe('an end', () => {
  test('that was asked for in the portal comes with the end of the period', async () => {
    const acme = await onTrial({ ago: 40, card: 'good' })
    await pass(20)
    const one = billing.double.subscriptionOf(acme.customer)
    const ends = one.items.data[0]?.current_period_end ?? 0
    // In newer accounts the portal sets a date and nothing else.
    one.cancel_at = ends
    billing.double.world.tell('customer.subscription.updated', one)
    await billing.tell()
    expect(await state(acme)).toMatchObject({ status: 'active', cancel_at_period_end: true, expires_at: ends })
    expect(await projects(acme)).toHaveStatus(200)
    await pass(30)
    expect(await state(acme)).toMatchObject({ status: 'canceled', cancel_at_period_end: false, expires_at: ends })
    expect(await projects(acme)).toHaveStatus(403)
  })

  test('of the customer at Stripe ends it too, and who subscribes again is a new one', async () => {
    const acme = await onTrial({ ago: 1 })
    billing.double.deleteCustomer(acme.customer)
    await billing.tell()
    expect(await state(acme)).toMatchObject({ status: 'canceled' })
    expect(await projects(acme)).toHaveStatus(403)
    expect(await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'end_users' } })).toHaveStatus(204)
    expect(await billing.customerOf(acme.org)).not.toBe(acme.customer)
    expect(await state(acme)).toMatchObject({ status: 'incomplete' })
  })

  test('that is a pause at Stripe is for who paused it to end', async () => {
    const acme = await onTrial({ ago: 1 })
    const one = billing.double.subscriptionOf(acme.customer)
    one.status = 'paused'
    billing.double.world.tell('customer.subscription.paused', one)
    await billing.tell()
    expect(await state(acme)).toMatchObject({ status: 'paused' })
    expect(await projects(acme)).toHaveStatus(403)
    const again = await acme.ada.createSubscription({ path: acme.path, body: { plan_canonical: 'platform_teams' } })
    expect(again).toBeError('Conflict', 'paused at Stripe')
  })
})

describe('members', () => {
  const tokenFor = async (email: string): Promise<string> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const [mail] = await billing.server.database.query<{ body: string }>(
        'select body from mails where recipient = $1 order by id desc limit 1',
        [email],
      )
      const token = /token=(\S+)/.exec(mail?.body ?? '')?.[1]
      if (token) return token
      await new Promise((wake) => setTimeout(wake, 50))
    }
    throw new Error(`${email} got no mail`)
  }

  test('are counted as quantity: who joins, anywhere below the root, and who leaves', async () => {
    const { ada, path, customer } = await onTrial({ ago: 1, card: 'good' })
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
  })
})
