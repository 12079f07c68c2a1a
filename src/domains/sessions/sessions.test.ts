/** Where a person is signed in, and how that ends. */
import { describe, expect, test } from 'vitest'
import { child, fresh, member, organization, person, scenario, sessionToken } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { hashPassword } from '../../access/password.ts'
import { startSession } from '../../access/sessions.ts'
import { AccountTx } from '../../db/account-tx.ts'

const server = useServer()
const password = 'a long enough password'

async function resident(): Promise<{ id: number; username: string }> {
  const username = fresh('ada')
  await scenario(server, person(username))
  const [row] = await server.database.query<{ id: string }>('update users set password_hash = $2 where username = $1 returning id', [
    username,
    await hashPassword(password),
  ])
  await server.database.query('delete from sessions where user_id = $1', [row?.id])
  return { id: Number(row?.id), username }
}

const signIn = async (username: string, headers = {}) =>
  server.client((await server.client().login({ body: { username, password }, headers })).body.data.token)

describe('my sessions', () => {
  test('say since when, by which way and from where, the newest first, and which one asks', async () => {
    const { username } = await resident()
    await signIn(username, { 'user-agent': 'Phone 3' })
    const laptop = await signIn(username, { 'user-agent': 'Laptop' })
    const { data } = (await laptop.listSessions()).body
    expect(data).toMatchObject([
      { current: true, method: 'password', user_agent: 'Laptop', address: '127.0.0.1' },
      { current: false, method: 'password', user_agent: 'Phone 3' },
    ])
    expect(data[0]?.expires_at).toBeGreaterThan(Date.now() / 1000 + 23 * 3600)
  })

  test('end when they have to, where one token would live longer', async () => {
    await using brief = await openTestServer({ beside: server, config: { sessionHours: 72, sessionDays: 1 } })
    const { username } = await resident()
    const begun = Date.now() / 1000
    const { token } = (await brief.client().login({ body: { username, password } })).body.data
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }
    const [session] = (await brief.client(token).listSessions()).body.data
    for (const end of [exp, session?.expires_at]) expect(Math.abs((end ?? 0) - begun - 24 * 3600)).toBeLessThan(60)
  })

  test('are mine alone: nobody else sees or ends them', async () => {
    const [ada, eve] = [await resident(), await resident()]
    const [hers, theirs] = [await signIn(ada.username), await signIn(eve.username)]
    const [session] = (await hers.listSessions()).body.data
    expect((await theirs.listSessions()).body.data.map(({ id }) => id)).not.toContain(session?.id)
    expect(await theirs.revokeSession({ path: { session_id: session?.id ?? 0 } })).toBeError('NotFoundEntity')
    expect(await hers.getUserAccount()).toHaveStatus(200)
  })

  test('a refreshed token belongs to the session that it came from, and ends with it', async () => {
    const { username } = await resident()
    const [first, other] = [await signIn(username), await signIn(username)]
    const again = server.client((await first.refreshToken()).body.data.token)
    const [, session] = (await other.listSessions()).body.data
    expect((await other.listSessions()).body.data).toHaveLength(2)
    expect(await other.revokeSession({ path: { session_id: session?.id ?? 0 } })).toHaveStatus(204)
    for (const client of [first, again]) expect(await client.getUserAccount()).toBeError('Unauthenticated', 'sign in again')
    expect(await again.refreshToken()).toHaveStatus(401)
    expect(await other.getUserAccount()).toHaveStatus(200)
  })

  test('ending all others keeps the one that asks', async () => {
    const { username } = await resident()
    const [phone, tablet, laptop] = [await signIn(username), await signIn(username), await signIn(username)]
    expect(await laptop.revokeOtherSessions()).toHaveStatus(204)
    for (const client of [phone, tablet]) expect(await client.getUserAccount()).toHaveStatus(401)
    expect((await laptop.listSessions()).body.data).toHaveLength(1)
  })

  test('one ends itself: that is how to sign out', async () => {
    const { username } = await resident()
    const laptop = await signIn(username)
    const [own] = (await laptop.listSessions()).body.data
    expect(await laptop.revokeSession({ path: { session_id: own?.id ?? 0 } })).toHaveStatus(204)
    expect(await laptop.getUserAccount()).toHaveStatus(401)
  })

  test('end inside organizations too, on the next request', async () => {
    const [acme, name] = [fresh('acme'), fresh('bob')]
    const { [name]: bob } = await scenario(server, organization(acme, member(name)))
    expect(await bob?.getOrg({ path: { organization_canonical: acme } })).toHaveStatus(200)
    const [own] = (await bob?.listSessions())?.body.data ?? []
    await bob?.revokeSession({ path: { session_id: own?.id ?? 0 } })
    expect(await bob?.getOrg({ path: { organization_canonical: acme } })).toBeError('Unauthenticated', 'has ended')
    expect(await bob?.getOrg({ path: { organization_canonical: fresh('nowhere') } })).toBeError('Unauthenticated', 'has ended')
  })

  test('no token carries a session past its last day', async () => {
    const { id, username } = await resident()
    const client = server.client(await sessionToken(server, { id, username }))
    await server.database.query(`update sessions set ends_at = now() + interval '5 minutes' where user_id = $1`, [id])
    const { token } = (await client.refreshToken()).body.data
    const [session] = (await server.client(token).listSessions()).body.data
    expect(session?.expires_at).toBeLessThan(Date.now() / 1000 + 301)
    const { exp = 0 } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: number }
    expect(exp).toBeLessThan(Date.now() / 1000 + 301)
  })
})

