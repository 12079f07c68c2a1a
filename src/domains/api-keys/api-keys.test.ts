import { describe, expect, test } from 'vitest'
import { apiKey, child, configRepository, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'

const server = useServer()

const acme = () => fresh('acme')
const allow = (action: string, ...resources: string[]) => ({ action, effect: 'allow' as const, resources })

describe('API keys', () => {
  test('the token is shown once, and works at once', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), project('web')))
    const answer = await ada.createAPIKey({
      path: { organization_canonical },
      body: { name: 'CI key', description: 'for builds', rules: [allow('organization:**')] },
    })
    expect(answer).toHaveStatus(200)
    const { token = '', ...key } = answer.body.data
    expect(token.split('.')).toHaveLength(3)
    expect(key).toMatchObject({ canonical: 'ci-key', description: 'for builds', last_seven: token.slice(-7), owner: { username: 'ada' } })
    expect(key).not.toHaveProperty('last_used')
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    expect((await ada.getAPIKey({ path })).body).toEqual({ data: key })
    expect((await ada.getAPIKeys({ path })).body.data).toEqual([key])
    expect((await server.client(token).getProjects({ path })).body.data).toHaveLength(1)
  })

  test('the token is written down nowhere', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const { token = '' } = (
      await ada.createAPIKey({ path: { organization_canonical }, body: { name: 'CI key', rules: [allow('organization:**')] } })
    ).body.data
    await server.client(token).getOrg({ path: { organization_canonical } })
    const [, , secret = token] = token.split('.')
    const [stored] = await server.database.query<{ text: string }>(
      `select coalesce(string_agg(row_to_json(k)::text, ' '), '') || (select coalesce(string_agg(row_to_json(e)::text, ' '), '') from events e) as text from api_keys k`,
    )
    expect(stored?.text).toContain(token.slice(-7))
    expect(stored?.text).not.toContain(secret)
    expect(server.logs.join('\n')).not.toContain(secret)
  })

  test('when it was last used is told from the first use on', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const { token = '' } = (
      await ada.createAPIKey({ path: { organization_canonical }, body: { name: 'CI key', rules: [allow('organization:**')] } })
    ).body.data
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    const before = Math.floor(Date.now() / 1000)
    await server.client(token).getProjects({ path })
    await expect.poll(async () => (await ada.getAPIKey({ path })).body.data.last_used).toBeGreaterThanOrEqual(before)
  })

  test('a deleted key is dead on the next request, on every process', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    const { token = '' } = (await ada.createAPIKey({ path, body: { name: 'CI key', rules: [allow('organization:**')] } })).body.data
    const second = await openTestServer({ beside: server })
    try {
      const asked = (on: TestServer) => {
        const key = on.client(token)
        return Promise.all([key.getTeams({ path }), key.getPolicies({ path }), key.getCloudProviders({ path })])
      }
      for (const on of [server, second]) for (const answer of await asked(on)) expect(answer).toHaveStatus(200)
      expect(await ada.deleteAPIKey({ path })).toHaveStatus(204)
      for (const on of [server, second]) for (const answer of await asked(on)) expect(answer).toBeError('Unauthenticated')
    } finally {
      await second[Symbol.asyncDispose]()
    }
    expect(await ada.getAPIKey({ path })).toHaveStatus(404)
  })

  test('of two keys with the same canonical at the same moment one is made', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const create = () =>
      ada.createAPIKey({ path: { organization_canonical }, body: { name: 'admin-token', rules: [allow('organization:**')] } })
    const answers = await Promise.all([create(), create(), create()])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(answers.find(({ status }) => status === 409)).toBeError('AlreadyExists', 'an API key with this canonical')
  })

  test('a key needs a rule, and rules are looked at as closely as those of roles', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const create = (...rules: ReturnType<typeof allow>[]) =>
      ada.createAPIKey({ path: { organization_canonical }, body: { name: 'CI key', rules } })
    expect(await create()).toBeError('Invalid', 'body.rules: must hold at least one rule')
    expect(await create(allow('organization:nope:read'))).toBeError('Invalid', 'body.rules[0].action')
    expect(await create(allow('organization:read', 'organization:globex:team:x'))).toBeError('Invalid', 'body.rules[0].resources[0]')
  })

  test('an update changes the name and clears the description, and leaves rules, token and owner alone', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    const { token = '', ...made } = (
      await ada.createAPIKey({ path, body: { name: 'CI key', description: 'old', rules: [allow('organization:**')] } })
    ).body.data
    const answer = await ada.updateAPIkey({ path, body: { name: 'Other' } })
    expect(answer.body.data).toEqual({ ...made, name: 'Other', description: '' })
    expect(await server.client(token).getTeams({ path })).toHaveStatus(200)
  })

  test('only the owner or an administrator hands a key over', async () => {
    const organization_canonical = acme()
    const { ada, bob, eve } = await scenario(
      server,
      organization(
        organization_canonical,
        role('keeper', ['organization:api_key:*']),
        member('ada'),
        member('bob', 'keeper'),
        member('eve', 'keeper'),
      ),
    )
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    await ada.createAPIKey({ path, body: { name: 'CI key', rules: [allow('organization:**')] } })
    const handTo = (owner: string) => ({ path, body: { name: 'CI key', owner } })
    expect(await bob.updateAPIkey(handTo('bob'))).toBeError('Invalid', 'Only the owner or an administrator')
    expect(await ada.updateAPIkey(handTo('nobody'))).toBeError('Invalid', 'body.owner')
    expect((await ada.updateAPIkey(handTo('bob'))).body.data.owner?.username).toBe('bob')
    expect((await bob.updateAPIkey(handTo('eve'))).body.data.owner?.username).toBe('eve')
    const id = (
      await server.database.query<{ id: string }>(
        'select m.id from members m join organizations o on o.id = m.organization_id join users u on u.id = m.user_id where o.canonical = $1 and u.username = $2',
        [organization_canonical, 'eve'],
      )
    )[0]?.id
    expect((await eve.getAPIKeys({ path, query: { member_id: Number(id) } })).body.data).toHaveLength(1)
    expect((await eve.getAPIKeys({ path, query: { member_id: Number(id) + 999 } })).body.data).toEqual([])
  })

  test('what a key makes is its new owner’s from the next request after it was handed over', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), member('bob'), configRepository('config')))
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    const { token = '' } = (await ada.createAPIKey({ path, body: { name: 'CI key', rules: [allow('organization:**')] } })).body.data
    const ownerOfNew = async (name: string) =>
      (await server.client(token).createProject({ path, body: { name, config_repository_canonical: 'config' } })).body.data.owner?.username
    expect(await ownerOfNew('web')).toBe('ada')
    await ada.updateAPIkey({ path, body: { name: 'CI key', owner: 'bob' } })
    expect(await ownerOfNew('api')).toBe('bob')
  })

  test('the owner sees, renames and deletes their key without any rule', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(organization_canonical, member('ada'), member('bob', 'default-no-permissions')),
    )
    const path = { organization_canonical, api_key_canonical: 'bobs' }
    await ada.createAPIKey({ path, body: { name: 'bobs', owner: 'bob', rules: [allow('organization:read')] } })
    await ada.createAPIKey({ path, body: { name: 'other', rules: [allow('organization:read')] } })
    expect((await bob.getAPIKeys({ path })).body.data.map(({ canonical }) => canonical)).toEqual(['bobs'])
    expect(await bob.updateAPIkey({ path, body: { name: 'mine' } })).toHaveStatus(200)
    expect(await bob.getAPIKey({ path: { ...path, api_key_canonical: 'other' } })).toHaveStatus(403)
    expect(await bob.deleteAPIKey({ path })).toHaveStatus(204)
  })

  test('a key outlives the rights and the account of its owner, and makes things without one then', async () => {
    const organization_canonical = acme()
    const { ada, zoe } = await scenario(
      server,
      organization(organization_canonical, member('ada'), member('zoe'), configRepository('config')),
    )
    const path = { organization_canonical, api_key_canonical: 'ci-key' }
    const { token = '' } = (await zoe.createAPIKey({ path, body: { name: 'CI key', rules: [allow('organization:**')] } })).body.data
    const robot = server.client(token)
    const create = async (name: string) => robot.createProject({ path, body: { name, config_repository_canonical: 'config' } })
    expect((await create('web')).body.data.owner?.username).toBe('zoe')
    await server.database.query('delete from users where username = $1', ['zoe'])
    const after = await create('api')
    expect(after).toHaveStatus(200)
    expect(after.body.data).not.toHaveProperty('owner')
    expect((await ada.getAPIKey({ path })).body.data).not.toHaveProperty('owner')
  })
})

