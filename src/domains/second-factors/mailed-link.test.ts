import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  follow,
  login,
  mailedToken,
  mailsAreOut,
  mailsTo,
  needOf,
  password,
  type Resident,
  resident,
  withApp,
} from '../../../test/support/proofs.ts'
import { child, fresh, member, organization, scenario, sessionToken } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'

const server = useServer({ worker: true, config: { rateLimitFactor: 100 } })

/** Asks for a second factor when they sign in, and has none but the mailbox. */
async function careful(on: TestServer = server): Promise<Resident> {
  const one = await resident(on)
  await on.database.query('update users set mfa_enabled = true where username = $1', [one.username])
  return one
}

/** A member of an organization that asks for a second factor, though the account does not. */
async function memberOfStrict(): Promise<Resident & { acme: string; id: number }> {
  const [acme, username] = [fresh('acme'), fresh('eve')]
  await scenario(server, organization(acme, member(username)))
  await server.database.query('update organizations set mfa_enabled = true where canonical = $1', [acme])
  const [user] = await server.database.query<{ id: string }>('select id from users where username = $1', [username])
  return { ...(await resident(server, username)), acme, id: Number(user?.id) }
}

const challengesOf = ({ username }: Resident) =>
  server.database.query<{ id: string }>('select c.id from login_challenges c join users u on u.id = c.user_id where u.username = $1', [
    username,
  ])

describe('an account that asks for a second factor and has none', () => {
  test('gets a link by mail, and the link a session', async () => {
    const eve = await careful()
    const answer = await login(server, eve)
    expect(answer).toBeError('Unauthenticated', 'a link was mailed to your primary e-mail address')
    expect(needOf(answer)).toEqual({ factors: ['email'] })
    const { token } = (await follow(server, await mailedToken(server, eve))).body.data
    expect(await server.client(token).getUserAccount()).toHaveStatus(200)
    const { data } = (await server.client(token).listSessions()).body
    expect(data[0]).toMatchObject({ current: true, method: 'password', second_factor: 'email' })
    expect(await challengesOf(eve)).toEqual([])
  })

  test('reads in the mail what to do, and nothing that somebody else could have chosen', async () => {
    const eve = await careful()
    await server
      .client()
      .login({ body: { username: eve.username, password, organization_canonical: 'buy-gold-now' }, headers: { 'user-agent': 'BuyGold' } })
    const token = await mailedToken(server, eve)
    const [mail] = await mailsTo(server, eve.email, 'Finish signing in')
    expect(mail?.body).toContain(`${server.platform.config.consoleUrl}/login/confirm?token=${token}\n`)
    expect(mail?.body).toContain(`curl -X PUT ${server.platform.config.apiUrl}/user/email/authentication/${token}\n`)
    expect(mail?.body).toContain('change your password')
    expect(mail?.body.toLowerCase().replace('-', '')).not.toContain('buygold')
    expect(server.logs.join('')).not.toContain(token)
  })

  test('gets no mail after a wrong password', async () => {
    const eve = await careful()
    expect(needOf(await server.client().login({ body: { username: eve.username, password: 'wrong horse' } }))).toBeUndefined()
    expect(await challengesOf(eve)).toEqual([])
  })

  test('gets the mail at the primary address, when it is verified; otherwise hears what to do first', async () => {
    const eve = await careful()
    await server.database.query(
      `insert into user_emails (user_id, email, purpose, verified_at) select id, $1 || '@example.org', 'backup', now() from users where username = $1`,
      [eve.username],
    )
    await login(server, eve)
    await mailedToken(server, eve)
    expect(await mailsTo(server, `${eve.username}@example.org`, 'Finish signing in')).toEqual([])
    await server.database.query('update user_emails set verified_at = null where email = $1', [eve.email])
    const answer = await login(server, eve)
    expect(answer).toBeError('Unauthenticated', 'primary e-mail address is not verified')
    expect(needOf(answer)).toBeUndefined()
  })

  test('gets only so many mails an hour', async () => {
    await using limited = await openTestServer()
    const eve = await careful(limited)
    const statuses: number[] = []
    for (let attempt = 1; attempt <= 11; attempt++) statuses.push((await login(limited, eve)).status)
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429])
  })
})

