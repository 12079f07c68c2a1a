import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { dayFromNow, licenceKey, placeLicence, placeSubscription } from '../../../test/support/licences.ts'
import { apiKey, child, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'

// Everybody here comes from one address; the limit has a test of its own.
const server = useServer({ config: { developmentLicences: true, rateLimitFactor: 1000 } })

const acme = () => fresh('acme')
const at = (organization_canonical: string) => ({ path: { organization_canonical } })
/** As the command line does: without a token. */
const activate = async (organization_canonical: string, key: string | Promise<string>, on: TestServer = server) =>
  on.client().activateLicence({ ...at(organization_canonical), body: { key: await key } })
const eventsOf = (canonical: string) =>
  server.database.query<{ operation: string; title: string; message: string; user_id: string | null }>(
    `select e.operation, e.title, e.message, e.user_id from events e join organizations o on o.id = e.organization_id
     where o.canonical = $1 and e.operation like 'licence:%' order by e.id`,
    [canonical],
  )
const licenceOf = async (who: Client, canonical: string) => (await who.getLicence(at(canonical))).body.data

describe('activating a licence', () => {
  test('needs no token, holds for the root and all below it, and leaves an event by nobody', async () => {
    const [root, below] = [acme(), fresh('child')]
    const { ada, bob } = await scenario(server, organization(root, member('ada'), child(below, member('bob'))))
    expect(await ada.getLicence(at(root))).toHaveStatus(404)
    const key = await licenceKey({ members_count: 7, expires_at: dayFromNow(100) })
    expect(await activate(root, key)).toHaveStatus(204)
    const licence = await licenceOf(ada, root)
    expect(licence).toMatchObject({
      company_name: 'ACME Ltd',
      email_address: 'ops@acme.example',
      key,
      version: '1',
      on_prem: true,
      members_count: 7,
      current_members: 2,
      expires_at: Date.parse(`${dayFromNow(100)}T23:59:59Z`) / 1000,
    })
    expect(licence.created_at).toBeGreaterThan(Date.now() / 1000 - 60)
    // The key is good for its holder elsewhere too.
    expect(await licenceOf(bob, below)).toEqual({ ...licence, key: '' })
    expect(await eventsOf(root)).toEqual([
      {
        operation: 'licence:create',
        title: 'A licence has been activated',
        message: `The licence of ACME Ltd was activated: 7 seats until ${dayFromNow(100)}`,
        user_id: null,
      },
    ])
    expect(await eventsOf(below)).toEqual([])
  })

  test('for a child is activating it for its root', async () => {
    const [root, below] = [acme(), fresh('child')]
    const { ada } = await scenario(server, organization(root, member('ada'), child(fresh('between'), child(below))))
    expect(await activate(below, licenceKey({ members_count: 3 }))).toHaveStatus(204)
    expect((await licenceOf(ada, root)).members_count).toBe(3)
    expect(await eventsOf(root)).toHaveLength(1)
  })

  test('once more with the same key changes nothing', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    const key = await licenceKey()
    expect(await activate(root, key)).toHaveStatus(204)
    const before = await licenceOf(ada, root)
    expect(await activate(root, `${key}\n`)).toHaveStatus(204)
    expect(await licenceOf(ada, root)).toEqual(before)
    expect(await eventsOf(root)).toHaveLength(1)
  })

  test('with a key that is in use under another root is refused', async () => {
    const [one, two, below] = [acme(), acme(), fresh('child')]
    const { ada } = await scenario(server, organization(one, member('ada')), organization(two, member('ada'), child(below)))
    const key = await licenceKey()
    expect(await activate(one, key)).toHaveStatus(204)
    expect(await activate(two, key)).toBeError('Conflict', 'in use in another organization')
    expect(await activate(below, key)).toBeError('Conflict', 'in use in another organization')
    expect(await ada.getLicence(at(two))).toHaveStatus(404)
    expect(await eventsOf(two)).toEqual([])
  })

  test('in two organizations at the same moment works in one', async () => {
    const roots = [acme(), acme(), acme(), acme()]
    await scenario(server, ...roots.map((root) => organization(root, member('ada'))))
    const key = await licenceKey()
    const answers = await Promise.all(roots.map((root) => activate(root, key)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409, 409])
  })

  test('many at the same moment in one organization leaves the one that gives most', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    const keys = await Promise.all([3, 9, 5, 7, 4].map((members_count) => licenceKey({ members_count })))
    const answers = await Promise.all(keys.map((key) => activate(root, key)))
    expect(answers.filter(({ status }) => ![204, 409].includes(status))).toEqual([])
    expect((await licenceOf(ada, root)).members_count).toBe(9)
  })

  test('checks the key before it looks for the organization, so that a stranger learns of none', async () => {
    const root = acme()
    await scenario(server, organization(root, member('ada')))
    for (const canonical of [root, acme()]) {
      expect(await activate(canonical, 'a.b.c')).toBeError('Invalid', 'not a licence key')
      expect(await activate(canonical, licenceKey({ expires_at: dayFromNow(-2) }))).toBeError('Invalid', 'expired')
    }
    expect(await activate(acme(), licenceKey())).toHaveStatus(404)
  })

  test('that was signed for development works only where the installation says so', async () => {
    const root = acme()
    await scenario(server, organization(root, member('ada')))
    await using production = await openTestServer({ beside: server })
    const key = await licenceKey()
    expect(await activate(root, key, production)).toBeError('Invalid', 'for development')
    expect(await activate(root, key)).toHaveStatus(204)
  })
})

