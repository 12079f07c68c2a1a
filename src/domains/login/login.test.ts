import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { apiKey, child, fresh, member, organization, person, project, role, scenario, team } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import { hashPassword } from '../../access/password.ts'

// Everybody here comes from one address; limits have tests of their own below.
const server = useServer({ config: { rateLimitFactor: 100 } })

const password = 'correct horse'
const hashed = hashPassword(password)

/** People of a scenario have no password by themselves. */
async function withPassword(name: string, on: TestServer = server): Promise<void> {
  await on.database.query('update users set password_hash = $2 where username = $1', [name, await hashed])
}

async function resident(on: TestServer = server): Promise<string> {
  const name = fresh('eve')
  await scenario(on, person(name))
  await withPassword(name, on)
  return name
}

const refresh = async (client: Client | undefined, query: { organization_canonical?: string; child_canonical?: string } = {}) => {
  const answer = await client?.refreshToken({ query })
  expect(answer).toHaveStatus(200)
  return answer?.body.data ?? { token: '', owns: [], permissions: {} }
}

describe('logging in', () => {
  test('with an address or a username, exactly one of them', async () => {
    const username = await resident()
    const email = `${username}@example.com`
    for (const body of [
      { username, password },
      { email, password },
      { email: email.toUpperCase(), password },
    ])
      expect(await server.client().login({ body })).toHaveStatus(200)
    expect(await server.client().login({ body: { username, email, password } })).toBeError('Invalid', 'exactly one')
    expect(await server.client().login({ body: { password, organization_canonical: 'acme' } })).toBeError('Invalid', 'exactly one')
    expect(await server.client().call('login', { body: { username, password, remember: true } })).toHaveStatus(422)
  })

  test('is refused in the same words for a wrong password, an unknown name, and an unverified address', async () => {
    const [known, unverified] = [await resident(), await resident()]
    await server.database.query('update user_emails set verified_at = null where email = $1', [`${unverified}@example.com`])
    const attempts = [
      { username: known, password: 'wrong horse' },
      { email: `${known}@example.com`, password: 'wrong horse' },
      { username: fresh('nobody'), password },
      { email: `${fresh('nobody')}@example.com`, password },
      { username: unverified, password },
      { email: `${unverified}@example.com`, password },
    ]
    const answers = await Promise.all(attempts.map((body) => server.client().login({ body })))
    for (const answer of answers) expect(answer).toHaveStatus(401)
    const words = answers.map(({ body }) => JSON.stringify({ ...body, request_id: '' }))
    expect(new Set(words).size).toBe(1)
  })

  test('by an address that waits for its mail is refused, though the account is in use', async () => {
    const username = await resident()
    await server.database.query(
      `insert into user_emails (user_id, email, purpose) select id, $1 || '@example.org', 'backup' from users where username = $1`,
      [username],
    )
    expect(await server.client().login({ body: { email: `${username}@example.org`, password } })).toHaveStatus(401)
    await server.database.query('update user_emails set verified_at = now() where email = $1', [`${username}@example.org`])
    expect(await server.client().login({ body: { email: `${username}@example.org`, password } })).toHaveStatus(200)
  })

  test('is written down', async () => {
    const username = await resident()
    const { token } = (await server.client().login({ body: { username, password } })).body.data
    const { last_login } = (await server.client(token).getUserAccount()).body.data
    expect(Math.abs(last_login - Date.now() / 1000)).toBeLessThan(60)
  })

  test('for an organization gives what the person may do there, and is refused for any other', async () => {
    const [acme, globex, name] = [fresh('acme'), fresh('globex'), fresh('eve')]
    await scenario(
      server,
      organization(
        acme,
        role('reader', ['organization:project:read']),
        member(name, 'reader'),
        team('core'),
        project('web', { owner: name }),
      ),
      organization(globex),
    )
    await withPassword(name)
    const { data } = (await server.client().login({ body: { username: name, password, organization_canonical: acme } })).body
    expect(data.owns).toEqual([`organization:${acme}:project:web`])
    expect(Object.keys(data.permissions)).toEqual(['organization:project:read'])
    expect(data.permissions['organization:project:read']).toMatchObject({
      action: 'organization:project:read',
      effect: 'allow',
      resources: [],
    })
    for (const canonical of [globex, fresh('nowhere')])
      expect(await server.client().login({ body: { username: name, password, organization_canonical: canonical } })).toBeError(
        'Unauthenticated',
        canonical,
      )
  })

  test('without an organization gives a token for the person alone', async () => {
    const { data } = (await server.client().login({ body: { username: await resident(), password } })).body
    expect([data.owns, data.permissions]).toEqual([[], {}])
    expect(await server.client(data.token).getOrgs()).toHaveStatus(200)
  })

  test('names, for each permission, the widest rule that grants it', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const some: [string, string] = ['organization:project:read', `organization:${acme}:project:web`]
    await scenario(server, organization(acme, role('reader', some, ['organization:project:*']), member(name, 'reader')))
    await withPassword(name)
    const { permissions } = (await server.client().login({ body: { username: name, password, organization_canonical: acme } })).body.data
    expect(permissions['organization:project:read']).toMatchObject({ action: 'organization:project:*', resources: [] })
  })
})

