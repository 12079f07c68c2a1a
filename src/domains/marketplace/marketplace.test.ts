/** People who bought the product on the AWS Marketplace. */
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { awsCredentials, awsRegion, type DoubleCustomer, openMarketplaceDouble } from '../../../test/support/aws-marketplace-double.ts'
import type { Client } from '../../../test/support/client.ts'
import { fresh, sessionToken } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import type { Purchased } from '../../outside/marketplace.ts'
import { settle } from './entitlements.ts'
import { syncAllMarketplace, syncMarketplace } from './sync.ts'

Object.assign(process.env, awsCredentials)
const double = await openMarketplaceDouble()
const { productCode } = double
const marketplace = { productCode, region: awsRegion, endpoint: double.url }
const server = useServer({ worker: true, config: { marketplace, rateLimitFactor: 100 } })
const day = 24 * 3600_000
const inAYear = new Date(Math.floor(Date.now() / 1000) * 1000 + 365 * day)

beforeEach(() => {
  double.trouble = undefined
  double.asked = []
})

const newToken = () => randomBytes(60).toString('base64')
/** Somebody who has clicked “Set up your account” at AWS. */
function buyer(more: Partial<DoubleCustomer> = {}): DoubleCustomer & { token: string } {
  const token = newToken()
  const customer = {
    identifier: fresh('customer'),
    accountId: String(Math.floor(Math.random() * 1e12)).padStart(12, '0'),
    tokens: [token],
    entitlements: [{ dimension: 'users', value: 25, expires: inAYear }],
    ...more,
  }
  double.customers.push(customer)
  return Object.assign(customer, { token })
}

/** What the browser sends for AWS. */
const arrive = (token: string | undefined, on: TestServer = server) =>
  on.client().call('handleAWSMarketplaceUserEntitlement', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(token === undefined ? {} : { 'x-amzn-marketplace-token': token }).toString(),
  })
const profile = (username = fresh('ada')) => ({
  username,
  email: `${username}@example.com`,
  given_name: 'Ada',
  family_name: 'Lovelace',
  password: 'a long enough password',
})
const signUp = (token: string, body = profile(), on: TestServer = server) =>
  on.client().signUpAWSMarketplace({ body: { ...body, aws_marketplace_token: token } })

/** Signs up, follows the mail, and signs in. */
async function customer(token: string): Promise<Client> {
  const body = profile()
  expect(await signUp(token, body)).toHaveStatus(204)
  const [row] = await server.database.query<{ id: string }>(
    `update user_emails set verified_at = now() where email = $1 returning user_id as id`,
    [body.email],
  )
  return server.client(await sessionToken(server, { id: Number(row?.id), username: body.username }))
}
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

describe('a buyer who comes from AWS', () => {
  test('is sent to the sign-up page, with the token that the form needs', async () => {
    const { token } = buyer()
    const answer = await arrive(token)
    expect(answer).toHaveStatus(301)
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.href.startsWith(`${server.platform.config.consoleUrl}/sign-up?`)).toBe(true)
    expect(location.searchParams.get('aws_marketplace_token')).toBe(token)
    expect(double.asked).toEqual(['ResolveCustomer'])
  })

  test('is sent to the login page when they have an account, without the token', async () => {
    const bought = buyer()
    await customer(bought.token)
    const again = newToken()
    bought.tokens.push(again)
    const answer = await arrive(again)
    expect(answer).toHaveStatus(301)
    expect(answer.headers.get('location')).toBe(`${server.platform.config.consoleUrl}/login?from=aws_marketplace`)
  })

  test.each([
    ['no token', undefined, 'is missing'],
    ['an empty one', '', 'is missing'],
    ['one with a line break', 'abc\ndef', 'is not a registration token'],
    ['a very long one', 'x'.repeat(5000), 'is not a registration token'],
    ['one that AWS does not know', 'c29tZXRoaW5nIGVsc2U=', 'is unknown to AWS'],
  ])('with %s is refused, and hears why', async (_, token, words) => {
    expect(await arrive(token)).toBeError('Invalid', `body.x-amzn-marketplace-token: ${words}`)
  })

  test('with a token that has expired is told to begin again', async () => {
    const token = newToken()
    buyer({ tokens: [], expiredTokens: [token] })
    expect(await arrive(token)).toBeError('Invalid', 'Set up your account')
  })

  test('of another product is refused', async () => {
    const { token } = buyer({ productCode: 'prod-other' })
    expect(await arrive(token)).toBeError('Invalid', 'belongs to another product')
    expect(await signUp(token)).toBeError('Invalid', 'belongs to another product')
  })

  test.each([
    ['is down', { status: 500, name: 'InternalServiceErrorException' }],
    ['has too many questions', { status: 400, name: 'ThrottlingException' }],
    ['does not let us ask', { status: 400, name: 'AccessDeniedException' }],
  ])('is asked to try again when AWS %s, and the log says why, without the token', async (_, trouble) => {
    const { token } = buyer()
    double.trouble = trouble
    const answer = await arrive(token)
    expect(answer).toBeError('RetryOperation', 'AWS Marketplace cannot be asked')
    expect(answer.headers.get('retry-after')).toBe('60')
    const logs = server.logs.join('')
    expect(logs).toContain(trouble.name)
    expect(logs).not.toContain(token)
    double.trouble = undefined
    expect(await arrive(token)).toHaveStatus(301)
  })

  test('is asked to try again when nobody is there', async () => {
    const closed = await openTestServer({ beside: server, config: { marketplace: { ...marketplace, endpoint: 'http://127.0.0.1:9' } } })
    try {
      expect(await arrive(newToken(), closed)).toBeError('RetryOperation')
      expect(await signUp(newToken(), profile(), closed)).toBeError('RetryOperation')
    } finally {
      await closed[Symbol.asyncDispose]()
    }
  })

  test('cannot have tokens guessed without end', async () => {
    const strict = await openTestServer({ beside: server, config: { marketplace, rateLimitFactor: 1 } })
    try {
      await server.database.query('delete from rate_limits')
      const answers: number[] = []
      for (let attempt = 0; attempt < 61; attempt++) answers.push((await arrive(`Z3Vlc3M=${attempt}`, strict)).status)
      expect(answers.slice(0, 60).every((status) => status === 422)).toBe(true)
      expect(answers[60]).toBe(429)
    } finally {
      await strict[Symbol.asyncDispose]()
      await server.database.query('delete from rate_limits')
    }
  })
})

