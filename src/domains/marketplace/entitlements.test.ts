import { describe, expect, test } from 'vitest'
import type { Purchased } from '../../outside/marketplace.ts'
import { settle } from './entitlements.ts'

const day = 24 * 3600_000

describe('what an entitlement means', () => {
  const now = new Date('2026-06-15T00:00:00Z')
  const nothing = { expires_at: null, members_limit: null }
  const of = (dimension: string, quantity: number | null, expiresAt: Date | null = null): Purchased => ({ dimension, quantity, expiresAt })
  const days = (count: number) => new Date(now.getTime() + count * day)

  test.each([
    ['users are counted together', [of('users', 10), of('users', 5)], { status: 'active', members_limit: 15, expires_at: null }],
    ['a tier is no number of people', [of('enterprise', 1)], { status: 'active', members_limit: null, expires_at: null }],
    [
      'of several contracts the last one to end counts',
      [of('seats', 1, days(3)), of('seats', 2, days(9))],
      { status: 'active', members_limit: 3, expires_at: days(9) },
    ],
    ['none of something is nothing', [of('users', 0)], { status: 'canceled', members_limit: null, expires_at: null }],
    [
      'one without an end goes on',
      [of('tier', null, days(3)), of('tier', null)],
      { status: 'active', members_limit: null, expires_at: null },
    ],
  ] as const)('%s', (_, purchased, settled) => expect(settle(purchased, nothing, now)).toEqual(settled))

  test('a contract that ran out has its days of grace, one that was cancelled has none', () => {
    const known = (expires_at: Date) => ({ expires_at, members_limit: 25 })
    expect(settle([], known(days(-1)), now)).toEqual({ status: 'active', members_limit: 25, expires_at: days(-1) })
    expect(settle([], known(days(-8)), now)).toMatchObject({ status: 'canceled' })
    expect(settle([], known(days(30)), now)).toMatchObject({ status: 'canceled' })
  })
})
