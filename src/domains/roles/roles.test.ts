import { describe, expect, test } from 'vitest'
import { child, fresh, member, organization, role, scenario, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { policies } from '../../contract/policies.ts'

const server = useServer()

const acme = () => fresh('acme')
const allow = (action: string, ...resources: string[]) => ({ action, effect: 'allow' as const, resources })

describe('roles', () => {
  test('a new role is answered whole, with numbered rules', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const web = `organization:${organization_canonical}:project:web`
    const rules = [allow('organization:project:read', web), { action: 'organization:team:*', effect: 'allow' as const }]
    const answer = await ada.createRole({ path: { organization_canonical }, body: { name: 'Web crew', rules } })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toMatchObject({ canonical: 'web-crew', name: 'Web crew', description: '', default: false })
    expect(answer.body.data.rules).toMatchObject([
      { action: 'organization:project:read', effect: 'allow', resources: [web] },
      { action: 'organization:team:*', resources: [] },
    ])
    expect(answer.body).toEqual((await ada.getRole({ path: { organization_canonical, role_canonical: 'web-crew' } })).body)
  })

  test('an organization starts with its built-in roles, which nobody can change or delete', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const list = await ada.getRoles({ path: { organization_canonical } })
    expect(list.body.data.map(({ canonical }) => canonical)).toContain('organization-admin')
    expect(list.body.data.every((found) => found.default)).toBe(true)
    const path = { organization_canonical, role_canonical: 'organization-member' }
    expect(await ada.updateRole({ path, body: { name: 'Mine', rules: [] } })).toBeError('Unauthorized', 'built in')
    expect(await ada.deleteRole({ path })).toBeError('Unauthorized', 'built in')
  })

  test.each([
    ['organization:projct:read', 'matches no policy code'],
    ['organization:project:', 'must be a policy code'],
    ['organization:project:read; drop', 'must be a policy code'],
    ['', 'must be a policy code'],
    ['*a*a*a*a*a*a*a*a*a*a*a', 'must hold at most 10 stars'],
  ])('the action "%s" is refused, with its place', async (action, words) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.createRole({
      path: { organization_canonical },
      body: { name: 'Crew', rules: [allow('organization:**'), allow(action)] },
    })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', `body.rules[1].action: ${words}`)
  })

  test.each([
    ['project:web', 'must begin with organization:'],
    ['**', 'must begin with organization:'],
    ['organization:$ORG:projct:web', 'no kind of entity "projct"'],
    ['organization:$ORG:project', 'ends with the kind of an entity'],
    ['organization:$ORG::web', 'empty part'],
    ['organization:$ORG:project:my web', 'must not hold spaces'],
    ['organization:globex:project:web', 'or in one of its descendants'],
    ['organization:$ORG:project:$LONG', 'at most 500 characters'],
  ])('the resource "%s" is refused, with its place', async (resource, words) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const resources = [
      `organization:${organization_canonical}:project:cy-*:**`,
      resource.replace('$ORG', organization_canonical).replace('$LONG', 'x'.repeat(500)),
    ]
    const answer = await ada.createRole({
      path: { organization_canonical },
      body: { name: 'Crew', rules: [allow('organization:project:*', ...resources)] },
    })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', 'body.rules[0].resources[1]: ')
    expect(answer).toBeError('Invalid', words)
  })

  test('resources may name a descendant, and not the parent', async () => {
    const [parent, middle, below] = [fresh('parent'), fresh('middle'), fresh('below')]
    const { ada } = await scenario(server, organization(parent, member('ada'), child(middle, child(below))))
    const asked = (name: string) => ({ name, rules: [allow('organization:project:read', `organization:${name}:project:*`)] })
    expect(await ada.createRole({ path: { organization_canonical: middle }, body: asked(below) })).toHaveStatus(200)
    expect(await ada.createRole({ path: { organization_canonical: middle }, body: asked(parent) })).toBeError('Invalid', 'descendants')
  })

  test('there is an end to the number of rules', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    expect(await ada.createRole({ path, body: { name: 'Big', rules: Array(500).fill(allow('organization:read')) } })).toHaveStatus(200)
    expect(await ada.createRole({ path, body: { name: 'Bigger', rules: Array(501).fill(allow('organization:read')) } })).toBeError(
      'Invalid',
      'at most 500 rules',
    )
  })

  test('the same canonical twice is refused, also at the same moment', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const create = () => ada.createRole({ path: { organization_canonical }, body: { name: 'Crew', rules: [] } })
    const answers = await Promise.all([create(), create(), create()])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  test('an update replaces name, description and rules, and holds on the next request', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(organization_canonical, role('crew', ['organization:team:list']), member('ada'), member('bob', 'crew')),
    )
    const path = { organization_canonical, role_canonical: 'crew' }
    expect(await bob.getTeams({ path })).toHaveStatus(200)
    expect(await bob.getRoles({ path })).toHaveStatus(403)
    const answer = await ada.updateRole({
      path,
      body: { name: 'Other', canonical: 'crew', description: 'New', rules: [allow('organization:role:list')] },
    })
    expect(answer.body.data).toMatchObject({
      canonical: 'crew',
      name: 'Other',
      description: 'New',
      rules: [{ action: 'organization:role:list' }],
    })
    expect(await bob.getTeams({ path })).toHaveStatus(403)
    expect(await bob.getRoles({ path })).toHaveStatus(200)
    expect(await ada.updateRole({ path, body: { name: 'Other', canonical: 'another', rules: [] } })).toBeError('Invalid', 'body.canonical')
  })

  test('a role in use is not deleted, and the answer says by whom', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(
        organization_canonical,
        role('crew'),
        member('ada'),
        member('bob', 'crew'),
        member('eve', 'crew'),
        team('core', { roles: ['crew'] }),
      ),
    )
    const path = { organization_canonical, role_canonical: 'crew' }
    const answer = await ada.deleteRole({ path })
    expect(answer).toHaveStatus(409)
    expect(answer).toBeError('Conflict', '2 members and 1 team')
    expect(await ada.getRole({ path })).toHaveStatus(200)
  })

  test('a role that nobody has is deleted with its rules', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, role('crew', ['organization:read']), member('ada')))
    const path = { organization_canonical, role_canonical: 'crew' }
    expect(await ada.deleteRole({ path })).toHaveStatus(204)
    expect(await ada.deleteRole({ path })).toHaveStatus(404)
    const [left] = await server.database.query<{ rules: string }>(
      `select count(*) as rules from rules r join organizations o on o.id = r.organization_id where o.canonical = $1 and r.action = 'organization:read' and r.role_id not in (select id from roles)`,
      [organization_canonical],
    )
    expect(Number(left?.rules)).toBe(0)
  })

  test('lists show only the roles that a rule lets the caller see', async () => {
    const organization_canonical = acme()
    const only: [string, string] = ['organization:role:*', `organization:${organization_canonical}:role:crew-*`]
    const { bob } = await scenario(
      server,
      organization(organization_canonical, role('crew-a', only), role('crew-b'), member('bob', 'crew-a')),
    )
    const answer = await bob.getRoles({ path: { organization_canonical } })
    expect(answer.body.data.map(({ canonical }) => canonical)).toEqual(['crew-a', 'crew-b'])
    expect(await bob.createRole({ path: { organization_canonical }, body: { name: 'crew-c', rules: [] } })).toHaveStatus(200)
    expect(await bob.createRole({ path: { organization_canonical }, body: { name: 'other', rules: [] } })).toHaveStatus(403)
  })
})

