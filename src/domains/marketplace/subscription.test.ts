/** Organizations that were bought on the AWS Marketplace. */
import { describe, expect, test } from 'vitest'
import { openMarketplaceDouble } from '../../../test/support/aws-marketplace-double.ts'
import type { Client } from '../../../test/support/client.ts'
import { inAYear, marketplaceOf, useBuyers } from '../../../test/support/marketplace.ts'
import { fresh, sessionToken } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { syncAllMarketplace, syncMarketplace } from './sync.ts'

const double = await openMarketplaceDouble()
const server = useServer({ worker: true, config: { marketplace: marketplaceOf(double), rateLimitFactor: 0 } })
const { buyer, arrive, customer } = useBuyers(server, double)

const found = async (who: Client, canonical = fresh('acme')) => {
  expect(await who.createOrg({ body: { name: canonical, canonical } })).toHaveStatus(200)
  return canonical
}
const subscriptionOf = async (canonical: string) =>
  (
    await server.database.query<{ status: string; members_limit: number | null; expires_at: Date | null; customer_id: string }>(
      `select s.provider, s.plan_canonical, s.plan_name, s.status, s.members_limit, s.expires_at, s.customer_id
       from subscriptions s join organizations o on o.id = s.organization_id where o.canonical = $1`,
      [canonical],
    )
  )[0]
const organizationId = async (canonical: string) =>
  Number((await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [canonical]))[0]?.id)
const sync = async (canonical: string) => syncMarketplace(server.platform, { organizationId: await organizationId(canonical) })

describe('the first organization of a buyer', () => {
  test('is subscribed, with what AWS says they are entitled to', async () => {
    const bought = buyer({
      entitlements: [
        { dimension: 'users', value: 25, expires: inAYear },
        { dimension: 'tier_pro', value: true },
      ],
    })
    const ada = await customer(bought.token)
    const canonical = await found(ada)
    await expect.poll(() => subscriptionOf(canonical)).toMatchObject({ status: 'active' })
    expect(await subscriptionOf(canonical)).toMatchObject({
      provider: 'aws_marketplace',
      customer_id: bought.identifier,
      plan_canonical: 'aws-marketplace',
      plan_name: 'AWS Marketplace',
      members_limit: 25,
      expires_at: null,
    })
    const { data } = (await ada.getOrg({ path: { organization_canonical: canonical } })).body
    expect(data.blocked).toEqual([])
    expect(data.subscription).toMatchObject({ plan: { canonical: 'aws-marketplace', name: 'AWS Marketplace' } })
  })

  test('is restricted until AWS has been asked, and when AWS lists nothing', async () => {
    const ada = await customer(buyer({ entitlements: [] }).token)
    double.trouble = { status: 500, name: 'InternalServiceErrorException' }
    const canonical = await found(ada)
    const path = { organization_canonical: canonical }
    expect((await ada.getOrg({ path })).body.data.blocked).toEqual(['require_payment'])
    await expect(sync(canonical)).rejects.toMatchObject({ code: 'RetryOperation' })
    double.trouble = undefined
    await sync(canonical)
    expect(await subscriptionOf(canonical)).toMatchObject({ status: 'canceled' })
    expect(await ada.getProjects({ path })).toBeError('Unauthorized', 'is blocked')
  })

  test('is the only one: the next one is not paid for by the same purchase', async () => {
    const ada = await customer(buyer().token)
    const [first, second] = [await found(ada), await found(ada)]
    expect(await subscriptionOf(first)).toBeDefined()
    expect(await subscriptionOf(second)).toBeUndefined()
    // Deleted, it makes room for another one.
    await expect.poll(() => subscriptionOf(first)).toMatchObject({ status: 'active' })
    expect(await ada.deleteOrg({ path: { organization_canonical: first } })).toHaveStatus(204)
    expect(await subscriptionOf(await found(ada))).toBeDefined()
  })

  test('of two founded at the same moment one is subscribed', async () => {
    const ada = await customer(buyer().token)
    const both = await Promise.all([found(ada), found(ada)])
    const subscriptions = await Promise.all(both.map(subscriptionOf))
    expect(subscriptions.filter(Boolean)).toHaveLength(1)
  })

  test('of who bought nothing has no subscription', async () => {
    const username = fresh('bob')
    const [row] = await server.database.query<{ id: string }>(
      `insert into users (username, given_name, family_name) values ($1, 'Bob', 'Tester') returning id`,
      [username],
    )
    const bob = server.client(await sessionToken(server, { id: Number(row?.id), username }))
    expect(await subscriptionOf(await found(bob))).toBeUndefined()
  })

  test('is found by the buyer’s account where AWS gives customers no other name', async () => {
    const bought = buyer({ identifier: '', entitlements: [{ dimension: 'seats', value: 7, expires: inAYear }] })
    await arrive(bought.token)
    const ada = await customer(bought.token)
    const canonical = await found(ada)
    await expect.poll(() => subscriptionOf(canonical)).toMatchObject({ status: 'active', members_limit: 7, customer_id: bought.accountId })
  })
})

describe('what AWS says later', () => {
  test('is asked for daily, and when the buyer comes again', async () => {
    const bought = buyer()
    const ada = await customer(bought.token)
    const canonical = await found(ada)
    await expect.poll(() => subscriptionOf(canonical)).toMatchObject({ members_limit: 25 })
    bought.entitlements = [
      { dimension: 'users', value: 25, expires: inAYear },
      { dimension: 'users', value: 50, expires: inAYear },
      { dimension: 'users', value: 25, expires: inAYear },
    ]
    await syncAllMarketplace(server.platform)
    await expect.poll(() => subscriptionOf(canonical)).toMatchObject({ members_limit: 100, expires_at: inAYear })
    bought.entitlements = [{ dimension: 'users', value: 10, expires: inAYear }]
    await arrive(bought.token)
    await expect.poll(() => subscriptionOf(canonical)).toMatchObject({ members_limit: 10 })
  })

  test('a purchase that was cancelled restricts the organization, and its log says so', async () => {
    const bought = buyer()
    const ada = await customer(bought.token)
    const canonical = await found(ada)
    const path = { organization_canonical: canonical }
    await expect.poll(() => subscriptionOf(canonical)).toMatchObject({ status: 'active' })
    const { data } = (await ada.getEvents({ path, query: { begin: 0, end: Number.MAX_SAFE_INTEGER } })).body
    expect(data.map(({ message }) => message)).toContain(
      `AWS Marketplace: the purchase is good for 25 members until ${inAYear.toISOString().slice(0, 10)}`,
    )
    bought.entitlements = []
    await sync(canonical)
    await sync(canonical)
    expect(await subscriptionOf(canonical)).toMatchObject({ status: 'canceled' })
    expect((await ada.getOrg({ path })).body.data.blocked).toEqual(['require_payment'])
    const events = await server.database.query<{ severity: string }>(
      `select severity from events where organization_id = $1 and message = 'AWS Marketplace: the purchase has ended'`,
      [await organizationId(canonical)],
    )
    expect(events).toEqual([{ severity: 'warn' }])
    bought.entitlements = [{ dimension: 'users', value: 5, expires: inAYear }]
    await sync(canonical)
    expect((await ada.getOrg({ path })).body.data.blocked).toEqual([])
  })
})