describe('a fresh token', () => {
  test('without an organization is for the person; of an old session there is none', async () => {
    const name = await resident()
    const { token } = (await server.client().login({ body: { username: name, password } })).body.data
    const again = await refresh(server.client(token))
    expect(await server.client(again.token).getUserAccount()).toHaveStatus(200)
    await server.database.query('delete from sessions where user_id = (select id from users where username = $1)', [name])
    for (const old of [token, again.token, 'made-up']) expect(await server.client(old).refreshToken()).toHaveStatus(401)
    expect(await server.client().refreshToken()).toHaveStatus(401)
  })

  test('for an organization is refused to strangers, in the same words as for one that does not exist', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme), person(name))
    const [foreign, unknown] = [
      await eve?.refreshToken({ query: { organization_canonical: acme } }),
      await eve?.refreshToken({ query: { organization_canonical: 'nowhere' } }),
    ]
    const words = (answer: typeof foreign, canonical: string) => JSON.stringify({ ...answer?.body, request_id: '' }).replace(canonical, '')
    expect(foreign).toHaveStatus(401)
    expect(words(foreign, acme)).toBe(words(unknown, 'nowhere'))
  })

  test('for a descendant at any depth is for administrators of an ancestor', async () => {
    const [acme, kid, grandkid] = [fresh('acme'), fresh('kid'), fresh('grandkid')]
    const [admin, plain] = [fresh('ada'), fresh('bob')]
    const cast = await scenario(
      server,
      organization(acme, member(admin), member(plain, 'organization-member'), child(kid, child(grandkid))),
    )
    for (const child_canonical of [kid, grandkid]) {
      const session = await refresh(cast[admin], { organization_canonical: acme, child_canonical })
      expect(session.permissions['organization:delete']).toMatchObject({ action: 'organization:**' })
      expect(await server.client(session.token).getOrg({ path: { organization_canonical: child_canonical } })).toHaveStatus(200)
      expect(await cast[plain]?.refreshToken({ query: { organization_canonical: acme, child_canonical } })).toBeError(
        'Unauthenticated',
        child_canonical,
      )
    }
  })

  test('for a descendant is for whom a rule names it, and says only what is true there', async () => {
    const [acme, kid, other, name] = [fresh('acme'), fresh('kid'), fresh('other'), fresh('eve')]
    const rule: [string, string] = ['organization:project:*', `organization:${kid}:project:*`]
    const { [name]: eve } = await scenario(
      server,
      organization(acme, role('kids', rule, ['organization:team:read']), member(name, 'kids'), child(kid), child(other)),
    )
    const session = await refresh(eve, { organization_canonical: acme, child_canonical: kid })
    expect(session.permissions['organization:project:read']).toMatchObject({ resources: [`organization:${kid}:project:*`] })
    expect(session.permissions['organization:team:read']).toBeUndefined()
    expect(await eve?.refreshToken({ query: { organization_canonical: acme, child_canonical: other } })).toHaveStatus(401)
    expect((await refresh(eve, { organization_canonical: acme })).permissions['organization:project:read']).toBeUndefined()
  })

  test('for a child needs its ancestor, not just any organization', async () => {
    const [acme, kid, globex, name] = [fresh('acme'), fresh('kid'), fresh('globex'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme, member(name), child(kid)), organization(globex, member(name)))
    expect(await eve?.refreshToken({ query: { organization_canonical: globex, child_canonical: kid } })).toHaveStatus(401)
    expect(await eve?.refreshToken({ query: { child_canonical: kid } })).toBeError('Invalid', 'query.child_canonical')
  })

  test('of an API key is for its organization or a child of it, and ends with the key', async () => {
    const [acme, kid, globex, key] = [fresh('acme'), fresh('kid'), fresh('globex'), fresh('robot')]
    const { [key]: robot } = await scenario(server, organization(acme, apiKey(key), child(kid)), organization(globex))
    for (const query of [{}, { organization_canonical: acme }])
      expect((await refresh(robot, query)).permissions['organization:read']).toMatchObject({ action: 'organization:**' })
    for (const query of [
      { child_canonical: kid },
      { organization_canonical: acme, child_canonical: kid },
      { organization_canonical: kid },
    ]) {
      const session = await refresh(robot, query)
      expect(session.owns).toEqual([])
      expect(await server.client(session.token).getOrg({ path: { organization_canonical: kid } })).toHaveStatus(200)
    }
    expect(await robot?.refreshToken({ query: { organization_canonical: globex } })).toHaveStatus(401)
    await server.database.query('delete from api_keys where canonical = $1', [key])
    expect(await robot?.refreshToken()).toHaveStatus(401)
  })

  test('shows a permission that was given a moment ago', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme, role('growing'), member(name, 'growing')))
    expect((await refresh(eve, { organization_canonical: acme })).permissions).toEqual({})
    await server.database.query(
      `insert into rules (organization_id, role_id, action) select r.organization_id, r.id, 'organization:team:list' from roles r join organizations o on o.id = r.organization_id where o.canonical = $1 and r.canonical = 'growing'`,
      [acme],
    )
    expect(Object.keys((await refresh(eve, { organization_canonical: acme })).permissions)).toEqual(['organization:team:list'])
  })
})