describe('the link', () => {
  test('is refused in the same words when it was used, is too old, forged, or of another kind', async () => {
    const [used, old, other] = [await careful(), await careful(), await withApp(server)]
    for (const one of [used, old]) await login(server, one)
    const tokens = [await mailedToken(server, used), await mailedToken(server, old)] as const
    expect(await follow(server, tokens[0])).toHaveStatus(200)
    await server.database.query(`update login_challenges set expires_at = now() where id = $1`, [tokens[1].split('-')[0]])
    const forged = `${tokens[1].slice(0, -1)}${tokens[1].endsWith('0') ? '1' : '0'}`
    const challenge = needOf(await login(server, other))?.challenge ?? ''
    const answers = await Promise.all([...tokens, forged, challenge, 'nonsense'].map((token) => follow(server, token)))
    for (const answer of answers) expect(answer).toHaveStatus(401)
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, request_id: '' }))).size).toBe(1)
  })

  test('is no challenge for a code, and its first half is no session', async () => {
    const eve = await careful()
    await login(server, eve)
    const challenge = await mailedToken(server, eve)
    expect(await server.client().finishLogin({ body: { challenge, totp: '123456' } })).toHaveStatus(401)
    expect(await server.client(challenge).getUserAccount()).toHaveStatus(401)
  })

  test('works once, when it is followed on two processes at the same moment', async () => {
    await using second = await openTestServer({ beside: server, config: { rateLimitFactor: 100 } })
    const eve = await careful()
    await login(server, eve)
    const token = await mailedToken(server, eve)
    const answers = await Promise.all([server, second, server, second].map((on) => follow(on, token)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
  })

  test('dies with the password that began the sign-in', async () => {
    const eve = await careful()
    await login(server, eve)
    const token = await mailedToken(server, eve)
    await server.database.query('update users set token_generation = token_generation + 1 where username = $1', [eve.username])
    expect(await follow(server, token)).toHaveStatus(401)
  })

  test('is not mailed at all when the password was changed before the mail went out', async () => {
    const eve = await careful()
    const [user] = await server.database.query<{ id: string }>('select id from users where username = $1', [eve.username])
    await server.database.query(
      `with c as (insert into login_challenges (purpose, user_id, nonce, generation, method, expires_at) values ('second_factor', $1, 'n', 0, 'password', now() + interval '10 minutes') returning id)
       select enqueue_job('secondFactors.sendLink', jsonb_build_object('challengeId', id), null, now(), null) from c`,
      [user?.id],
    )
    await mailsAreOut(server)
    expect(await mailsTo(server, eve.email, 'Finish signing in')).toEqual([])
  })

  test('is not enough any more once the account has an app', async () => {
    const eve = await careful()
    await login(server, eve)
    const token = await mailedToken(server, eve)
    await server.database.query(
      `insert into totp_secrets (user_id, sealed, confirmed_at) select id, 'x', now() from users where username = $1`,
      [eve.username],
    )
    expect(await follow(server, token)).toHaveStatus(401)
  })

  test('is of no use after the account is gone', async () => {
    const eve = await careful()
    await login(server, eve)
    const token = await mailedToken(server, eve)
    await server.database.query('delete from users where username = $1', [eve.username])
    expect(await follow(server, token)).toHaveStatus(401)
  })
})

