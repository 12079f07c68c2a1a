import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { canonicals, coverage, frequency, make, names, openProject, writePipeline } from '../../../test/support/kpi-world.ts'
import { apiKey, environment, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

describe('lists', () => {
  test('are of one project or of all, with filters and pages', async () => {
    const { ada, path, org } = await openProject(server, project('shop', environment('prod')))
    const shop = { ...path, project_canonical: 'shop' }
    await make(ada, path, { ...frequency, name: 'aaa' })
    await make(ada, path, { ...frequency, name: 'bbb' }, { environment_canonical: 'prod' })
    await make(ada, path, { ...frequency, name: 'ccc' }, { environment_canonical: 'prod', component_canonical: 'api' })
    await make(ada, shop, { ...frequency, name: 'ddd' }, { environment_canonical: 'prod' })
    const list = async (query: object) => names(await ada.getKpis({ path, query }))
    expect(await list({})).toEqual(['aaa', 'bbb', 'ccc'])
    expect(await list({ environment_canonical: 'prod' })).toEqual(['bbb', 'ccc'])
    expect(await list({ component_canonical: 'api' })).toEqual(['ccc'])
    expect(await list({ environment_canonical: 'dev' })).toEqual([])
    expect(await list({ page_size: 2, page_index: 2 })).toEqual(['ccc'])
    const all = await ada.getOrganizationKpis({ path: { organization_canonical: org }, query: { page_size: 3 } })
    expect(all.body.pagination).toEqual({ index: 1, size: 3, total: 4 })
    expect(names(await ada.getOrganizationKpis({ path: { organization_canonical: org } }))).toEqual(['aaa', 'bbb', 'ccc', 'ddd'])
  })

  test('a component that moved is measured where it is now', async () => {
    const { ada, path, org } = await openProject(server)
    const { at } = await make(ada, path, frequency, { environment_canonical: 'prod', component_canonical: 'api' })
    await server.database.query(
      `update components c set environment_id = e.id from environments e, organizations o
       where o.id = c.organization_id and o.canonical = $1 and e.organization_id = o.id and e.canonical = 'dev' and c.canonical = 'api'`,
      [org],
    )
    expect((await ada.getKpi({ path: at })).body.data).toMatchObject({ environment_canonical: 'dev', component_canonical: 'api' })
  })

  test('show favourites, which are each person’s own', async () => {
    const { ada, bob, path, org } = await openProject(server, member('bob'))
    const { at } = await make(ada, path, { ...frequency, name: 'mine' })
    await make(ada, path, { ...frequency, name: 'other' })
    expect(await ada.createKPIFavorite({ path: at })).toHaveStatus(204)
    expect(await ada.createKPIFavorite({ path: at })).toHaveStatus(204)
    const favorites = async (who: Client) => [
      names(await who.getKpis({ path, query: { favorite: true } })),
      names(await who.getOrganizationKpis({ path: { organization_canonical: org }, query: { favorite: true } })),
    ]
    expect(await favorites(ada)).toEqual([['mine'], ['mine']])
    expect(await favorites(bob)).toEqual([[], []])
    expect([(await ada.getKpi({ path: at })).body.data.favorite, (await bob.getKpi({ path: at })).body.data.favorite]).toEqual([
      true,
      false,
    ])
    expect((await ada.updateKpi({ path: at, body: frequency })).body.data.favorite).toBe(true)
    expect(names(await ada.getKpis({ path, query: { favorite: false } }))).toEqual(['other'])
    await ada.deleteKPIFavorite({ path: at })
    expect(await ada.deleteKPIFavorite({ path: at })).toHaveStatus(204)
    expect(await favorites(ada)).toEqual([[], []])
  })

  test('an API key has no favourites', async () => {
    const { robot, path } = await openProject(server, apiKey('robot'))
    const { at } = await make(robot, path, frequency)
    expect(await robot.createKPIFavorite({ path: at })).toBeError('Invalid', 'API key')
    expect(await robot.deleteKPIFavorite({ path: at })).toBeError('Invalid', 'API key')
    expect(canonicals(await robot.getKpis({ path, query: { favorite: true } }))).toEqual([])
  })
})

describe('who may', () => {
  const withBob = (...rules: [action: string, ...resources: string[]][]) =>
    openProject(server, role('some', ...rules), member('bob', 'some'), project('shop', environment('prod')))

  test('lists show only what a rule lets the caller see, also when all rules are inside of projects', async () => {
    const { ada, bob, path, org } = await withBob(
      ['organization:kpi:list', `organization:*:project:web:kpi:see-*`],
      ['organization:kpi:read', `organization:*:project:web:kpi:see-*`],
    )
    const { at } = await make(ada, path, { ...frequency, name: 'see this' })
    const hidden = await make(ada, path, { ...frequency, name: 'not that' })
    expect(names(await bob.getKpis({ path }))).toEqual(['see this'])
    const all = await bob.getOrganizationKpis({ path: { organization_canonical: org } })
    expect(all).toHaveStatus(200)
    expect(names(all)).toEqual(['see this'])
    expect(all.body.pagination?.total).toBe(1)
    expect(await bob.getKpi({ path: at })).toHaveStatus(200)
    expect(await bob.getKpi({ path: hidden.at })).toHaveStatus(403)
    expect(await bob.deleteKpi({ path: at })).toHaveStatus(403)
    expect(await bob.updateKpi({ path: at, body: frequency })).toHaveStatus(403)
    expect(await bob.createKPIFavorite({ path: at })).toHaveStatus(403)
  })

  test('whoever may not read the project sees only where the KPI is', async () => {
    const { ada, bob, path } = await withBob(['organization:kpi:read'])
    const { at } = await make(ada, path, frequency)
    const seen = (await bob.getKpi({ path: at })).body.data.project
    expect(seen).toMatchObject({ canonical: 'web', environments: [] })
    expect(seen).not.toHaveProperty('config_repository_canonical')
    expect((await ada.getKpi({ path: at })).body.data.project).toMatchObject({
      environments: [{ canonical: 'dev' }, { canonical: 'prod' }],
    })
  })

  test('a rule on names covers new KPIs of such names and no others', async () => {
    const { bob, path } = await withBob(['organization:kpi:create', 'organization:*:project:web:kpi:mine-*'])
    expect(await bob.createKpi({ path, body: { ...coverage, name: 'mine' } })).toHaveStatus(200)
    expect(await bob.createKpi({ path, body: { ...coverage, name: 'yours' } })).toHaveStatus(403)
  })

  test('nobody measures a pipeline that they may not read, or learns its name by trying', async () => {
    const { ada, bob, path } = await withBob(
      ['organization:kpi:**'],
      ['organization:pipeline:read', 'organization:*:project:web:environment:dev:**'],
    )
    const [there, nowhere] = await Promise.all(
      ['web-prod-api', 'web-prod-xyz'].map((pipeline_name) => bob.createKpi({ path, body: { ...frequency, pipeline_name } })),
    )
    expect(there).toHaveStatus(422)
    const words = (answer: unknown) => JSON.stringify((answer as { body: { errors: unknown } }).body.errors)
    expect(words(there).replaceAll('web-prod-api', '…')).toBe(words(nowhere).replaceAll('web-prod-xyz', '…'))
    expect(await bob.createKpi({ path, body: frequency })).toBeError('Unauthorized', 'pipeline_name')
    expect(await bob.createKpi({ path, body: frequency, query: { environment_canonical: 'dev' } })).toHaveStatus(200)
    const { at } = await make(ada, path, { ...frequency, pipeline_name: 'web-prod-api' })
    expect(await bob.updateKpi({ path: at, body: { ...frequency, pipeline_name: 'web-prod-api', name: 'Renamed' } })).toHaveStatus(200)
    expect(await bob.updateKpi({ path: at, body: frequency })).toHaveStatus(403)
  })

  test('owners of a project need no rule', async () => {
    const org = fresh('acme')
    const { eve } = await scenario(
      server,
      organization(org, member('eve', 'default-no-permissions'), project('mine', { owner: 'eve' }, environment('prod')), project('other')),
    )
    await writePipeline(server, { organization: org, project: 'mine', environment: 'prod', component: 'api' }, 'mine-prod-api', ['deploy'])
    const path = { organization_canonical: org, project_canonical: 'mine' }
    await make(eve, path, { ...frequency, pipeline_name: 'mine-prod-api' })
    expect(names(await eve.getOrganizationKpis({ path }))).toEqual(['Deployments'])
    expect(await eve.createKpi({ path: { ...path, project_canonical: 'other' }, body: coverage })).toHaveStatus(403)
  })

  test('another organization’s pipelines and environments are not there', async () => {
    const { ada, path, place } = await openProject(server)
    const other = fresh('other')
    await scenario(server, organization(other, member('ada'), project('web', environment('theirs'))))
    await writePipeline(server, { ...place, organization: other, environment: 'theirs' }, 'theirs', ['deploy'])
    expect(await ada.createKpi({ path, body: { ...frequency, pipeline_name: 'theirs' } })).toBeError('Invalid', 'body.pipeline_name')
    expect(await ada.createKpi({ path, body: frequency, query: { environment_canonical: 'theirs' } })).toBeError('Invalid', 'environment')
  })
})
