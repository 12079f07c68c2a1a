import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { policies } from '../contract/policies.ts'
import { decide } from './decide.ts'
import { type Rule, ruleSet } from './rules.ts'
import {
  allowedWhenBlocked,
  type Entitlement,
  licenceGraceDays,
  paymentGraceDays,
  rulesWhenBlocked,
  seatsOf,
  sentenceOf,
  standingOf,
} from './standing.ts'

type Subscription = NonNullable<Entitlement['subscription']>

const day = 24 * 3600_000
const now = Date.parse('2026-06-15T12:00:00Z')
const at = (days: number) => new Date(now + days * day).toISOString()
const forever = Number.POSITIVE_INFINITY

const licence = (days: number, members_count = 5): Entitlement['licence'] => ({ expires_at: at(days), members_count })
const subscription = (status: Subscription['status'], more: Partial<Subscription> = {}): Subscription => ({
  provider: 'stripe',
  plan_canonical: 'team',
  plan_name: 'Team',
  status,
  members_limit: null,
  quantity: 1,
  expires_at: at(20),
  due_since: null,
  ...more,
})
const standing = (entitlement: Partial<Entitlement> | null, billing: boolean, when = now) =>
  standingOf(entitlement && { licence: null, subscription: null, ...entitlement }, { billing }, when)

const statuses = ['none', 'incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled'] as const
const times = fc.option(fc.integer({ min: -60, max: 60 }).map(at))
const anyLicence = fc.record({ expires_at: fc.integer({ min: -60, max: 60 }).map(at), members_count: fc.integer({ min: 1, max: 50 }) })
const anySubscription: fc.Arbitrary<Subscription> = fc.record({
  provider: fc.constantFrom('stripe', 'aws_marketplace'),
  plan_canonical: fc.option(fc.constant('team')),
  plan_name: fc.option(fc.constant('Team')),
  status: fc.constantFrom(...statuses),
  members_limit: fc.option(fc.integer({ min: 1, max: 50 })),
  quantity: fc.nat(50),
  expires_at: times,
  due_since: times,
})
const anyEntitlement = fc.option(fc.record({ licence: fc.option(anyLicence), subscription: fc.option(anySubscription) }))
const anyTime = fc.integer({ min: -100 * day, max: 100 * day }).map((offset) => now + offset)

describe('an organization', () => {
  test('without licence and subscription is not limited where nobody bills, and has to pay where somebody does', () => {
    expect(standing(null, false)).toEqual({ blocked: [], until: forever })
    expect(standing({}, false)).toEqual({ blocked: [], until: forever })
    expect(standing(null, true)).toEqual({ blocked: ['require_payment'], until: forever })
  })

  test('goes on for fourteen days after its licence ended, to the millisecond', () => {
    const end = now + licenceGraceDays * day
    for (const billing of [false, true]) {
      expect(standing({ licence: licence(1) }, billing)).toEqual({ blocked: [], until: end + day })
      expect(standing({ licence: licence(0) }, billing, end - 1)).toEqual({ blocked: [], until: end })
      expect(standing({ licence: licence(0) }, billing, end).blocked).toContain('licence_expired')
    }
    expect(standing({ licence: licence(-15) }, false).blocked).toEqual(['licence_expired'])
    expect(standing({ licence: licence(-15) }, true).blocked).toEqual(['licence_expired', 'require_payment'])
  })

  test('goes on for seven days after a payment was due', () => {
    const overdue = { subscription: subscription('past_due', { due_since: at(0) }) }
    const end = now + paymentGraceDays * day
    expect(standing(overdue, true, end - 1)).toEqual({ blocked: [], until: end })
    expect(standing(overdue, true, end)).toEqual({ blocked: ['require_payment'], until: forever })
  })

  test.each(statuses)('with a Stripe subscription that is %s', (status) => {
    const good = ['trialing', 'active', 'past_due'].includes(status)
    expect(standing({ subscription: subscription(status) }, true).blocked).toEqual(good ? [] : ['require_payment'])
  })

  test('is not asked to pay for an old Stripe subscription by who stopped billing; nor does it stand in for a licence', () => {
    for (const status of statuses) {
      const old = subscription(status, { members_limit: 1 })
      expect(standing({ subscription: old }, false)).toEqual({ blocked: [], until: forever })
      expect(seatsOf({ licence: null, subscription: old }, { billing: false }, now)).toBe(forever)
      expect(standing({ licence: licence(-15), subscription: old }, false).blocked).toEqual(['licence_expired'])
      expect(seatsOf({ licence: licence(10), subscription: old }, { billing: false }, now)).toBe(5)
    }
  })

  test('that bought on the marketplace goes on for seven days after what it bought, also where Stripe is not configured', () => {
    const bought = (days: number) => ({ subscription: subscription('active', { provider: 'aws_marketplace', expires_at: at(days) }) })
    for (const billing of [false, true]) {
      expect(standing(bought(3), billing)).toEqual({ blocked: [], until: now + (3 + paymentGraceDays) * day })
      expect(standing(bought(-3), billing).blocked).toEqual([])
      expect(standing(bought(-7), billing).blocked).toEqual(['require_payment'])
    }
  })

  test('needs one of licence and subscription', () => {
    expect(standing({ licence: licence(-20), subscription: subscription('active') }, true)).toEqual({ blocked: [], until: forever })
    expect(standing({ licence: licence(1), subscription: subscription('canceled') }, true)).toEqual({
      blocked: [],
      until: now + (1 + licenceGraceDays) * day,
    })
    expect(standing({ licence: licence(-20), subscription: subscription('canceled') }, true).blocked).toHaveLength(2)
  })

  test('has a sentence for every reason', () => {
    for (const reason of ['licence_expired', 'require_payment'] as const) expect(sentenceOf(reason)).toMatch(/^it/)
  })
})