describe('because anybody may activate a licence, it never takes anything away', () => {
  test('fewer seats or an earlier end are refused, more and later are not', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    expect(await activate(root, licenceKey({ members_count: 10, expires_at: dayFromNow(100) }))).toHaveStatus(204)
    expect(await activate(root, licenceKey({ members_count: 9, expires_at: dayFromNow(200) }))).toBeError(
      'Conflict',
      '9 seats instead of 10',
    )
    expect(await activate(root, licenceKey({ members_count: 20, expires_at: dayFromNow(99) }))).toBeError(
      'Conflict',
      `until ${dayFromNow(99)} instead of ${dayFromNow(100)}`,
    )
    expect((await licenceOf(ada, root)).members_count).toBe(10)
    expect(await activate(root, licenceKey({ members_count: 11, expires_at: dayFromNow(100) }))).toHaveStatus(204)
    expect(await licenceOf(ada, root)).toMatchObject({ members_count: 11, current_members: 1 })
    expect(await eventsOf(root)).toHaveLength(2)
  })

  test('an expired licence still counts in its grace, and after it any may follow', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    await placeLicence(server, root, { seats: 10, expiresIn: -13 * 24 * 3600 })
    expect(await activate(root, licenceKey({ members_count: 5 }))).toBeError('Conflict', 'an administrator has to take it out of force')
    await placeLicence(server, root, { seats: 10, expiresIn: -15 * 24 * 3600 })
    expect(await activate(root, licenceKey({ members_count: 5 }))).toHaveStatus(204)
    expect((await licenceOf(ada, root)).members_count).toBe(5)
  })

  test('a licence for fewer people than there are is refused', async () => {
    const [root, below] = [acme(), fresh('child')]
    await scenario(server, organization(root, member('ada'), member('bob'), child(below, member('bob'), member('eve'))))
    expect(await activate(root, licenceKey({ members_count: 2 }))).toBeError('Conflict', '2 seats, and 3 people')
    expect(await activate(root, licenceKey({ members_count: 3 }))).toHaveStatus(204)
  })

  test('a small licence beside a plan leaves the plan’s seats', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    await placeSubscription(server, root, { provider: 'aws_marketplace', seats: 20 })
    expect(await activate(root, licenceKey({ members_count: 1 }))).toHaveStatus(204)
    const invited = await ada.inviteUserToOrgMember({
      ...at(root),
      body: { email: `${fresh('new')}@example.com`, role_canonical: 'organization-member' },
    })
    expect(invited).toHaveStatus(200)
  })
})