describe('nobody makes themself mightier through roles', () => {
  const keeper: [string] = ['organization:role:*']

  test('by a new role', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(
      server,
      organization(organization_canonical, role('keeper', keeper, ['organization:project:read']), member('bob', 'keeper')),
    )
    const create = (name: string, ...rules: ReturnType<typeof allow>[]) =>
      bob.createRole({ path: { organization_canonical }, body: { name, rules } })
    expect(await create('readers', allow('organization:project:read'))).toHaveStatus(200)
    expect(await create('admins', allow('organization:**'))).toBeError('Unauthorized', 'organization:**')
    expect(await create('admins', allow('**'))).toHaveStatus(403)
    expect(await create('admins', allow('organization:*:read'))).toHaveStatus(403)
    expect(await create('admins', allow('organization:project:read'), allow('organization:member:update'))).toHaveStatus(403)
  })

  test('by the role they hold', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(server, organization(organization_canonical, role('keeper', keeper), member('bob', 'keeper')))
    const path = { organization_canonical, role_canonical: 'keeper' }
    expect(await bob.updateRole({ path, body: { name: 'Keeper', rules: [allow('organization:**')] } })).toHaveStatus(403)
    expect((await bob.getRole({ path })).body.data.rules).toMatchObject([{ action: 'organization:role:*' }])
    expect(await bob.updateRole({ path, body: { name: 'Keepers', rules: [allow('organization:role:read')] } })).toHaveStatus(200)
  })

  test('by taking the limits off a rule', async () => {
    const organization_canonical = acme()
    const web = `organization:${organization_canonical}:project:web`
    const { bob } = await scenario(
      server,
      organization(organization_canonical, role('keeper', keeper, ['organization:project:read', web]), member('bob', 'keeper')),
    )
    const create = (name: string, ...resources: string[]) =>
      bob.createRole({ path: { organization_canonical }, body: { name, rules: [allow('organization:project:read', ...resources)] } })
    expect(await create('web', web)).toHaveStatus(200)
    expect(await create('all')).toHaveStatus(403)
    expect(await create('glob', `organization:${organization_canonical}:project:w*`)).toHaveStatus(403)
  })

  test('nor others weaker: a role that allows more than they may do is not theirs to change', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(
      server,
      organization(organization_canonical, role('keeper', keeper), role('boss', ['organization:**']), member('bob', 'keeper')),
    )
    expect(
      await bob.updateRole({ path: { organization_canonical, role_canonical: 'boss' }, body: { name: 'Boss', rules: [] } }),
    ).toHaveStatus(403)
  })

  test('an administrator may copy the administrator’s role', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    expect(
      await ada.createRole({ path: { organization_canonical }, body: { name: 'Second', rules: [allow('organization:**'), allow('**')] } }),
    ).toHaveStatus(200)
  })
})

describe('policies', () => {
  test('all actions that rules can allow, in pages, numbered from 1', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(server, organization(organization_canonical, member('bob', 'organization-member')))
    const all = (await bob.getPolicies({ path: { organization_canonical } })).body
    expect(all.data.map(({ id }) => id)).toEqual(policies.map((_, index) => index + 1))
    expect(all.data.find(({ code }) => code === 'organization:team:create')).toMatchObject({ entities: ['organization', 'team'] })
    const second = (await bob.getPolicies({ path: { organization_canonical }, query: { page_index: 2, page_size: 10 } })).body
    expect(second.data).toEqual(all.data.slice(10, 20))
    expect(second.pagination).toEqual({ index: 2, size: 10, total: policies.length })
    expect(await bob.getPolicies({ path: { organization_canonical }, query: { page_size: 0 } })).toBeError('Invalid', 'page_size')
  })
})