describe('what a key may do', () => {
  test('restricted to some projects, it sees only these', async () => {
    const organization_canonical = acme()
    const only = `organization:${organization_canonical}:project:cy-*`
    const { ada } = await scenario(
      server,
      organization(organization_canonical, member('ada'), project('cy-1'), project('cy-2'), project('web')),
    )
    const path = { organization_canonical }
    const { token = '' } = (await ada.createAPIKey({ path, body: { name: 'some', rules: [allow('organization:project:*', only)] } })).body
      .data
    const some = server.client(token)
    expect((await some.getProjects({ path })).body.data.map(({ canonical }) => canonical)).toEqual(['cy-1', 'cy-2'])
    expect(await some.getProject({ path: { ...path, project_canonical: 'cy-1' } })).toHaveStatus(200)
    expect(await some.getProject({ path: { ...path, project_canonical: 'web' } })).toHaveStatus(403)
    expect(await some.getTeams({ path })).toHaveStatus(403)
  })

  test('a parent’s key acts on its descendants, and on nobody else', async () => {
    const [parent, below, foreign] = [fresh('parent'), fresh('below'), fresh('globex')]
    const { ada, root } = await scenario(
      server,
      organization(parent, apiKey('root'), member('ada'), child(below, project('web'))),
      organization(foreign, project('web')),
    )
    const projects = async (organization_canonical: string) => root.getProjects({ path: { organization_canonical } })
    expect((await projects(below)).body.data.map(({ canonical }) => canonical)).toEqual(['web'])
    expect(await projects(foreign)).toHaveStatus(403)
    expect(await projects('nowhere')).toHaveStatus(403)
    const { token = '' } = (
      await ada.createAPIKey({ path: { organization_canonical: below }, body: { name: 'inside', rules: [allow('organization:**')] } })
    ).body.data
    const inside = server.client(token)
    expect(await inside.getProjects({ path: { organization_canonical: below } })).toHaveStatus(200)
    expect(await inside.getProjects({ path: { organization_canonical: parent } })).toHaveStatus(403)
  })

  test('it may come in the address, for what cannot set headers', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const { token = '' } = (
      await ada.createAPIKey({ path: { organization_canonical }, body: { name: 'CI key', rules: [allow('organization:**')] } })
    ).body.data
    const anonymous = server.client()
    expect(await anonymous.getTeams({ path: { organization_canonical }, search: `api_key=${token}` })).toHaveStatus(200)
    expect(await anonymous.getTeams({ path: { organization_canonical }, search: `api_key=${token}x` })).toHaveStatus(401)
    expect(server.logs.join('\n')).not.toContain(token)
  })
})

