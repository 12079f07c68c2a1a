import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { apiKey, fresh, member, organization, person, project, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import { mintInvitationToken } from '../members/invitation-token.ts'
import { listMails } from './outbox.ts'

// Everybody here comes from one address; limits have tests of their own below.
const server = useServer({ worker: true, config: { rateLimitFactor: 100 } })

// The first of an installation is special, and has a test of its own.
beforeAll(async () => void (await scenario(server, person('first'))))

const password = 'correct horse'
const newcomer = (username = fresh('newcomer')) => ({
  username,
  email: `${username}@example.com`,
  password,
  given_name: 'Nora',
  family_name: 'Newcomer',
})
const profile = (username: string) => ({ username, given_name: 'Ada', family_name: 'Tester', locale: 'en' as const, mfa_enabled: false })

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; attempt <= 200; attempt++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(25)
  }
  throw new Error('it did not happen within five seconds')
}

const mailsTo = async (to: string) => (await listMails(server.platform)).filter((mail) => mail.to === to)

/** The bare token of the newest mail to an address, once there are `count` of them. */
async function tokenFor(to: string, count = 1): Promise<string> {
  const [mail] = await until(async () => {
    const mails = await mailsTo(to)
    return mails.length >= count ? mails : undefined
  })
  const [token] = /^\d+-[0-9a-f]+$/m.exec(mail?.text ?? '') ?? []
  if (!token) throw new Error(`the mail holds no token: ${mail?.text}`)
  return token
}

/** Lets the queue run dry: what has not been mailed by then never will be. */
async function quiet(): Promise<void> {
  await until(async () => {
    const [row] = await server.database.query<{ waiting: string }>(
      'select count(*) as waiting from graphile_worker.jobs where task_identifier like $1',
      ['accounts.%'],
    )
    return row?.waiting === '0' ? true : undefined
  })
}

/** Somebody who has signed up and followed the mail. */
async function resident(): Promise<ReturnType<typeof newcomer>> {
  const body = newcomer()
  await signedUp(server, body)
  expect(await server.client().emailVerification({ path: { verification_token: await tokenFor(body.email) } })).toHaveStatus(204)
  return body
}

const signedUp = async (on: TestServer, body: ReturnType<typeof newcomer> & { invitation_token?: string }) =>
  expect(await on.client().signUp({ body })).toHaveStatus(204)

async function loggedIn({ email, password }: { email: string; password: string }): Promise<Client> {
  const answer = await server.client().login({ body: { email, password } })
  expect(answer).toHaveStatus(200)
  return server.client(answer.body.data.token)
}

async function invitation(canonical: string, email: string, role = 'organization-member'): Promise<string> {
  const [row] = await server.database.query<{ organization_id: string; id: string }>(
    `insert into members (organization_id, role_id, invitation_state, invitation_email, invitation_nonce, invited_at)
     select o.id, r.id, 'pending', $2, 'nonce', now() from organizations o join roles r on r.organization_id = o.id and r.canonical = $3 where o.canonical = $1
     returning organization_id, id`,
    [canonical, email, role],
  )
  return mintInvitationToken(server.platform, { organizationId: Number(row?.organization_id), memberId: Number(row?.id), nonce: 'nonce' })
}

/** Runs things at once for sure: nobody can write the table before `count` of them wait for one thing or another. */
async function colliding<T>(on: TestServer, table: string, count: number, run: () => Promise<T>): Promise<T> {
  const holder = new pg.Client({ connectionString: on.database.url })
  await holder.connect()
  try {
    await holder.query(`begin; lock table ${table} in exclusive mode`)
    const running = run()
    await until(async () => {
      const [row] = await on.database.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return row?.waiting === count ? true : undefined
    })
    await holder.query('commit')
    return await running
  } finally {
    await holder.end()
  }
}

const eventsOf = (canonical: string) =>
  server.database.query<{ title: string; message: string; operation: string }>(
    'select e.title, e.message, e.operation from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id',
    [canonical],
  )

