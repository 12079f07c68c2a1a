/** What exists: resources that Terraform states say, and those that people enter. */
import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const aws = 'provider["registry.terraform.io/hashicorp/aws"]'
const instance = (name: string, attributes: object, more: object = {}) => ({
  mode: 'managed',
  type: 'aws_instance',
  name,
  provider: aws,
  instances: [{ schema_version: 1, attributes, sensitive_attributes: [[{ type: 'get_attr', value: 'hidden' }]] }],
  ...more,
})
const resources = [
  instance('web', {
    id: 'i-1',
    instance_type: 't3.micro',
    tags: { Name: 'web', env: 'prod' },
    disks: [{ size: 8 }],
    hidden: 'secret-1',
    password: 'x',
  }),
  {
    module: 'module.db',
    ...instance('db', { id: 'i-2', instance_type: 't3.large', tags: { Name: 'db', env: 'test' }, disks: [{ size: 100 }] }),
  },
  { mode: 'data', type: 'aws_ami', name: 'ubuntu', provider: aws, instances: [{ attributes: { id: 'ami-1' } }] },
]
const byHand = {
  name: 'rack-1',
  provider: 'custom_resources',
  type: 'custom_instance',
  label: 'rack',
  cpu: 8,
  memory: 1000,
  storage: 5000,
  custom_attributes: { floor: 3, room: { name: 'b' } },
}

async function open() {
  const world = await openStateWorld(server, repositories)
  const { ada, workshop } = world
  const path = { organization_canonical: workshop.org }
  const list = async (search = '') => (await must(ada.listInventoryResources({ path, search }))).body
  const names = async (search = '') => (await list(search)).data.map(({ name }) => name)
  return { ...world, org: path, list, names }
}

describe('resources of Terraform states', () => {
  test('are in the inventory with all that is known of them, and without what is sensitive', async () => {
    const { backend, list, path } = await open()
    await backend.push(stateOf(1, resources))
    const { data, filters, pagination } = await list()
    expect(pagination).toEqual({ index: 1, size: 1000, total: 3 })
    expect(data.map(({ name }) => name)).toEqual(['db', 'ubuntu', 'web'])
    expect(data[2]).toMatchObject({
      name: 'web',
      provider: aws,
      type: 'aws_instance',
      module: '',
      mode: 'managed',
      project_canonical: path.project_canonical,
      environment_canonical: path.environment_canonical,
      attributes: { id: 'i-1', tags: { env: 'prod' }, hidden: '(sensitive)', password: '(sensitive)' },
      image: expect.stringMatching(/\/static\/icons\/.*\.svg$/),
      category: expect.any(String),
      keywords: expect.any(Array),
    })
    expect(filters).toMatchObject({
      types: ['aws_ami', 'aws_instance'],
      providers: [aws],
      modules: ['module.db'],
      modes: ['data', 'managed'],
      project_canonicals: ['shop'],
      environment_canonicals: ['prod'],
      component_canonicals: ['front'],
    })
  })

  test('follow their state: what goes there goes here, what stays keeps its number and what people said of it', async () => {
    const { backend, list, ada, org } = await open()
    await backend.push(stateOf(1, resources))
    const before = (await list()).data
    const web = before.find(({ name }) => name === 'web')
    const at = { path: { ...org, inventory_resource_id: web?.id ?? 0 } }
    const figures = {
      name: 'web',
      provider: aws,
      type: 'aws_instance',
      label: 'rack',
      cpu: 2,
      memory: 3,
      storage: 4,
      custom_attributes: { owner: 'ada' },
    }
    expect(await ada.updateInventoryResource({ ...at, body: figures })).toHaveStatus(200)
    const renamed = await ada.updateInventoryResource({ ...at, body: { ...figures, name: 'other' } })
    expect(renamed).toHaveStatus(422)
    expect(JSON.stringify(renamed.body)).toContain('body.name: must be web')
    await backend.push(stateOf(2, [instance('web', { id: 'i-1', instance_type: 't3.small' }), instance('new', { id: 'i-9' })]))
    const after = (await list()).data
    expect(after.map(({ name }) => name)).toEqual(['new', 'web'])
    expect(after[1]).toMatchObject({
      id: web?.id,
      label: 'rack',
      cpu: 2,
      custom_attributes: { owner: 'ada' },
      attributes: { instance_type: 't3.small' },
    })
    expect(await ada.deleteInventoryResource(at)).toHaveStatus(204)
    expect(await ada.getInventoryResource(at)).toHaveStatus(404)
    await backend.push(stateOf(3, [instance('web', { id: 'i-1' })]))
    expect((await list()).data).toMatchObject([{ name: 'web', label: '' }])
  })

  test('are found by their columns and by paths into their attributes', async () => {
    const { backend, names, ada, org } = await open()
    await backend.push(stateOf(1, resources))
    await must(ada.createInventoryResource({ path: org, body: byHand }))
    expect(await names('resources_type[eq]=aws_instance')).toEqual(['db', 'web'])
    expect(await names('resources_mode[neq]=managed')).toEqual(['rack-1', 'ubuntu'])
    expect(await names('resources_label[eq]=rack')).toEqual(['rack-1'])
    expect(await names('component_canonical[eq]=front&resources_module[rlike]=^module')).toEqual(['db'])
    expect(await names('service_catalog_canonical[eq]=web&resources_name[eq]=web')).toEqual(['web'])
    expect(await names(`service_catalog_ref[eq]=${org.organization_canonical}:web&resources_name[eq]=web`)).toEqual(['web'])
    expect(await names('instance_type[eq]=t3.micro')).toEqual(['web'])
    expect(await names('attributes.instance_type[eq]=t3.micro')).toEqual(['web'])
    expect(await names('tags.env[eq]=prod')).toEqual(['web'])
    expect(await names('attributes.tags.Name[rlike]=^d')).toEqual(['db'])
    expect(await names('disks[0].size[gt]=9')).toEqual(['db'])
    expect(await names('disks[0].size[lt]=9')).toEqual(['web'])
    expect(await names('floor[eq]=3')).toEqual(['rack-1'])
    expect(await names('custom_attributes.room.name[eq]=b')).toEqual(['rack-1'])
    expect(await names('custom_attributes.tags.env[eq]=prod')).toEqual([])
    expect(await names('password[eq]=x')).toEqual([])
  })

  test('are paged and ordered', async () => {
    const { backend, list, names } = await open()
    await backend.push(stateOf(1, resources))
    expect(await names('order_by=resources_name:desc')).toEqual(['web', 'ubuntu', 'db'])
    const second = await list('page_index=2&page_size=2')
    expect(second.data.map(({ name }) => name)).toEqual(['web'])
    expect(second.pagination).toEqual({ index: 2, size: 2, total: 3 })
  })

  test.each([
    'page_size=x',
    'page_index=0',
    'page_size=99999999999',
    'page_size=1&page_size=2',
    'order_by=id',
    'a..b[eq]=1',
    'x[odd]=1',
    "a'; drop table inventory_resources; --[zz]=1",
    `${'a.'.repeat(30)}b[eq]=1`,
    `${'a'.repeat(400)}[eq]=1`,
  ])('are not found by %s', async (search) => {
    const { ada } = await scenario(server, organization(`acme-${Math.random().toString(36).slice(2)}`, member('ada')))
    const [org] = await server.database.query<{ canonical: string }>('select canonical from organizations order by id desc limit 1')
    const answer = await ada.listInventoryResources({ path: { organization_canonical: org?.canonical ?? '' }, search })
    expect(answer).toHaveStatus(422)
  })

  test.each(["a'b", 'a"b', 'a{b}', 'a,b', '$1', 'a\\b', 'NULL', '__proto__', '%00', 'a%00b'])(
    'are looked for at %s, which is only a name',
    async (name) => {
      const { ada } = await scenario(server, organization(`acme-${Math.random().toString(36).slice(2)}`, member('ada')))
      const [org] = await server.database.query<{ canonical: string }>('select canonical from organizations order by id desc limit 1')
      const answer = await ada.listInventoryResources({
        path: { organization_canonical: org?.canonical ?? '' },
        search: `${name}.x[eq]=1&${name}[gt]=1`,
      })
      expect([200, 422]).toContain(answer.status)
    },
  )

  test('have types, by the name of their provider or by the last part of it', async () => {
    const { backend, ada, org } = await open()
    await backend.push(stateOf(1, resources))
    const typesOf = async (resources_provider: string) =>
      (await must(ada.listResourceTypes({ path: org, query: { resources_provider } }))).body.data
    expect(await typesOf('aws')).toEqual(['aws_ami', 'aws_instance'])
    expect(await typesOf(aws)).toEqual(['aws_ami', 'aws_instance'])
    expect(await typesOf('custom_resources')).toEqual([])
  })
})