describe('nobody makes themself mightier through keys', () => {
  test('a person gives a key no more than they may do', async () => {
    const organization_canonical = acme()
    const web = `organization:${organization_canonical}:project:web`
    const { bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('keeper', ['organization:api_key:*'], ['organization:project:read', web]),
        member('bob', 'keeper'),
      ),
    )
    const create = (name: string, ...rules: ReturnType<typeof allow>[]) =>
      bob.createAPIKey({ path: { organization_canonical }, body: { name, rules } })
    expect(await create('all', allow('organization:**'))).toBeError('Unauthorized', 'organization:**')
    expect(await create('all', allow('**', web))).toHaveStatus(403)
    expect(await create('read', allow('organization:project:read'))).toHaveStatus(403)
    expect(await create('read', allow('organization:project:read', web, 'organization:**'))).toHaveStatus(403)
    expect(await create('web', allow('organization:project:read', web))).toHaveStatus(200)
  })

  test('a key makes keys within its own rules, for its own owner', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    const { token = '' } = (
      await ada.createAPIKey({ path, body: { name: 'maker', rules: [allow('organization:api_key:*'), allow('organization:team:read')] } })
    ).body.data
    const maker = server.client(token)
    const create = (name: string, ...rules: ReturnType<typeof allow>[]) => maker.createAPIKey({ path, body: { name, rules } })
    expect(await create('more', allow('organization:team:*'))).toHaveStatus(403)
    const made = await create('reader', allow('organization:team:read'))
    expect(made).toHaveStatus(200)
    expect(made.body.data.owner?.username).toBe('ada')
  })

  test('a rule on a descendant is not one on the organization', async () => {
    const [parent, below] = [fresh('parent'), fresh('below')]
    const { bob } = await scenario(
      server,
      organization(
        parent,
        role('keeper', ['organization:api_key:*'], ['organization:project:*', `organization:${below}:**`]),
        member('bob', 'keeper'),
        child(below),
      ),
    )
    const create = (name: string, ...resources: string[]) =>
      bob.createAPIKey({ path: { organization_canonical: parent }, body: { name, rules: [allow('organization:project:*', ...resources)] } })
    expect(await create('here', `organization:${parent}:project:*`)).toHaveStatus(403)
    expect(await create('both', 'organization:*:project:*')).toHaveStatus(403)
    expect(await create('below', `organization:${below}:project:*`)).toHaveStatus(200)
  })
})
