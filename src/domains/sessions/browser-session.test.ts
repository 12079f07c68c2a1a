/** A page in a browser: its session in a cookie, and what the cookie alone does not open. */
import { describe, expect, test } from 'vitest'
import { apiKey, fresh, member, organization, person, project, scenario, sessionToken } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import { operationTable } from '../../contract/operations.ts'

const server = useServer()

interface Page {
  cookie: string
  csrf: string
  headers: Record<string, string>
}

const cookieOf = (headers: Headers): string => (headers.get('set-cookie') ?? '').split(';')[0] ?? ''

async function openPage(token: string | undefined, on: TestServer = server): Promise<Page> {
  const { status, headers, body } = await on.client(token).openBrowserSession()
  expect(status).toBe(200)
  const csrf = body.data.csrf_token
  return { cookie: cookieOf(headers), csrf, headers: { cookie: cookieOf(headers), 'x-csrf-token': csrf } }
}

async function signedIn(): Promise<Page & { name: string; acme: string; token: string }> {
  const [acme, name] = [fresh('acme'), fresh('ada')]
  const { [name]: ada } = await scenario(server, organization(acme, member(name), project('web')))
  return { ...(await openPage(ada?.token)), name, acme, token: ada?.token ?? '' }
}

const idOf = async (table: string, column: string, value: string) =>
  Number((await server.database.query<{ id: string }>(`select id from ${table} where ${column} = $1`, [value]))[0]?.id)

describe('a page opens its session', () => {
  test('in a cookie that no script reads, no other site sends, and that lasts as long as the token', async () => {
    const name = fresh('ada')
    const { [name]: ada } = await scenario(server, person(name))
    const { headers, body } = (await ada?.openBrowserSession()) ?? {}
    expect(headers?.get('set-cookie')).toMatch(
      /^trochoid_session=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; Max-Age=863\d\d; HttpOnly; SameSite=Strict$/,
    )
    expect(body?.data.account.username).toBe(name)
    expect(body?.data.session).toMatchObject({ current: true, method: 'password' })
    expect(body?.data.expires_at).toBeGreaterThan(Date.now() / 1000 + 23 * 3600)
    expect(JSON.stringify(body)).not.toContain(cookieOf(headers ?? new Headers()).split('=')[1])
  })

  test('over https in one that no neighbouring host can plant', async () => {
    await using secure = await openTestServer({ beside: server, config: { apiUrl: 'https://platform.example.com' } })
    const { token, headers: page } = await signedIn()
    const { headers } = await secure.client(token).openBrowserSession()
    expect(headers.get('set-cookie')).toMatch(/^__Host-trochoid_session=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/)
    expect(await secure.client().getOrgs({ headers: page })).toHaveStatus(401)
  })

  test('with a token in the header only: a link or a form of another site could bring one in the URL', async () => {
    const { token } = await signedIn()
    const answer = await server.client().call('openBrowserSession', { query: { api_key: token } })
    expect(answer).toBeError('Invalid', 'Authorization')
    expect(answer.headers.has('set-cookie')).toBe(false)
  })

  test('as a person: a key is refused, also when somebody puts it into the cookie', async () => {
    const [acme, key] = [fresh('acme'), fresh('robot')]
    const { [key]: robot } = await scenario(server, organization(acme, apiKey(key)))
    expect(await robot?.openBrowserSession()).toBeError('Invalid', 'API key')
    const { csrf } = await signedIn()
    const headers = { cookie: `trochoid_session=${robot?.token}`, 'x-csrf-token': csrf }
    expect(await server.client().getOrg({ path: { organization_canonical: acme }, headers })).toHaveStatus(401)
  })

  test('of an organization’s own identity provider too, and is told so', async () => {
    const { acme, name } = await signedIn()
    const user = { id: await idOf('users', 'username', name), username: name }
    const confinedTo = await idOf('organizations', 'canonical', acme)
    const { cookie } = await openPage(await sessionToken(server, user, { method: 'saml2', confinedTo }))
    const { body } = await server.client().getBrowserSession({ headers: { cookie } })
    expect(body.data.session).toMatchObject({ method: 'saml2', organization_canonical: acme })
  })
})