describe('resources entered by hand', () => {
  test('come, change and go', async () => {
    const { ada, org, list } = await open()
    const made = await ada.createInventoryResource({ path: org, body: byHand })
    expect(made).toHaveStatus(204)
    expect(made.body).toBeUndefined()
    const [row] = (await list()).data
    expect(row).toMatchObject({ ...byHand, mode: 'custom_resources', attributes: {} })
    const at = { path: { ...org, inventory_resource_id: row?.id ?? 0 } }
    const changed = { ...byHand, name: 'rack-2', cpu: 16, custom_attributes: {} }
    expect((await must(ada.updateInventoryResource({ ...at, body: changed }))).body.data).toMatchObject(changed)
    expect((await must(ada.getInventoryResource(at))).body.data).toMatchObject(changed)
    expect(await ada.deleteInventoryResource(at)).toHaveStatus(204)
    expect(await ada.getInventoryResource(at)).toHaveStatus(404)
  })

  test('add up by their label', async () => {
    const { ada, org } = await open()
    for (const name of ['a', 'b']) await must(ada.createInventoryResource({ path: org, body: { ...byHand, name } }))
    await must(ada.createInventoryResource({ path: org, body: { ...byHand, label: '' } }))
    expect((await must(ada.listResourceLabels({ path: org }))).body.data).toEqual([
      { name: 'rack', cpu: 16, memory: 2000, storage: 10_000 },
    ])
    const most = Number.MAX_SAFE_INTEGER
    for (const name of ['c', 'd'])
      await must(ada.createInventoryResource({ path: org, body: { ...byHand, name, label: 'huge', cpu: most } }))
    const [huge] = (await must(ada.listResourceLabels({ path: org }))).body.data
    expect(huge).toMatchObject({ name: 'huge', cpu: most, memory: 2000 })
  })

  test.each<[object, string]>([
    [{ name: '' }, 'body.name'],
    [{ name: 'x'.repeat(300) }, 'body.name'],
    [{ cpu: -1 }, 'body.cpu'],
    [{ memory: 2 ** 60 }, 'body.memory'],
    [{ name: 'a\0' }, ''],
    [{ custom_attributes: { a: 'b\0' } }, ''],
    [{ custom_attributes: JSON.parse(`${'{"a":'.repeat(30)}1${'}'.repeat(30)}`) }, 'body.custom_attributes'],
  ])('are refused with %j', async (more, detail) => {
    const { ada, org } = await open()
    const answer = await ada.createInventoryResource({ path: org, body: { ...byHand, ...more } })
    expect(answer).toHaveStatus(422)
    expect(JSON.stringify(answer.body)).toContain(detail)
  })
})
