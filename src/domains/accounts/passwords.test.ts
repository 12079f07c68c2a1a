import { beforeAll, describe, expect, test } from 'vitest'
import { newcomer, newcomersOf, password, profile, signedUp } from '../../../test/support/newcomers.ts'
import { fresh, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

// Everybody here comes from one address; limits have tests of their own.
const server = useServer({ worker: true, config: { rateLimitFactor: 100 } })
const { mailsTo, tokenFor, quiet, resident, loggedIn } = newcomersOf(server)

// The first of an installation is special.
beforeAll(async () => void (await scenario(server, person('first'))))

describe('my password', () => {
  const update = (username: string, current: string, next = 'another horse') => ({
    ...profile(username),
    password_update: { current, new: next },
  })

  test('changes with the present one, and ends all sessions and reset mails', async () => {
    const body = await resident()
    const [client, elsewhere] = [await loggedIn(body), await loggedIn(body)]
    await server.client().passwordResetReq({ body: { email: body.email } })
    const token = await tokenFor(body.email, 2)
    expect(await client.updateUserAccount({ body: update(body.username, 'wrong horse') })).toBeError(
      'Invalid',
      'body.password_update.current',
    )
    expect(await elsewhere.getUserAccount()).toHaveStatus(200)
    expect(await client.updateUserAccount({ body: update(body.username, password) })).toHaveStatus(200)
    expect(await elsewhere.getUserAccount()).toBeError('Unauthenticated')
    expect(await server.client().passwordResetUpdate({ body: { token, password: 'a third horse' } })).toHaveStatus(404)
    expect(await server.client().login({ body: { email: body.email, password } })).toHaveStatus(401)
    expect(await server.client().login({ body: { email: body.email, password: 'another horse' } })).toHaveStatus(200)
  })

  test('of two changes at once that know the same present one, one is made', async () => {
    const body = await resident()
    const client = await loggedIn(body)
    const answers = await Promise.all(
      ['another horse', 'a third horse'].map((next) => client.updateUserAccount({ body: update(body.username, password, next) })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('a reset works once, ends all sessions, and makes the other resets worthless', async () => {
    const body = await resident()
    const client = await loggedIn(body)
    await server.client().passwordResetReq({ body: { email: body.email } })
    const first = await tokenFor(body.email, 2)
    await server.client().passwordResetReq({ body: { email: body.email } })
    const second = await tokenFor(body.email, 3)
    expect(await server.client().passwordResetUpdate({ body: { token: second, password: 'another horse' } })).toHaveStatus(204)
    for (const token of [first, second, 'made-up'])
      expect(await server.client().passwordResetUpdate({ body: { token, password: 'a third horse' } })).toBeError(
        'NotFoundEntity',
        'reset token',
      )
    expect(await client.getUserAccount()).toHaveStatus(401)
    expect(await loggedIn({ email: body.email, password: 'another horse' }).then((again) => again.getUserAccount())).toHaveStatus(200)
  })

  test('the same reset used twice at once works once', async () => {
    const body = await resident()
    await server.client().passwordResetReq({ body: { email: body.email } })
    const token = await tokenFor(body.email, 2)
    const answers = await Promise.all(
      ['another horse', 'a third horse'].map((next) => server.client().passwordResetUpdate({ body: { token, password: next } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  test('a verification token is no reset token', async () => {
    const body = newcomer()
    await signedUp(server, body)
    expect(
      await server.client().passwordResetUpdate({ body: { token: await tokenFor(body.email), password: 'another horse' } }),
    ).toHaveStatus(404)
  })

  test('only the primary address gets a reset, and the answer never tells', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const backup = `${name}@example.org`
    await eve?.updateUserAccount({
      body: {
        ...profile(name),
        emails: [
          { email: `${name}@example.com`, purpose: 'primary' },
          { email: backup, purpose: 'backup' },
        ],
      },
    })
    await tokenFor(backup)
    for (const email of [backup, `${fresh('nobody')}@example.com`])
      expect(await server.client().passwordResetReq({ body: { email } })).toHaveStatus(204)
    await quiet()
    expect(await mailsTo(backup)).toHaveLength(1)
  })
})

describe('limits', () => {
  test('a mail can be asked for a few times only, alike for known and unknown addresses', async () => {
    await using limited = await openTestServer()
    const body = newcomer()
    await signedUp(limited, body)
    for (const email of [body.email, `${fresh('nobody')}@example.com`]) {
      const statuses: number[] = []
      for (let count = 1; count <= 6; count++) statuses.push((await limited.client().passwordResetReq({ body: { email } })).status)
      expect(statuses).toEqual([204, 204, 204, 204, 204, 429])
    }
    const answer = await limited.client().passwordResetReq({ body: { email: body.email } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3000)
  })

  test('guesses at one token are counted together', async () => {
    await using limited = await openTestServer()
    const guess = (number: number) =>
      limited.client().passwordResetUpdate({ body: { token: `17-${number.toString(16).padStart(40, '0')}`, password } })
    const statuses = []
    for (let number = 1; number <= 21; number++) statuses.push((await guess(number)).status)
    expect(new Set(statuses.slice(0, 20))).toEqual(new Set([404]))
    expect(statuses.at(-1)).toBe(429)
  })
})
