import { describe, expect, test } from 'vitest'
import { placeLicence, placeSubscription } from '../../../test/support/licences.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { type Entitlement, licenceGraceDays } from '../../access/standing.ts'
import { warnAll, warningDays, warningOf } from './warnings.ts'

const stripe = { secretKey: 'sk_test_none', webhookSecret: 'whsec_none', apiUrl: 'http://127.0.0.1:9' }
const server = useServer({ config: { stripe } })

const day = 24 * 3600
const acme = () => fresh('acme')
const eventsOf = (canonical: string) =>
  server.database.query<{ operation: string; severity: string; title: string; message: string }>(
    `select e.operation, e.severity, e.title, e.message from events e join organizations o on o.id = e.organization_id
     where o.canonical = $1 and e.operation like '%:warn' order by e.id`,
    [canonical],
  )
const dayIn = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 10)
/** A root of ada's, and nobody is told of anything yet. */
async function root(...parts: Parameters<typeof organization>[1][]) {
  const canonical = acme()
  await scenario(server, organization(canonical, member('ada'), ...parts))
  return canonical
}

describe('people are told', () => {
  test('that a licence expires, from thirty days before its end, and what will happen then', async () => {
    const [soon, later] = [await root(), await root()]
    await placeLicence(server, soon, { expiresIn: 29 * day })
    await placeLicence(server, later, { expiresIn: 31 * day })
    await warnAll(server.platform)
    expect(await eventsOf(soon)).toEqual([
      {
        operation: 'licence:warn',
        severity: 'warn',
        title: 'The licence expires soon',
        message: `The licence expires on ${dayIn(29 * day)}: without a new one the organization and all below it will be blocked on ${dayIn((29 + licenceGraceDays) * day)}`,
      },
    ])
    expect(await eventsOf(later)).toEqual([])
  })

  test('that it has expired, as long as the grace lasts, and at the root alone', async () => {
    const below = fresh('child')
    const [grace, over] = [await root(child(below)), await root()]
    await placeLicence(server, grace, { expiresIn: -3 * day })
    await placeLicence(server, over, { expiresIn: -20 * day })
    await warnAll(server.platform)
    expect(await eventsOf(grace)).toMatchObject([
      { title: 'The licence has expired', message: expect.stringContaining(`will be blocked on ${dayIn((licenceGraceDays - 3) * day)}`) },
    ])
    expect(await eventsOf(below)).toEqual([])
    expect(await eventsOf(over)).toEqual([])
  })

  test('that a payment is due, and that what was bought has ended', async () => {
    const [due, ended, good] = [await root(), await root(), await root()]
    await placeSubscription(server, due, { status: 'past_due', dueFor: 2 * day })
    await placeSubscription(server, ended, { provider: 'aws_marketplace', expiresIn: -2 * day })
    await placeSubscription(server, good)
    await warnAll(server.platform)
    expect(await eventsOf(due)).toMatchObject([
      {
        operation: 'subscription:warn',
        title: 'A payment is due',
        message: `A payment is due since ${dayIn(-2 * day)}: without it the organization and all below it will be blocked on ${dayIn(5 * day)}`,
      },
    ])
    expect(await eventsOf(ended)).toMatchObject([
      { title: 'The subscription has ended', message: expect.stringContaining(`will be blocked on ${dayIn(5 * day)}`) },
    ])
    expect(await eventsOf(good)).toEqual([])
  })

  test('once a day, however often and by however many at once the job runs', async () => {
    const canonical = await root()
    await placeLicence(server, canonical, { expiresIn: 3 * day })
    for (let round = 0; round < 10; round++) {
      await server.database.query(`delete from events where operation = 'licence:warn'`)
      await Promise.all(Array.from({ length: 8 }, () => warnAll(server.platform)))
      expect(await eventsOf(canonical)).toHaveLength(1)
    }
    await warnAll(server.platform)
    expect(await eventsOf(canonical)).toHaveLength(1)
    await server.database.query(
      `update events e set happened_at = happened_at - interval '1 day' from organizations o where o.id = e.organization_id and o.canonical = $1`,
      [canonical],
    )
    await warnAll(server.platform)
    expect(await eventsOf(canonical)).toHaveLength(2)
  })

  test('nothing while something else goes on after it', async () => {
    const canonical = await root()
    await placeLicence(server, canonical, { expiresIn: -3 * day })
    await placeSubscription(server, canonical)
    await warnAll(server.platform)
    expect(await eventsOf(canonical)).toEqual([])
  })
})

describe('of licence and subscription', () => {
  const at = (days: number) => new Date(Date.now() + days * day * 1000).toISOString()
  const due = (days: number): Entitlement['subscription'] => ({
    provider: 'stripe',
    plan_canonical: 'team',
    plan_name: 'Team',
    status: 'past_due',
    members_limit: null,
    quantity: 1,
    expires_at: at(20),
    due_since: at(days),
  })
  const entityOf = (entitlement: Entitlement, billing = true) => warningOf(entitlement, { billing })?.entity

  test('the one that blocks when it ends is named', () => {
    expect(entityOf({ licence: { expires_at: at(-10), members_count: 5 }, subscription: due(-1) })).toBe('subscription')
    expect(entityOf({ licence: { expires_at: at(-1), members_count: 5 }, subscription: due(-5) })).toBe('licence')
    expect(entityOf({ licence: { expires_at: at(warningDays + 1), members_count: 5 }, subscription: due(-5) })).toBeUndefined()
  })

  test('an old Stripe subscription is nothing where nobody bills', () => {
    expect(entityOf({ licence: null, subscription: due(-1) }, false)).toBeUndefined()
    expect(entityOf({ licence: { expires_at: at(-1), members_count: 5 }, subscription: due(-1) }, false)).toBe('licence')
  })
})