describe('taking a licence out of force', () => {
  test('makes room for a smaller one, and leaves an event', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    const small = await licenceKey({ members_count: 2 })
    await activate(root, licenceKey({ members_count: 10 }))
    expect(await activate(root, small)).toHaveStatus(409)
    expect(await ada.deleteLicence(at(root))).toHaveStatus(204)
    expect(await ada.getLicence(at(root))).toHaveStatus(404)
    expect(await ada.deleteLicence(at(root))).toHaveStatus(404)
    expect(await activate(root, small)).toHaveStatus(204)
    expect((await eventsOf(root)).map(({ operation, message }) => [operation, message])).toEqual([
      ['licence:create', expect.stringContaining('10 seats')],
      ['licence:delete', 'ada deleted the licence ACME Ltd'],
      ['licence:create', expect.stringContaining('2 seats')],
    ])
  })

  test('happens at the root, which a child names to whoever may see it', async () => {
    const [root, between, below] = [acme(), fresh('between'), fresh('child')]
    const { ada, bob } = await scenario(server, organization(root, member('ada'), child(between, child(below, member('bob')))))
    await activate(root, licenceKey())
    expect(await ada.deleteLicence(at(below))).toBeError('Conflict', `root organization ${root}: take the licence out of force there`)
    const answer = await bob.deleteLicence(at(below))
    expect(answer).toBeError('Conflict', 'root organization: take the licence')
    expect(JSON.stringify(answer.body)).not.toContain(root)
    expect(await ada.getLicence(at(root))).toHaveStatus(200)
  })

  test('and reading it are for who has the right to, people and keys', async () => {
    const [root, below] = [acme(), fresh('child')]
    const [reader, looker] = [fresh('reader'), fresh('looker')]
    const cast = await scenario(
      server,
      organization(
        root,
        role('reader', ['organization:licence:read']),
        role('looker', ['organization:read']),
        member(reader, 'reader'),
        member(looker, 'looker'),
        apiKey('robot'),
        child(below),
      ),
      organization(acme(), member('mallory')),
    )
    const as = (name: string) => cast[name] as Client
    await activate(root, licenceKey())
    expect(await as(reader).getLicence(at(root))).toHaveStatus(200)
    expect(await as(reader).deleteLicence(at(root))).toHaveStatus(403)
    expect(await as(looker).getLicence(at(root))).toHaveStatus(403)
    expect(await as('mallory').getLicence(at(root))).toHaveStatus(403)
    expect(await server.client().getLicence(at(root))).toHaveStatus(401)
    expect(await as('robot').getLicence(at(below))).toHaveStatus(200)
    expect(await as('robot').deleteLicence(at(root))).toHaveStatus(204)
  })
})

describe('guessing with licences', () => {
  let limited: TestServer & AsyncDisposable
  beforeAll(async () => {
    limited = await openTestServer({ beside: server, config: { developmentLicences: true, rateLimitFactor: 1 } })
  })
  afterAll(() => limited[Symbol.asyncDispose]())

  test('is limited: a good key is no way to ask which organizations there are', async () => {
    const key = await licenceKey({ jti: randomUUID() })
    const statuses: number[] = []
    for (let index = 0; index < 22; index++) statuses.push((await activate(acme(), key, limited)).status)
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 404))
    expect(statuses.slice(20)).toEqual([429, 429])
  })

  test('whoever activates the same key again and again is not', async () => {
    const root = acme()
    await scenario(server, organization(root, member('ada')))
    const key = await licenceKey()
    for (let index = 0; index < 25; index++) expect(await activate(root, key, limited)).toHaveStatus(204)
  })

  test('leaves no key in the log', async () => {
    const root = acme()
    await scenario(server, organization(root, member('ada')))
    const key = await licenceKey({ members_count: 0 })
    await activate(root, key)
    await activate(root, `${key}x`)
    const [, payload = '', signature = ''] = key.split('.')
    expect(server.logs.join('')).toContain('activateLicence')
    for (const part of [payload, signature]) expect(server.logs.join('')).not.toContain(part)
  })
})
