/** People who come from the AWS Marketplace, and sign up. */
import { describe, expect, test } from 'vitest'
import { openMarketplaceDouble } from '../../../test/support/aws-marketplace-double.ts'
import { marketplaceOf, newProfile, newToken, useBuyers } from '../../../test/support/marketplace.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { syncAllMarketplace, syncMarketplace } from './sync.ts'

const double = await openMarketplaceDouble()
const { productCode } = double
const marketplace = marketplaceOf(double)
const server = useServer({ worker: true, config: { marketplace, rateLimitFactor: 100 } })
const { buyer, arrive, signUp, customer } = useBuyers(server, double)

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
      expect(await signUp(newToken(), newProfile(), closed)).toBeError('RetryOperation')
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
    const body = newProfile()
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
    const body = newProfile()
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
    const taken = newProfile()
    expect(await signUp(buyer().token, taken)).toHaveStatus(204)
    expect(await signUp(token, taken)).toBeError('AlreadyExists')
    expect(await signUp(token, { ...newProfile(), email: taken.email })).toBeError('AlreadyExists', 'e-mail')
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
    expect(await signUp(buyer().token, { ...newProfile(), given_name: 'x'.repeat(300) })).toBeError('Invalid', 'body.given_name')
    expect(await server.client().call('signUpAWSMarketplace', { body: newProfile() })).toBeError('Invalid', 'aws_marketplace_token')
  })
})

test('an installation that is not sold there says so', async () => {
  const plain = await openTestServer({ beside: server, config: { marketplace: undefined } })
  try {
    expect(await arrive(newToken(), plain)).toBeError('Invalid', 'not sold on the AWS Marketplace')
    expect(await signUp(newToken(), newProfile(), plain)).toBeError('Invalid', 'not sold on the AWS Marketplace')
    // What was bought before it was switched off stays as it was.
    await syncMarketplace(plain.platform, { organizationId: 1 })
    await syncAllMarketplace(plain.platform)
  } finally {
    await plain[Symbol.asyncDispose]()
  }
})