describe('signing up', () => {
  test('the first user of an installation logs in at once; of several at once only one is the first', async () => {
    await using empty = await openTestServer({ config: { rateLimitFactor: 100 } })
    const people = Array.from({ length: 6 }, () => newcomer())
    const answers = await colliding(empty, 'user_emails', people.length, () =>
      Promise.all(people.map((body) => empty.client().signUp({ body }))),
    )
    for (const answer of answers) expect(answer).toHaveStatus(204)
    const statuses = await Promise.all(
      people.map(async ({ username }) => (await empty.client().login({ body: { username, password } })).status),
    )
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401])
  })

  test('later users log in after they have followed the mail, which works once', async () => {
    const body = newcomer()
    await signedUp(server, body)
    expect(await server.client().login({ body: { email: body.email, password } })).toBeError('Unauthenticated', 'not verified yet')
    const path = { verification_token: await tokenFor(body.email) }
    expect(await server.client().emailVerification({ path })).toHaveStatus(204)
    expect(await server.client().emailVerification({ path })).toBeError('NotFoundEntity', 'verification token')
    expect(await server.client().login({ body: { email: body.email.toUpperCase(), password } })).toHaveStatus(200)
  })

  test('a taken username or address is refused, whatever its case', async () => {
    const first = newcomer()
    await signedUp(server, first)
    expect(await server.client().signUp({ body: { ...newcomer(), username: first.username } })).toBeError('AlreadyExists', 'username')
    expect(await server.client().signUp({ body: { ...newcomer(), email: first.email.toUpperCase() } })).toBeError(
      'AlreadyExists',
      'e-mail address',
    )
  })

  test('of two who sign up with the same address at once, one gets it', async () => {
    const { email } = newcomer()
    const answers = await Promise.all([1, 2, 3].map(() => server.client().signUp({ body: { ...newcomer(), email } })))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409])
  })

  test('unknown keys are ignored, unknown countries are not', async () => {
    const answer = await server.client().call('signUp', { body: { ...newcomer(), full_name: 'Nora Newcomer' } })
    expect(answer).toHaveStatus(204)
    expect(await server.client().signUp({ body: { ...newcomer(), country_code: 'QQ' } })).toBeError('Invalid', 'body.country_code')
  })

  test('an expired verification token is unknown', async () => {
    const body = newcomer()
    await signedUp(server, body)
    const verification_token = await tokenFor(body.email)
    await server.database.query(`update account_tokens set expires_at = now() - interval '1 second' where email = $1`, [body.email])
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(404)
  })

  test('a forged verification token is unknown, and so is what is no token at all', async () => {
    const body = newcomer()
    await signedUp(server, body)
    const token = await tokenFor(body.email)
    const forged = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
    for (const verification_token of [forged, `${token}0`, 'hello', '99999999999999999999-00', '-----'])
      expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(404)
  })

  test('asking again sends another mail to who waits, and nothing to anybody else; the answer is the same', async () => {
    const [waiting, verified] = [newcomer(), await resident()]
    await signedUp(server, waiting)
    await tokenFor(waiting.email)
    for (const email of [waiting.email, verified.email, `${fresh('nobody')}@example.com`]) {
      const answer = await server.client().emailVerificationResend({ body: { email } })
      expect([answer.status, answer.body]).toEqual([204, undefined])
    }
    const verification_token = await tokenFor(waiting.email, 2)
    await quiet()
    expect(await mailsTo(verified.email)).toHaveLength(1)
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(204)
  })

  test('the queue and the log hold no token and no password', async () => {
    const body = { ...newcomer(), password: 'a very special secret' }
    await signedUp(server, body)
    const token = await tokenFor(body.email)
    await server.client().emailVerification({ path: { verification_token: token } })
    const stored = JSON.stringify(await server.database.query('select * from account_tokens'))
    expect(stored).not.toContain(token.split('-')[1])
    expect(server.logs.join('\n')).not.toContain(token.split('-')[1])
    expect(server.logs.join('\n')).not.toContain(body.password)
  })
})

describe('signing up by invitation', () => {
  test('the invited person is verified and a member at once, and the organization has an event', async () => {
    const acme = fresh('acme')
    await scenario(server, organization(acme, member('ada')))
    const body = newcomer()
    await signedUp(server, { ...body, invitation_token: await invitation(acme, body.email.toUpperCase()) })
    const session = (await server.client().login({ body: { username: body.username, password, organization_canonical: acme } })).body.data
    expect(session.permissions['organization:read']).toMatchObject({ effect: 'allow' })
    expect((await eventsOf(acme)).at(-1)).toMatchObject({
      operation: 'member:accept',
      message: `${body.username} accepted the invitation to the organization`,
    })
  })

  test('an invitation works once, and only for the address it was sent to', async () => {
    const acme = fresh('acme')
    await scenario(server, organization(acme, member('ada')))
    const [invited, other] = [newcomer(), newcomer()]
    const invitation_token = await invitation(acme, invited.email)
    expect(await server.client().signUp({ body: { ...other, invitation_token } })).toBeError('Invalid', 'body.email')
    await signedUp(server, { ...invited, invitation_token })
    expect(await server.client().signUp({ body: { ...newcomer(), invitation_token } })).toBeError('Invalid', 'body.invitation_token')
    expect(await server.client().signUp({ body: { ...newcomer(), invitation_token: 'made-up' } })).toBeError(
      'Invalid',
      'body.invitation_token',
    )
  })

  test('an invitation is not used up by a sign-up that fails', async () => {
    const acme = fresh('acme')
    await scenario(server, organization(acme, member('ada')))
    const body = newcomer()
    const invitation_token = await invitation(acme, body.email)
    expect(await server.client().signUp({ body: { ...body, username: 'ada', invitation_token } })).toHaveStatus(409)
    expect(await eventsOf(acme)).toHaveLength(1)
    await signedUp(server, { ...body, invitation_token })
  })
})