describe('whatever licence and subscription are', () => {
  const properties = (run: (entitlement: Entitlement | null, billing: boolean, when: number) => void) =>
    fc.assert(fc.property(anyEntitlement, fc.boolean(), anyTime, run), { numRuns: 3000 })

  test('nobody is blocked before the end of a licence, nor in its grace', () => {
    fc.assert(
      fc.property(
        anyLicence,
        fc.option(anySubscription),
        fc.boolean(),
        fc.integer({ min: 1, max: 200 * day }),
        (own, other, billing, before) => {
          const end = Date.parse(own.expires_at) + licenceGraceDays * day
          expect(standingOf({ licence: own, subscription: other }, { billing }, end - before).blocked).toEqual([])
        },
      ),
    )
  })

  test('a licence alone blocks from the end of its grace on, for good', () => {
    fc.assert(
      fc.property(anyLicence, fc.boolean(), fc.nat(200 * day), (own, billing, after) => {
        const end = Date.parse(own.expires_at) + licenceGraceDays * day
        expect(standingOf({ licence: own, subscription: null }, { billing }, end + after).blocked).toContain('licence_expired')
      }),
    )
  })

  test('`until` is the moment at which the answer changes by itself: not before, and then it does', () => {
    properties((entitlement, billing, when) => {
      const { blocked, until } = standingOf(entitlement, { billing }, when)
      expect(until).toBeGreaterThan(when)
      const later = until === forever ? when + 10_000 * day : until - 1
      expect(standingOf(entitlement, { billing }, later)).toEqual({ blocked, until })
      if (until !== forever) expect(standingOf(entitlement, { billing }, until).blocked).not.toEqual(blocked)
    })
  })

  test('time never unblocks', () => {
    properties((entitlement, billing, when) => {
      const { blocked } = standingOf(entitlement, { billing }, when)
      if (blocked.length > 0) expect(standingOf(entitlement, { billing }, when + day).blocked).toEqual(blocked)
    })
  })

  test('one more licence or subscription never makes it worse, neither blocked nor seats', () => {
    fc.assert(
      fc.property(anyLicence, anySubscription, fc.boolean(), anyTime, (own, other, billing, when) => {
        const both = { licence: own, subscription: other }
        for (const one of [
          { ...both, licence: null },
          { ...both, subscription: null },
        ]) {
          const alone = standingOf(one, { billing }, when)
          // Where neither is in use there is no limit: the first licence sets one.
          if (!billing && one.licence === null && one.subscription?.provider === 'stripe') continue
          if (alone.blocked.length > 0) continue
          expect(standingOf(both, { billing }, when).blocked).toEqual([])
          expect(seatsOf(both, { billing }, when)).toBeGreaterThanOrEqual(seatsOf(one, { billing }, when))
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('there is a limit of seats only while something that has one is in force', () => {
    properties((entitlement, billing, when) => {
      const seats = seatsOf(entitlement, { billing }, when)
      if (seats === forever) return
      expect(standingOf(entitlement, { billing }, when).blocked).toEqual([])
      expect([entitlement?.licence?.members_count, entitlement?.subscription?.members_limit]).toContain(seats)
    })
  })
})

describe('in a blocked organization', () => {
  const rule = (action: string, resources: string[] = [], organization_id = 2): Rule => ({ id: 7, organization_id, action, resources })
  const left = (...held: Rule[]) => ruleSet(rulesWhenBlocked(ruleSet(held, 2).rules, 2), 2)

  test('an administrator keeps what is listed and nothing else', () => {
    const rules = left(rule('organization:**'))
    const kept = policies.map(({ code }) => code).filter((code) => decide(rules, code, 'organization:acme'))
    expect(kept.sort()).toEqual([...allowedWhenBlocked].sort())
  })

  test('everything listed is an action that there is', () => {
    const codes: readonly string[] = policies.map(({ code }) => code)
    expect(allowedWhenBlocked.filter((action) => !codes.includes(action))).toEqual([])
  })

  test('nobody gets more than they had, and what is left has the number 0', () => {
    const rules = left(rule('organization:project:**'), rule('organization:member:*', ['organization:acme:member:3']))
    expect(rules.rules.map(({ id }) => id)).toEqual(rules.rules.map(() => 0))
    expect(decide(rules, 'organization:member:delete', 'organization:acme:member:3')).toBeTruthy()
    expect(decide(rules, 'organization:member:delete', 'organization:acme:member:4')).toBeUndefined()
    expect(decide(rules, 'organization:member:create', 'organization:acme:member:3')).toBeUndefined()
    expect(decide(rules, 'organization:read', 'organization:acme')).toBeUndefined()
  })

  test('an administrator of an ancestor keeps the same; others of an ancestor keep what names it', () => {
    expect(decide(left(rule('**', [], 1)), 'organization:read', 'organization:acme')).toBeTruthy()
    expect(decide(left(rule('organization:read', [], 1)), 'organization:read', 'organization:acme')).toBeUndefined()
    expect(decide(left(rule('organization:read', ['organization:acme'], 1)), 'organization:read', 'organization:acme')).toBeTruthy()
  })
})