describe('a page that was just loaded', () => {
  test('is told by the cookie alone who is signed in, and the session goes on', async () => {
    const { cookie, csrf, name } = await signedIn()
    await server.database.query(`update sessions set expires_at = now() + interval '1 minute' where user_id = $1`, [
      await idOf('users', 'username', name),
    ])
    const { status, body, headers } = await server.client().getBrowserSession({ headers: { cookie } })
    expect(status).toBe(200)
    expect(body.data).toMatchObject({ csrf_token: csrf, account: { username: name } })
    expect(body.data.expires_at).toBeGreaterThan(Date.now() / 1000 + 3600)
    expect(headers.get('set-cookie')).toContain('Max-Age=863')
    expect(await server.client().getOrgs({ headers: { cookie: cookieOf(headers), 'x-csrf-token': csrf } })).toHaveStatus(200)
  })

  test('is asked to sign in without a cookie, with one of no session, and with one that has ended', async () => {
    const { headers, cookie } = await signedIn()
    expect(await server.client().getBrowserSession()).toHaveStatus(401)
    expect(await server.client().getBrowserSession({ headers: { cookie: 'trochoid_session=rubbish' } })).toHaveStatus(401)
    expect(await server.client().closeBrowserSession({ headers })).toHaveStatus(204)
    expect(await server.client().getBrowserSession({ headers: { cookie } })).toBeError('Unauthenticated', 'sign in again')
  })

  test('is not told by a token, which would put somebody else’s session into the browser that follows a link', async () => {
    const { token } = await signedIn()
    for (const answer of [
      await server.client(token).getBrowserSession(),
      await server.client().call('getBrowserSession', { query: { api_key: token } }),
    ]) {
      expect(answer).toBeError('Invalid', 'cookie')
      expect(answer.headers.has('set-cookie')).toBe(false)
    }
  })
})

describe('what the cookie does not open by itself', () => {
  test('is everything else, also what only reads, until the page shows that it is ours', async () => {
    const { cookie, csrf, acme } = await signedIn()
    const other = await signedIn()
    const path = { organization_canonical: acme }
    for (const token of [undefined, '', 'rubbish', csrf.slice(0, -1), `${csrf}0`, other.csrf]) {
      const headers = { cookie, ...(token === undefined ? {} : { 'x-csrf-token': token }) }
      for (const answer of [
        await server.client().getOrgs({ headers }),
        await server.client().getProjects({ path, headers }),
        await server.client().createProject({ path, headers, body: { name: 'mine', config_repository_canonical: 'config' } }),
        await server.client().closeBrowserSession({ headers }),
      ]) {
        expect(answer).toBeError('InvalidCSRFToken', 'X-CSRF-Token')
        expect(answer.status).toBe(403)
      }
    }
    expect(await server.client().getProjects({ path, headers: { cookie, 'x-csrf-token': csrf } })).toHaveStatus(200)
  })

  test('is really everything: no other operation answers to the cookie alone', async () => {
    const { cookie, acme } = await signedIn()
    for (const [id, { scope, path }] of Object.entries(operationTable)) {
      if ((scope !== 'organization' && scope !== 'authenticated') || id === 'getBrowserSession') continue
      const values = Object.fromEntries([...path.matchAll(/{(\w+)}/g)].map(([, name = '']) => [name, '1']))
      const answer = await server
        .client()
        .call(id as keyof typeof operationTable, { path: { ...values, organization_canonical: acme }, headers: { cookie } })
      expect(answer, id).toBeError('InvalidCSRFToken')
    }
  })

  test('is anything that a page of another site asks, whatever it sends along', async () => {
    const { headers } = await signedIn()
    for (const site of ['cross-site', 'same-site']) {
      const from = { ...headers, 'sec-fetch-site': site }
      expect(await server.client().getOrgs({ headers: from })).toBeError('InvalidCSRFToken', 'another site')
      const answer = await server.client().getBrowserSession({ headers: from })
      expect(answer).toBeError('InvalidCSRFToken', 'another site')
      expect(answer.headers.has('set-cookie')).toBe(false)
    }
    for (const site of ['same-origin', 'none'])
      expect(await server.client().getBrowserSession({ headers: { ...headers, 'sec-fetch-site': site } })).toHaveStatus(200)
  })

  test('is a token that could be carried away', async () => {
    const { headers, acme } = await signedIn()
    for (const query of [{}, { organization_canonical: acme }])
      expect(await server.client().refreshToken({ headers, query })).toBeError('Unauthorized', 'no token')
  })

  test('is any right of its own: the session may what its person may', async () => {
    const [hers, theirs] = [await signedIn(), await signedIn()]
    const answer = await server.client().getOrg({ path: { organization_canonical: theirs.acme }, headers: hers.headers })
    expect(answer).toBeError('Unauthorized', 'no organization')
  })
})