describe('an organization that asks for a second factor', () => {
  test('is entered with one: the link leads into it', async () => {
    const eve = await memberOfStrict()
    expect(await login(server, eve)).toHaveStatus(200)
    const answer = await login(server, eve, eve.acme)
    expect(needOf(answer)).toEqual({ factors: ['email'] })
    const { token, permissions } = (await follow(server, await mailedToken(server, eve))).body.data
    expect(permissions['organization:read']).toBeDefined()
    expect(await server.client(token).getOrg({ path: { organization_canonical: eve.acme } })).toHaveStatus(200)
  })

  test('is closed to a session without one, which hears how to get in', async () => {
    const eve = await memberOfStrict()
    const client = server.client((await login(server, eve)).body.data.token)
    const path = { organization_canonical: eve.acme }
    expect(await client.getOrg({ path })).toBeError('Unauthorized', `${eve.acme} asks for a second factor: sign in again`)
    // A token of before it asked is no way round.
    expect(await server.client(await sessionToken(server, eve)).getOrg({ path })).toHaveStatus(403)
  })

  test('mails a link to whoever refreshes a token into it', async () => {
    const eve = await memberOfStrict()
    const client = server.client((await login(server, eve)).body.data.token)
    const answer = await client.refreshToken({ query: { organization_canonical: eve.acme } })
    expect(answer).toHaveStatus(401)
    expect(needOf(answer)).toEqual({ factors: ['email'] })
    const { token } = (await follow(server, await mailedToken(server, eve))).body.data
    expect(await server.client(token).getOrg({ path: { organization_canonical: eve.acme } })).toHaveStatus(200)
    // The session that asked is still what it was.
    expect(await client.getOrg({ path: { organization_canonical: eve.acme } })).toHaveStatus(403)
  })

  test('asks for it below as well: the link leads to the child that was named', async () => {
    const [acme, kid, username] = [fresh('acme'), fresh('kid'), fresh('eve')]
    await scenario(server, organization(acme, member(username), child(kid)))
    await server.database.query('update organizations set mfa_enabled = true where canonical = $1', [acme])
    const eve = await resident(server, username)
    const client = server.client((await login(server, eve)).body.data.token)
    expect(await client.refreshToken({ query: { organization_canonical: acme, child_canonical: kid } })).toHaveStatus(401)
    const { token } = (await follow(server, await mailedToken(server, eve))).body.data
    expect(await server.client(token).getOrg({ path: { organization_canonical: kid } })).toHaveStatus(200)
    expect(decodeJwt(token)['trochoid']).toMatchObject({ organization: { canonical: kid } })
  })

  test('asks whoever has an app for a code of it', async () => {
    const eve = await memberOfStrict()
    await server.database.query('update organizations set mfa_enabled = false where canonical = $1', [eve.acme])
    const { app } = await withApp(server, eve)
    await server.database.query('update users set mfa_enabled = false where username = $1', [eve.username])
    await server.database.query('update organizations set mfa_enabled = true where canonical = $1', [eve.acme])
    const { challenge = '', factors } = needOf(await login(server, eve, eve.acme)) ?? {}
    expect(factors).toEqual(['totp', 'recovery_code'])
    const { token } = (await server.client().finishLogin({ body: { challenge, totp: app.code() } })).body.data
    expect(await server.client(token).getOrg({ path: { organization_canonical: eve.acme } })).toHaveStatus(200)
  })

  test('tells who came by another account to look after that one', async () => {
    const eve = await memberOfStrict()
    const client = server.client(await sessionToken(server, eve, { method: 'google' }))
    expect(await client.refreshToken({ query: { organization_canonical: eve.acme } })).toHaveStatus(401)
    const token = await mailedToken(server, eve)
    const [mail] = await mailsTo(server, eve.email, 'Finish signing in')
    expect(mail?.body).toContain('look after the account that you sign in with')
    const { data } = (await follow(server, token)).body
    expect((await server.client(data.token).listSessions()).body.data[0]).toMatchObject({ method: 'google', second_factor: 'email' })
  })

  test('offers no second factor of the account to a session that its own identity provider made', async () => {
    const eve = await memberOfStrict()
    const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [eve.acme])
    const client = server.client(await sessionToken(server, eve, { confinedTo: Number(row?.id) }))
    const answer = await client.refreshToken({ query: { organization_canonical: eve.acme } })
    expect(answer).toBeError('Unauthenticated', 'at the identity provider of the organization')
    expect(needOf(answer)).toBeUndefined()
    expect(await challengesOf(eve)).toEqual([])
  })
})