describe('limits', () => {
  const attempts = async (on: TestServer, count: number, body: { username: string; password: string }) => {
    const statuses: number[] = []
    for (let attempt = 1; attempt <= count; attempt++) statuses.push((await on.client().login({ body })).status)
    return statuses
  }

  test('ten wrong passwords, then nobody may try, not even with the right one; alike for nobody’s name', async () => {
    await using limited = await openTestServer()
    const username = await resident(limited)
    const nobody = fresh('nobody')
    for (const name of [username, nobody]) {
      const statuses = await attempts(limited, 11, { username: name, password: 'wrong horse' })
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429])
    }
    const answer = await limited.client().login({ body: { username, password } })
    expect(answer).toBeError('TooManyRequests', 'try again in')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('logging in often with the right password is no guessing', async () => {
    await using limited = await openTestServer()
    const username = await resident(limited)
    expect(new Set(await attempts(limited, 15, { username, password }))).toEqual(new Set([200]))
  })

  test('a right password between does not give a guesser more attempts', async () => {
    await using limited = await openTestServer()
    const [username, own] = [await resident(limited), await resident(limited)]
    const statuses: number[] = []
    for (let round = 1; round <= 11; round++) {
      statuses.push(...(await attempts(limited, 1, { username, password: `wrong horse ${round}` })))
      await attempts(limited, 1, { username: own, password })
    }
    expect(statuses.at(-1)).toBe(429)
  })

  test('many names from one address are too many', async () => {
    await using limited = await openTestServer({ config: { rateLimitFactor: 1 } })
    const answers = await Promise.all(
      Array.from({ length: 101 }, () => limited.client().login({ body: { username: fresh('nobody'), password } })),
    )
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1)
  })
})
