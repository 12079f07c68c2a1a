import { describe, expect, test } from 'vitest'
import { apiKey, child, fresh, member, organization, project, role, scenario, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

const acme = () => fresh('acme')

describe('can_do', () => {
  test('answers what the request itself would be told', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('cy', ['organization:read'], ['organization:project:*', `organization:${organization_canonical}:project:cy-*`]),
        member('bob', 'cy'),
        project('mine', { owner: 'bob' }),
      ),
    )
    const ask = async (action: string, ...entity_canonicals: string[]) =>
      (await bob.canDo({ path: { organization_canonical }, body: { action, entity_canonicals } })).body.data
    expect(await ask('organization:project:read', 'cy-1')).toEqual({ ok: true, entity_canonicals: ['cy-1'] })
    expect(await ask('organization:project:read', 'web')).toEqual({ ok: false, entity_canonicals: [] })
    expect(await ask('organization:project:create', 'cy-2')).toMatchObject({ ok: true })
    expect(await ask('organization:project:create')).toMatchObject({ ok: true })
    expect(await ask('organization:team:create')).toMatchObject({ ok: false })
    expect(await ask('organization:environment:read', 'cy-1', 'prod')).toMatchObject({ ok: false })
    expect(await ask('organization:environment:read', 'mine', 'prod')).toMatchObject({ ok: true })
    expect(await ask('organization:read')).toEqual({ ok: true, entity_canonicals: [] })
    expect(await ask('organization:delete')).toMatchObject({ ok: false })
  })

  test('refuses actions there are none of, and names beyond the action’s path', async () => {
    const organization_canonical = acme()
    const { robot } = await scenario(server, organization(organization_canonical, apiKey('robot')))
    const ask = (action: string, ...entity_canonicals: string[]) =>
      robot.canDo({ path: { organization_canonical }, body: { action, entity_canonicals } })
    expect(await ask('organization:team:read', 'core')).toHaveStatus(200)
    expect(await ask('organization:nope:read')).toBeError('Invalid', 'body.action')
    expect(await ask('organization:team:*')).toBeError('Invalid', 'body.action')
    expect(await ask('organization:team:read', 'core', 'more')).toBeError('Invalid', 'body.entity_canonicals')
  })
})

describe('who may act where', () => {
  const family = async () => {
    const [root, middle, leaf] = [fresh('root'), fresh('middle'), fresh('leaf')]
    const cast = await scenario(
      server,
      organization(root, member('ada'), member('bob', 'organization-member'), child(middle, member('eve'), child(leaf, project('web')))),
    )
    return { ...cast, root, middle, leaf }
  }
  const rename = (organization_canonical: string) => ({ path: { organization_canonical }, body: { name: 'Renamed' } })

  test('administrators of an ancestor act on children and grandchildren', async () => {
    const { ada, middle, leaf } = await family()
    expect(await ada.updateOrg(rename(middle))).toHaveStatus(200)
    expect(await ada.updateOrg(rename(leaf))).toHaveStatus(200)
    expect(await ada.getProject({ path: { organization_canonical: leaf, project_canonical: 'web' } })).toHaveStatus(200)
  })

  test('a plain member of the parent may do nothing in the child', async () => {
    const { bob, root, middle } = await family()
    expect(await bob.getOrg({ path: { organization_canonical: root } })).toHaveStatus(200)
    expect(await bob.getOrg({ path: { organization_canonical: middle } })).toHaveStatus(403)
    expect(await bob.updateOrg(rename(middle))).toHaveStatus(403)
  })

  test('an administrator of the child may do nothing in the parent', async () => {
    const { eve, root, leaf } = await family()
    expect(await eve.updateOrg(rename(leaf))).toHaveStatus(200)
    expect(await eve.getOrg({ path: { organization_canonical: root } })).toHaveStatus(403)
  })

  test('roles of teams add up with the role of the member', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('renamer', ['organization:update']),
        role('reader', ['organization:read']),
        member('bob', 'default-no-permissions'),
        team('one', { roles: ['renamer'], members: ['bob'] }),
        team('two', { roles: ['reader'], members: ['bob'] }),
      ),
    )
    expect(await bob.updateOrg(rename(organization_canonical))).toHaveStatus(200)
    expect(await bob.getOrg({ path: { organization_canonical } })).toHaveStatus(200)
    expect(await bob.deleteOrg({ path: { organization_canonical } })).toHaveStatus(403)
  })
})