describe('my account', () => {
  test('shows what was given, and what changed', async () => {
    const body = { ...newcomer(), country_code: 'FR' }
    await signedUp(server, body)
    await server.client().emailVerification({ path: { verification_token: await tokenFor(body.email) } })
    const client = await loggedIn(body)
    const before = (await client.getUserAccount()).body.data
    expect(before).toMatchObject({
      username: body.username,
      locale: 'en',
      country: { code: 'FR', name: 'France' },
      emails: [{ email: body.email, purpose: 'primary', verified: true }],
      guide: {},
    })
    expect(before.last_login).toBeGreaterThan(0)
    const update = { ...profile(body.username), locale: 'fr' as const, picture_url: 'https://example.com/me.png' }
    const after = (await client.updateUserAccount({ body: update })).body.data
    expect(after).toMatchObject({ given_name: 'Ada', locale: 'fr', picture_url: 'https://example.com/me.png', emails: before.emails })
    expect(after.country).toBeUndefined()
    expect((await client.getUserAccount()).body.data).toEqual(after)
  })

  test('a username of somebody else, a picture that is a script, and a second factor are refused', async () => {
    const [name, taken] = [fresh('eve'), fresh('bob')]
    const cast = await scenario(server, person(name), person(taken))
    const eve = cast[name]
    expect(await eve?.updateUserAccount({ body: profile(taken) })).toBeError('AlreadyExists', 'username')
    expect(await eve?.updateUserAccount({ body: { ...profile(name), picture_url: 'javascript:alert(1)' } })).toBeError(
      'Invalid',
      'body.picture_url',
    )
    expect(await eve?.updateUserAccount({ body: { ...profile(name), mfa_enabled: true } })).toBeError(
      'Invalid',
      'not available in this version',
    )
  })

  test('keys cannot be used for it', async () => {
    const { robot } = await scenario(server, organization(fresh('acme'), apiKey('robot')))
    expect(await robot.getUserAccount()).toBeError('Invalid', 'API key')
  })

  test('the guide is kept as it was sent, replaced each time, and not without bounds', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const guide = { step: 3, done: ['a', { b: null }] }
    expect(await eve?.updateUserGuide({ body: guide })).toHaveStatus(204)
    expect((await eve?.getUserAccount())?.body.data.guide).toEqual(guide)
    expect(await eve?.call('updateUserGuide', {})).toHaveStatus(204)
    expect((await eve?.getUserAccount())?.body.data.guide).toEqual({})
    expect(await eve?.updateUserGuide({ body: { text: 'x'.repeat(70_000) } })).toBeError('Invalid', 'at most')
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    expect(await eve?.call('updateUserGuide', { body: deep })).toBeError('Invalid', 'deep')
    expect(await eve?.call('updateUserGuide', { body: '{"a":"\\ud800"}' })).toBeError('Invalid', 'surrogate')
  })
})

