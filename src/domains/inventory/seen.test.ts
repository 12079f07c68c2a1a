/** The inventory over projects and over time: who sees what of it, and how its numbers came about. */
import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { member, project, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const instance = (name: string) => ({
  mode: 'managed',
  type: 'aws_instance',
  name,
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ schema_version: 1, attributes: { id: name } }],
})
const byHand = { name: 'rack-1', provider: 'custom_resources', type: 'custom_instance', label: 'rack' }

async function open() {
  const world = await openStateWorld(server, repositories)
  return { ...world, org: { organization_canonical: world.workshop.org } }
}

describe('who sees what', () => {
  test('resources of a component are seen by who may read that; those of none by all who may look', async () => {
    const { backend, org, ada, make, backendOf, tokenOf, path: front } = await open()
    await make('back')
    await backend.push(stateOf(1, [instance('db'), instance('web')]))
    await backendOf(tokenOf('back')).push(stateOf(1, [{ ...instance('queue'), type: 'aws_sqs_queue' }]))
    await must(ada.createInventoryResource({ path: org, body: byHand }))
    const inventoryRules = [
      'organization:inventory:list',
      'organization:inventory:read',
      'organization:inventory:update',
      'organization:inventory:delete',
    ]
    const cast = await scenario(server, async (world) => {
      const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [
        org.organization_canonical,
      ])
      const home = { id: Number(row?.id), path: [Number(row?.id)], canonical: org.organization_canonical }
      const everywhere = inventoryRules.map((action) => [action] as [string])
      await role('looker', ...everywhere)(world, home)
      const shop = `organization:${home.canonical}:project:shop`
      const reading = ['organization:component:read', `${shop}:environment:prod:component:front`] as [string, string]
      await role('shopper', ...everywhere, ['organization:project:read', shop], reading)(world, home)
      await role('visitor', ...everywhere, ['organization:project:read', shop])(world, home)
      await project('other')(world, home)
      await member('liz', 'looker')(world, home)
      await member('sam', 'shopper')(world, home)
      await member('vic', 'visitor')(world, home)
    })
    const { liz, sam, vic } = cast as unknown as Record<'liz' | 'sam' | 'vic', typeof ada>
    const seen = async (who: typeof ada) => (await must(who.listInventoryResources({ path: org }))).body
    const all = (await seen(sam)).data
    expect(all.map(({ name }) => name)).toEqual(['db', 'rack-1', 'web'])
    const few = await seen(liz)
    expect(few.data.map(({ name }) => name)).toEqual(['rack-1'])
    expect(few.filters).toMatchObject({ types: ['custom_instance'], project_canonicals: [] })
    const web = { path: { ...org, inventory_resource_id: all.find(({ name }) => name === 'web')?.id ?? 0 } }
    expect(await sam.getInventoryResource(web)).toHaveStatus(200)
    const labelled = { name: 'web', provider: instance('web').provider, type: 'aws_instance', label: 'hush', cpu: 3 }
    await must(ada.updateInventoryResource({ ...web, body: labelled }))
    for (const who of [liz, vic]) {
      expect((await seen(who)).data.map(({ name }) => name)).toEqual(['rack-1'])
      expect(await who.getInventoryResource(web)).toHaveStatus(404)
      expect(await who.updateInventoryResource({ ...web, body: labelled })).toHaveStatus(404)
      expect(await who.deleteInventoryResource(web)).toHaveStatus(404)
      expect((await must(who.getInventoryHistory({ path: org }))).body.data).toEqual([])
    }
    expect((await must(sam.getInventoryHistory({ path: org }))).body.data.at(-1)?.types).toEqual({ aws_instance: 2 })
    const labels = async (who: typeof ada) => (await must(who.listResourceLabels({ path: org }))).body.data.map(({ name }) => name)
    expect([await labels(vic), await labels(sam)]).toEqual([['rack'], ['hush', 'rack']])
    const types = async (who: typeof ada) =>
      (await must(who.listResourceTypes({ path: org, query: { resources_provider: 'aws' } }))).body.data
    expect([await types(vic), await types(sam), await types(ada)]).toEqual([[], ['aws_instance'], ['aws_instance', 'aws_sqs_queue']])
    await must(ada.deleteComponent({ path: front }))
    expect((await seen(ada)).data.map(({ name }) => name)).toEqual(['queue', 'rack-1'])
    expect((await seen(ada)).filters).toMatchObject({ labels: ['rack'] })
    await make('front')
    await backendOf(tokenOf('front', 2)).ask('GET', '/inventory')
    expect((await seen(sam)).data.map(({ name }) => name)).toEqual(['db', 'rack-1', 'web'])
  })
})

describe('the history', () => {
  test('tells every moment at which numbers changed, over all states', async () => {
    const { backend, backendOf, tokenOf, make, ada, org } = await open()
    await make('back')
    const other = backendOf(tokenOf('back'))
    await backend.push(stateOf(1, ['a', 'b']))
    await other.push(stateOf(1, [instance('web')]))
    await backend.push(stateOf(2, ['a', 'b'], { outputs: { x: { value: 1 } } }))
    await backend.push(stateOf(3, ['a']))
    await other.push(stateOf(2, []))
    // As if it had happened in the course of hours.
    await server.database.query(
      `update inventory_counts c set counted_at = to_timestamp(1000000000 + 3600 * n.n) from (select id, row_number() over (order by id) as n from inventory_counts
       where organization_id = (select id from organizations where canonical = $1)) n where n.id = c.id`,
      [org.organization_canonical],
    )
    const moments = async (query: object = {}) =>
      (await must(ada.getInventoryHistory({ path: org, query }))).body.data.map(({ timestamp, total, types }) => [
        (timestamp - 1e9) / 3600,
        total,
        types,
      ])
    const all = [
      [1, 2, { terraform_data: 2 }],
      [2, 3, { aws_instance: 1, terraform_data: 2 }],
      [3, 2, { aws_instance: 1, terraform_data: 1 }],
      [4, 1, { terraform_data: 1 }],
    ]
    expect(await moments()).toEqual(all)
    expect(await moments({ begin: 1e9 + 3600 * 2, end: 1e9 + 3600 * 3 })).toEqual(all.slice(1, 3))
    expect(await moments({ project_canonical: 'shop', environment_canonical: 'prod', component_canonical: 'back' })).toEqual([
      [2, 1, { aws_instance: 1 }],
      [4, 0, {}],
    ])
    expect(await moments({ project_canonical: 'none' })).toEqual([])
  })
})
