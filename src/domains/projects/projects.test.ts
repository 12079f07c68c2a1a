import { describe, expect, test } from 'vitest'
import {
  configRepository,
  environment,
  fresh,
  member,
  organization,
  project,
  role,
  scenario,
  team,
} from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

/** An organization of its own for each test: names never meet. */
const acme = () => fresh('acme')

describe('projects', () => {
  test('a project gets its canonical from its name, and is its creator’s', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), configRepository('config')))
    const answer = await ada.createProject({
      path: { organization_canonical },
      body: { name: 'My Éclair 2', config_repository_canonical: 'config' },
    })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toMatchObject({ canonical: 'my-eclair-2', environments: [], owner: { username: 'ada' }, favorite: false })
    expect(answer.body.data.created_at).toBe(answer.body.data.updated_at)
  })

  test('a second project with the same canonical is refused', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), project('web')))
    const answer = await ada.createProject({
      path: { organization_canonical },
      body: { name: 'Web', canonical: 'web', config_repository_canonical: 'config' },
    })
    expect(answer).toHaveStatus(409)
    expect(answer).toBeError('AlreadyExists', 'canonical')
  })

  test('an unknown config repository is named', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.createProject({ path: { organization_canonical }, body: { name: 'Web', config_repository_canonical: 'nope' } })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', 'config_repository_canonical')
  })

  test('an update that names an old version is refused, and changes nothing', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), project('web')))
    const path = { organization_canonical, project_canonical: 'web' }
    const { updated_at } = (await ada.getProject({ path })).body.data
    const stale = await ada.updateProject({ path, body: { name: 'Other', updated_at: updated_at - 1 } })
    expect(stale).toHaveStatus(409)
    expect(stale).toBeError('Conflict', 'updated_at')
    expect((await ada.getProject({ path })).body.data.name).toBe('web')
    expect(await ada.updateProject({ path, body: { name: 'Other', updated_at } })).toHaveStatus(200)
    expect((await ada.getProject({ path })).body.data.name).toBe('Other')
  })

  test('lists show only what a rule lets the caller see', async () => {
    const organization_canonical = acme()
    const rule = ['organization:project:*', `organization:${organization_canonical}:project:cy-*`] as [string, string]
    const { bob } = await scenario(
      server,
      organization(organization_canonical, role('cy', rule), member('bob', 'cy'), project('cy-1'), project('cy-2'), project('web')),
    )
    const answer = await bob.getProjects({ path: { organization_canonical } })
    expect(answer.body.data.map(({ canonical }) => canonical)).toEqual(['cy-1', 'cy-2'])
    expect(answer.body.pagination.total).toBe(2)
  })

  test('owners see their project without any rule', async () => {
    const organization_canonical = acme()
    const { eve } = await scenario(
      server,
      organization(
        organization_canonical,
        member('eve', 'default-no-permissions'),
        project('mine', { owner: 'eve' }, environment('prod')),
        project('other'),
      ),
    )
    expect((await eve.getProjects({ path: { organization_canonical } })).body.data.map(({ canonical }) => canonical)).toEqual(['mine'])
    expect(await eve.getProject({ path: { organization_canonical, project_canonical: 'mine' } })).toHaveStatus(200)
    expect(
      await eve.getEnvironment({ path: { organization_canonical, project_canonical: 'mine', environment_canonical: 'prod' } }),
    ).toHaveStatus(200)
    expect(await eve.getProject({ path: { organization_canonical, project_canonical: 'other' } })).toHaveStatus(403)
  })

  test('favourites are each person’s own', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(organization_canonical, member('ada'), member('bob'), project('web'), project('api')),
    )
    const path = { organization_canonical, project_canonical: 'web' }
    expect(await ada.createProjectFavorite({ path })).toHaveStatus(204)
    expect(await ada.createProjectFavorite({ path })).toHaveStatus(204)
    const favorites = async (who: typeof ada) =>
      (await who.getProjects({ path: { organization_canonical }, query: { favorite: true } })).body.data.map(({ canonical }) => canonical)
    expect(await favorites(ada)).toEqual(['web'])
    expect(await favorites(bob)).toEqual([])
    await ada.deleteProjectFavorite({ path })
    expect(await favorites(ada)).toEqual([])
  })

  test('bracket filters and orders work together with pages', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(organization_canonical, member('ada'), ...['a1', 'a2', 'a3', 'b1'].map((name) => project(name))),
    )
    const answer = await ada.getProjects({
      path: { organization_canonical },
      query: { page_size: 2, order_by: 'project_canonical:desc' },
      search: 'project_canonical[rlike]=^a',
    })
    expect(answer.body.data.map(({ canonical }) => canonical)).toEqual(['a3', 'a2'])
    expect(answer.body.pagination).toEqual({ index: 1, size: 2, total: 3 })
    expect(await ada.getProjects({ path: { organization_canonical }, search: 'nope[eq]=1' })).toBeError(
      'Invalid',
      'project_canonical, project_name',
    )
  })

  test('are found by what one remembers of them, favourites first', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(
        organization_canonical,
        member('ada'),
        team('core'),
        project('zeta'),
        project('alpha'),
        project('mid', { owner: 'ada' }),
      ),
    )
    const path = { organization_canonical }
    await server.database.query(
      `update projects p set name = case canonical when 'zeta' then 'apple pie' when 'alpha' then 'Zebra' else 'Middle' end,
        description = case canonical when 'zeta' then 'For the bakers' else '' end,
        team_id = case canonical when 'alpha' then (select t.id from teams t where t.organization_id = p.organization_id) end
       where organization_id = (select id from organizations where canonical = $1)`,
      [organization_canonical],
    )
    const found = async (query: object, search = '') =>
      (await ada.getProjects({ path, query, search })).body.data.map(({ canonical }) => canonical)
    expect(await found({ order_by: 'project_name:asc' })).toEqual(['zeta', 'mid', 'alpha'])
    expect(await found({}, 'search[rlike]=(?i)BAKERS|^zeb')).toEqual(['alpha', 'zeta'])
    expect(await found({}, 'search[rlike]=BAKERS')).toEqual([])
    expect(await found({}, 'project_description[rlike]=bakers')).toEqual(['zeta'])
    expect(await found({ team_canonical: 'core' })).toEqual(['alpha'])
    expect(await found({}, 'team_canonical[eq]=core')).toEqual(['alpha'])
    expect(await found({ owner: 'ada' })).toEqual(['mid'])
    expect(await found({ service_catalog_ref: 'acme:nothing' })).toEqual([])
    await ada.createProjectFavorite({ path: { ...path, project_canonical: 'alpha' } })
    expect(await found({ order_by: 'project_favorite:desc' })).toEqual(['alpha', 'zeta', 'mid'])
  })

  test('say which cloud provider was named for them, and keep it only when it is sent again', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), project('web')))
    const path = { organization_canonical, project_canonical: 'web' }
    const { updated_at } = (await ada.getProject({ path })).body.data
    const named = await ada.updateProject({ path, body: { name: 'Web', updated_at, cloud_provider: 'aws' } })
    expect(named.body.data.cloud_provider).toBe('aws')
    expect((await ada.getProject({ path })).body.data.cloud_provider).toBe('aws')
    const without = await ada.updateProject({ path, body: { name: 'Web', updated_at: named.body.data.updated_at } })
    expect(without.body.data).not.toHaveProperty('cloud_provider')
  })

  test('a change leaves an event that names who did it', async () => {
    const organization_canonical = acme()
    await scenario(server, organization(organization_canonical, member('ada'), team('core'), project('web'))).then(({ ada }) =>
      ada.createEnvironment({ path: { organization_canonical, project_canonical: 'web' }, body: { name: 'prod' } }),
    )
    const [event] = await server.database.query<{ title: string; message: string; tags: { key: string; value: string }[] }>(
      `select e.title, e.message, e.tags from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id desc limit 1`,
      [organization_canonical],
    )
    expect(event).toMatchObject({ title: 'An environment has been created', message: 'ada created the environment prod' })
    expect(Object.fromEntries(event?.tags.map(({ key, value }) => [key, value]) ?? [])).toMatchObject({
      action: 'create',
      entity: 'environment',
      user: 'ada',
      project_canonical: 'web',
    })
  })
})