describe('a changed password', () => {
  test('ends every session, also the one that changed it, and the person reads about it', async () => {
    const { username } = await resident()
    const [phone, laptop] = [await signIn(username), await signIn(username)]
    const { given_name, family_name, locale } = (await laptop.getUserAccount()).body.data
    const body = {
      username,
      given_name,
      family_name,
      locale,
      mfa_enabled: false,
      password_update: { current: password, new: 'another long password' },
    }
    expect(await laptop.updateUserAccount({ body })).toHaveStatus(200)
    for (const client of [phone, laptop]) expect(await client.getUserAccount()).toHaveStatus(401)
    const { token } = (await server.client().login({ body: { username, password: 'another long password' } })).body.data
    const { data } = (await server.client(token).listAccountEvents()).body
    expect(data.map(({ action }) => action)).toEqual(['sign_in', 'password_changed', 'sign_in', 'sign_in'])
  })
})

describe('a sign-in under way', () => {
  test('ends with the password that it began with', async () => {
    const { id, username } = await resident()
    const proven = { method: 'password', secondFactor: null, confinedTo: null, identityId: null, address: '', userAgent: '' } as const
    const begin = (generation: number) =>
      AccountTx.write(server.platform.database, { kind: 'platform' }, (tx) =>
        startSession(tx, { userId: id, generation, ...proven }, server.platform.config),
      )
    await expect(begin(1)).resolves.toMatchObject({ id: expect.any(Number) })
    const laptop = await signIn(username)
    const { given_name, family_name, locale } = (await laptop.getUserAccount()).body.data
    const body = { username, given_name, family_name, locale, mfa_enabled: false }
    await laptop.updateUserAccount({ body: { ...body, password_update: { current: password, new: 'another long password' } } })
    await expect(begin(1)).rejects.toThrow('sign in again')
    expect(await server.database.query('select 1 from sessions where user_id = $1', [id])).toEqual([])
  })

  test('ends the oldest of a hundred sessions', async () => {
    const { id, username } = await resident()
    await server.database.query(
      `insert into sessions (user_id, method, expires_at, ends_at) select $1, 'password', now() + interval '1 day', now() + interval '1 day' from generate_series(1, 120)`,
      [id],
    )
    expect((await (await signIn(username)).listSessions()).body.data).toHaveLength(100)
  })
})

describe('what happened to my account', () => {
  test('names failed sign-ins too, and no one else’s', async () => {
    const [ada, eve] = [await resident(), await resident()]
    await server.client().login({ body: { username: ada.username, password: 'not the password' } })
    const [hers, theirs] = [await signIn(ada.username), await signIn(eve.username)]
    expect((await hers.listAccountEvents()).body.data.map(({ action }) => action)).toEqual(['sign_in', 'sign_in_failed'])
    expect((await theirs.listAccountEvents()).body.data).toHaveLength(1)
    expect(await hers.listAccountEvents({ query: { page_index: 0 } })).toBeError('Invalid', 'page_index')
  })
})