describe('my addresses', () => {
  const emailsOf = async (client: Client | undefined) =>
    (await client?.getUserAccount())?.body.data.emails.map(({ email, purpose, verified }) => [email, purpose, verified])

  test('a new address waits for its mail, and may become the primary one only then', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const [old, other] = [`${name}@example.com`, `${name}@example.org`]
    const swapped = {
      ...profile(name),
      emails: [
        { email: other, purpose: 'primary' },
        { email: old, purpose: 'backup' },
      ],
    }
    expect(await eve?.updateUserAccount({ body: swapped })).toBeError('Invalid', 'body.emails[0].email')
    const added = {
      ...profile(name),
      emails: [
        { email: old, purpose: 'primary' },
        { email: other, purpose: 'backup' },
      ],
    }
    expect(await eve?.updateUserAccount({ body: added })).toHaveStatus(200)
    expect(await emailsOf(eve)).toEqual([
      [old, 'primary', true],
      [other, 'backup', false],
    ])
    expect(await eve?.updateUserAccount({ body: swapped })).toBeError('Invalid', 'body.emails[0].email')
    await server.client().emailVerification({ path: { verification_token: await tokenFor(other) } })
    expect(await eve?.updateUserAccount({ body: swapped })).toHaveStatus(200)
    expect(await emailsOf(eve)).toEqual([
      [other, 'primary', true],
      [old, 'backup', true],
    ])
    expect(await eve?.updateUserAccount({ body: { ...profile(name), emails: [{ email: other, purpose: 'primary' }] } })).toHaveStatus(200)
    expect(await emailsOf(eve)).toEqual([[other, 'primary', true]])
  })

  test('an address that was given up is not verified by the mail that is still under way', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const primary = { email: `${name}@example.com`, purpose: 'primary' }
    const other = `${name}@example.org`
    await eve?.updateUserAccount({ body: { ...profile(name), emails: [primary, { email: other, purpose: 'backup' }] } })
    const verification_token = await tokenFor(other)
    await eve?.updateUserAccount({ body: { ...profile(name), emails: [primary] } })
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(404)
  })

  test('the list has exactly one primary, no twins, and nobody else’s', async () => {
    const [name, bob] = [fresh('eve'), fresh('bob')]
    const { [name]: eve } = await scenario(server, person(name), person(bob))
    const email = `${name}@example.com`
    const put = (...emails: { email: string; purpose: string }[]) => eve?.updateUserAccount({ body: { ...profile(name), emails } })
    expect(await put({ email, purpose: 'backup' })).toBeError('Invalid', 'exactly one')
    expect(await put({ email, purpose: 'primary' }, { email: email.toUpperCase(), purpose: 'backup' })).toBeError(
      'Invalid',
      'body.emails[1].email',
    )
    expect(await put({ email, purpose: 'primary' }, { email: 'x@example.com', purpose: 'spare' })).toBeError(
      'Invalid',
      'body.emails[1].purpose',
    )
    expect(await put({ email, purpose: 'primary' }, { email: `${bob}@example.com`, purpose: 'backup' })).toBeError(
      'AlreadyExists',
      'e-mail address',
    )
    expect(await emailsOf(eve)).toEqual([[email, 'primary', true]])
  })

  test('two changes of the list at once leave one of the two lists, never a mixture', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const primary = { email: `${name}@example.com`, purpose: 'primary' }
    const lists = ['a', 'b', 'c', 'd'].map((letter) => [
      primary,
      ...[1, 2, 3].map((number) => ({ email: `${name}-${letter}${number}@example.com`, purpose: 'backup' })),
    ])
    const answers = await Promise.all(lists.map((emails) => eve?.updateUserAccount({ body: { ...profile(name), emails } })))
    for (const answer of answers) expect(answer).toHaveStatus(200)
    const now = (await emailsOf(eve))?.map(([email]) => email)
    expect(lists.map((list) => list.map(({ email }) => email))).toContainEqual(now)
  })
})

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

describe('leaving', () => {
  test('the last administrator cannot leave, and is told where they are needed', async () => {
    const [acme, globex, name] = [fresh('acme'), fresh('globex'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme, member(name)), organization(globex, member(name), member('ada')))
    const answer = await eve?.deleteUserAccount()
    expect(answer).toHaveStatus(403)
    expect(answer).toBeError('Unauthorized', acme)
    expect(answer).not.toBeError('Unauthorized', globex)
    expect(await eve?.getUserAccount()).toHaveStatus(200)
    expect(await eve?.getProjects({ path: { organization_canonical: globex } })).toHaveStatus(200)
  })

  test('what they owned stays without an owner, each organization has an event, and sessions end', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const cast = await scenario(
      server,
      organization(acme, member('ada'), member(name, 'organization-member'), project('web', { owner: name })),
    )
    const [eve, ada] = [cast[name], cast.ada]
    expect(await eve?.deleteUserAccount()).toHaveStatus(204)
    expect(await eve?.getUserAccount()).toHaveStatus(401)
    expect(await eve?.getProjects({ path: { organization_canonical: acme } })).toHaveStatus(401)
    expect((await ada?.getProject({ path: { organization_canonical: acme, project_canonical: 'web' } }))?.body.data.owner).toBeUndefined()
    expect((await eventsOf(acme)).at(-1)).toMatchObject({
      operation: 'member:delete',
      message: `${name} deleted their account and left the organization`,
    })
    expect(await server.client().signUp({ body: { ...newcomer(), username: name } })).toHaveStatus(204)
  })

  test('of two administrators who leave at once, one stays', async () => {
    const [acme, eve, bob] = [fresh('acme'), fresh('eve'), fresh('bob')]
    const cast = await scenario(server, organization(acme, member(eve), member(bob)))
    const answers = await colliding(server, 'events', 2, () =>
      Promise.all([cast[eve], cast[bob]].map((client) => client?.deleteUserAccount())),
    )
    expect(answers.map((answer) => answer?.status).sort()).toEqual([204, 403])
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