describe('beside the cookie', () => {
  test('a token that is named wins, good or bad, and needs nothing more', async () => {
    const [hers, theirs] = [await signedIn(), await signedIn()]
    const { cookie } = hers
    const named = await server.client(theirs.token).getUserAccount({ headers: { cookie } })
    expect(named.body.data.username).toBe(theirs.name)
    const byQuery = await server.client().call('getUserAccount', { query: { api_key: theirs.token }, headers: { cookie } })
    expect(byQuery.body).toMatchObject({ data: { username: theirs.name } })
    expect(await server.client('rubbish').getUserAccount({ headers: hers.headers })).toHaveStatus(401)
  })

  test('a password that a proxy asked for does not hide it', async () => {
    const { headers } = await signedIn()
    expect(await server.client().getOrgs({ headers: { ...headers, authorization: 'Basic dXNlcjpwYXNz' } })).toHaveStatus(200)
  })

  test('cookies of others, and its own name inside of theirs, are nothing to it', async () => {
    const { cookie, csrf } = await signedIn()
    const among = (text: string) => server.client().getOrgs({ headers: { cookie: text, 'x-csrf-token': csrf } })
    expect(await among(`a=b; ${cookie}; c=d=e`)).toHaveStatus(200)
    for (const text of [`x${cookie}`, `a="${cookie}"`, 'trochoid_session=', 'trochoid_session', ';;=;'])
      expect(await among(text)).toHaveStatus(401)
  })

  test('nor is one whose name differs by what only some take for white space: browsers let neighbouring hosts plant it', async () => {
    const { cookie, csrf } = await signedIn()
    for (const space of ['\u00a0', '\u0085', '\u000b', '\u000c'])
      for (const text of [`${space}${cookie}`, cookie.replace('=', `${space}=`)]) {
        const headers = { cookie: text, 'x-csrf-token': csrf }
        const answer = await server
          .client()
          .getOrgs({ headers })
          .catch(() => undefined)
        // Some of them no client sends.
        if (answer) expect(answer).toHaveStatus(401)
      }
    const headers = { cookie: `a=b;\t${cookie.replace('=', ' = ')} ; c`, 'x-csrf-token': csrf }
    expect(await server.client().getOrgs({ headers })).toHaveStatus(200)
  })

  test('what is open to everybody does not look at it', async () => {
    const { cookie } = await signedIn()
    for (const text of [cookie, 'trochoid_session=rubbish'])
      expect(await server.client().getConfig({ headers: { cookie: text, 'sec-fetch-site': 'cross-site' } })).toHaveStatus(200)
    const signIn = { body: { username: fresh('nobody'), password: 'not the password' }, headers: { cookie } }
    expect(await server.client().login(signIn)).toHaveStatus(401)
  })
})

describe('signing out', () => {
  test('ends the session on every process, takes the cookie away, and is written down', async () => {
    await using other = await openTestServer({ beside: server })
    const { headers, token, name, acme } = await signedIn()
    const path = { organization_canonical: acme }
    expect(await other.client().getOrg({ path, headers })).toHaveStatus(200)
    const answer = await server.client().closeBrowserSession({ headers })
    expect(answer.headers.get('set-cookie')).toBe('trochoid_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict')
    expect(await other.client().getOrg({ path, headers })).toHaveStatus(401)
    expect(await other.client(token).getUserAccount()).toHaveStatus(401)
    const again = await sessionToken(server, { id: await idOf('users', 'username', name), username: name })
    const [event] = (await server.client(again).listAccountEvents()).body.data
    expect(event).toMatchObject({ action: 'sessions_ended', message: `${name} signed out` })
  })

  test('one browser leaves the others signed in', async () => {
    const laptop = await signedIn()
    const user = { id: await idOf('users', 'username', laptop.name), username: laptop.name }
    const phone = await openPage(await sessionToken(server, user))
    expect(phone.csrf).not.toBe(laptop.csrf)
    expect(await server.client().closeBrowserSession({ headers: laptop.headers })).toHaveStatus(204)
    expect(await server.client().getOrgs({ headers: phone.headers })).toHaveStatus(200)
  })
})

test('a page outlives a change of the signing keys, on a process that did not hear of it', async () => {
  await using other = await openTestServer({ beside: server })
  const before = await signedIn()
  await server.platform.tokens.rotate()
  for (const on of [server, other]) expect(await on.client().getOrgs({ headers: before.headers })).toHaveStatus(200)
  const { headers, body } = await server.client().getBrowserSession({ headers: { cookie: before.cookie } })
  const after = { cookie: cookieOf(headers), 'x-csrf-token': body.data.csrf_token }
  expect(after['x-csrf-token']).not.toBe(before.csrf)
  await new Promise((wake) => setTimeout(wake, 1100))
  for (const on of [server, other]) expect(await on.client().getOrgs({ headers: after })).toHaveStatus(200)
})