describe('an organization that asks for a second factor', () => {
  test('bars sessions that began without one, on the next request, and lets the others in', async () => {
    const [acme, name] = [fresh('acme'), fresh('bob')]
    const { [name]: bob } = await scenario(server, organization(acme, member(name)))
    const path = { organization_canonical: acme }
    expect(await bob?.updateOrg({ path, body: { name: acme, mfa_enabled: true } })).toHaveStatus(200)
    expect(await bob?.getOrg({ path })).toBeError('Unauthorized', 'second factor')
    const [row] = await server.database.query<{ id: string }>('select id from users where username = $1', [name])
    const proven = server.client(await sessionToken(server, { id: Number(row?.id), username: name }, { secondFactor: 'totp' }))
    expect((await proven.getOrg({ path })).body.data.mfa_enabled).toBe(true)
  })
})

describe('what an organization asks of a sign-in', () => {
  test('holds below it too: the provider of a child does not answer for what the parent asks, that of the parent does for both', async () => {
    const [acme, labs, name] = [fresh('acme'), fresh('labs'), fresh('bob')]
    await scenario(server, organization(acme, child(labs, member(name))))
    const idOf = async (table: string, column: string, value: string) =>
      Number((await server.database.query<{ id: string }>(`select id from ${table} where ${column} = $1`, [value]))[0]?.id)
    const user = { id: await idOf('users', 'username', name), username: name }
    const by = async (confinedTo: number) => server.client(await sessionToken(server, user, { method: 'saml2', confinedTo }))
    const [ofParent, ofChild] = [
      await by(await idOf('organizations', 'canonical', acme)),
      await by(await idOf('organizations', 'canonical', labs)),
    ]
    const path = { organization_canonical: labs }
    await server.database.query('update organizations set mfa_enabled = true where canonical = $1', [acme])
    expect(await ofChild.getOrg({ path })).toBeError('Unauthorized', 'second factor')
    expect(await ofParent.getOrg({ path })).toHaveStatus(200)
    await server.database.query('update organizations set mfa_enabled = false where canonical = $1', [acme])
    await server.database.query(
      `insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, required, default_role_id)
       select o.id, 'own', 'Own', o.canonical || '-0123456789', '', 'e', 's', '{}', true, r.id
       from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-member' where o.canonical = any ($1)`,
      [[acme, labs]],
    )
    expect(await ofChild.getOrg({ path })).toBeError('Unauthorized', 'identity provider')
    expect(await ofParent.getOrg({ path })).toHaveStatus(200)
  })
})

describe('a session of an organization’s own identity provider', () => {
  const confined = async () => {
    const [acme, globex, name] = [fresh('acme'), fresh('globex'), fresh('bob')]
    await scenario(server, organization(acme, member(name)), organization(globex, member(name)))
    const [user] = await server.database.query<{ id: string }>('select id from users where username = $1', [name])
    const [home] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [acme])
    const token = await sessionToken(server, { id: Number(user?.id), username: name }, { method: 'saml2', confinedTo: Number(home?.id) })
    return { client: server.client(token), acme, globex }
  }

  test('is good there and nowhere else', async () => {
    const { client, acme, globex } = await confined()
    expect(await client.getOrg({ path: { organization_canonical: acme } })).toHaveStatus(200)
    expect(await client.getOrg({ path: { organization_canonical: globex } })).toHaveStatus(403)
    expect(await client.refreshToken({ query: { organization_canonical: globex } })).toHaveStatus(401)
    expect((await client.getOrgs()).body.data.map(({ canonical }) => canonical)).toEqual([acme])
  })

  test('reads the name of its person, and cannot touch the account', async () => {
    const { client } = await confined()
    expect((await client.getUserAccount()).body.data.emails).toHaveLength(1)
    for (const answer of [
      await client.deleteUserAccount(),
      await client.createOrg({ body: { name: fresh('mine') } }),
      await client.listIdentities(),
      await client.createTotp(),
      await client.listAccountEvents(),
    ])
      expect(answer).toBeError('Unauthorized', 'identity provider of an organization')
  })

  test('sees and ends none of the person’s other sessions', async () => {
    const { client } = await confined()
    const { data } = (await client.listSessions()).body
    expect(data).toMatchObject([{ current: true, method: 'saml2' }])
    const [other] = await server.database.query<{ id: string }>(
      'select min(id)::text as id from sessions where user_id = (select user_id from sessions where id = $1)',
      [data[0]?.id],
    )
    expect(await client.revokeSession({ path: { session_id: Number(other?.id) } })).toBeError('NotFoundEntity')
    expect(await client.revokeOtherSessions()).toHaveStatus(204)
    expect(await server.database.query('select 1 from sessions where id = $1', [other?.id])).toHaveLength(1)
  })
})