describe('signing up with a purchase', () => {
  test('works like any sign-up: the mail has to be followed', async () => {
    const { token } = buyer()
    await arrive(token)
    const body = profile()
    expect(await signUp(token, body)).toHaveStatus(204)
    const { email, password } = body
    expect(await server.client().login({ body: { email, password } })).toHaveStatus(401)
    let link = ''
    await expect
      .poll(async () => {
        const { data } = (await (await fetch(`${server.url}/dev/outbox`, { headers: { accept: 'application/json' } })).json()) as {
          data: { to: string; text: string }[]
        }
        link = /verify-email\?token=(\S+)/.exec(data.find(({ to }) => to === email)?.text ?? '')?.[1] ?? ''
        return link
      })
      .not.toBe('')
    expect(await server.client().emailVerification({ path: { verification_token: link } })).toHaveStatus(204)
    expect(await server.client().login({ body: { email, password } })).toHaveStatus(200)
  })

  test('does not ask AWS again for who came a moment ago: by then the token may have expired', async () => {
    const bought = buyer()
    await arrive(bought.token)
    Object.assign(bought, { tokens: [], expiredTokens: [bought.token] })
    double.asked = []
    expect(await signUp(bought.token)).toHaveStatus(204)
    expect(double.asked).toEqual([])
  })

  test('asks AWS for who did not come by the redirect, and for who came the day before yesterday', async () => {
    expect(await signUp(buyer().token)).toHaveStatus(204)
    const late = buyer()
    await arrive(late.token)
    await server.database.query(`update marketplace_customers set updated_at = now() - interval '2 days' where customer_identifier = $1`, [
      late.identifier,
    ])
    Object.assign(late, { tokens: [], expiredTokens: [late.token] })
    expect(await signUp(late.token)).toBeError('Invalid', 'body.aws_marketplace_token: has expired')
  })

  test('with an unknown token makes no account', async () => {
    const body = profile()
    expect(await signUp('bm90IGEgdG9rZW4=', body)).toBeError('Invalid', 'body.aws_marketplace_token: is unknown to AWS')
    expect(await server.database.query('select from users where username = $1', [body.username])).toEqual([])
  })

  test('makes one account of one purchase, also at the same moment', async () => {
    const { token } = buyer()
    await arrive(token)
    const answers = await Promise.all([signUp(token), signUp(token), signUp(token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409])
    const late = await signUp(token)
    expect(late).toBeError('Conflict', 'has an account already')
  })

  test('with a name or an address that is taken gives 409 and leaves the purchase free', async () => {
    const { token } = buyer()
    const taken = profile()
    expect(await signUp(buyer().token, taken)).toHaveStatus(204)
    expect(await signUp(token, taken)).toBeError('AlreadyExists')
    expect(await signUp(token, { ...profile(), email: taken.email })).toBeError('AlreadyExists', 'e-mail')
    expect(await signUp(token)).toHaveStatus(204)
  })

  test('keeps no token: only its hash', async () => {
    const { token, identifier } = buyer()
    await arrive(token)
    const [row] = await server.database.query<{ row: string }>(
      'select row_to_json(c)::text as row from marketplace_customers c where customer_identifier = $1',
      [identifier],
    )
    expect(row?.row).toContain(productCode)
    expect(row?.row).not.toContain(token)
  })

  test('looks at the rest of the form as every sign-up does', async () => {
    expect(await signUp(buyer().token, { ...profile(), given_name: 'x'.repeat(300) })).toBeError('Invalid', 'body.given_name')
    expect(await server.client().call('signUpAWSMarketplace', { body: profile() })).toBeError('Invalid', 'aws_marketplace_token')
  })
})

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

test('an installation that is not sold there says so', async () => {
  const plain = await openTestServer({ beside: server, config: { marketplace: undefined } })
  try {
    expect(await arrive(newToken(), plain)).toBeError('Invalid', 'not sold on the AWS Marketplace')
    expect(await signUp(newToken(), profile(), plain)).toBeError('Invalid', 'not sold on the AWS Marketplace')
    // What was bought before it was switched off stays as it was.
    await syncMarketplace(plain.platform, { organizationId: 1 })
    await syncAllMarketplace(plain.platform)
  } finally {
    await plain[Symbol.asyncDispose]()
  }
})
