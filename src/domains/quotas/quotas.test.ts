import { describe, expect, test } from 'vitest'
import { addResources, organizationId } from '../../../test/support/quota-world.ts'
import { fresh, member, organization, role, scenario, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'

const server = useServer()

async function open() {
  const org = fresh('acme')
  const { ada, rob } = await scenario(
    server,
    organization(
      org,
      member('ada'),
      role('reader', ['organization:quota:read'], ['organization:quota:list']),
      member('rob', 'reader'),
      team('ops'),
      team('web'),
    ),
  )
  const path = { organization_canonical: org }
  const id = await organizationId(ada, org)
  await addResources(server, id, 'metal', { cpu: 6, memory: 600, storage: 60 }, { cpu: 4, memory: 400, storage: 40 })
  await addResources(server, id, 'other', { cpu: 5, memory: 5, storage: 5 })
  return { org, ada, rob, path, id }
}
const metal = { name: 'Bare Metal', label: 'metal' }
const inPool = (team_canonical: string, cpu: number, memory = 0, storage = 0) => ({
  team_canonical,
  resource_pool_canonical: 'bare-metal',
  cpu,
  memory,
  storage,
})

describe('a resource pool', () => {
  test('adds up the resources with its label, also those that come later', async () => {
    const { ada, path, id } = await open()
    const made = await ada.createResourcePool({ path, body: metal })
    expect(made).toHaveStatus(200)
    expect(made.body.data).toMatchObject({
      canonical: 'bare-metal',
      ...metal,
      cpu: 10,
      memory: 1000,
      storage: 100,
      allocated_cpu: 0,
      used_cpu: 0,
    })
    await addResources(server, id, 'metal', { cpu: 1, memory: 1, storage: 1 })
    const shown = await ada.getResourcePool({ path: { ...path, resource_pool_canonical: 'bare-metal' } })
    expect(shown.body.data).toMatchObject({ cpu: 11, memory: 1001, storage: 101 })
    expect((await ada.listResourcePools({ path })).body.data).toHaveLength(1)
  })

  test('grows and shrinks with what people enter into the inventory', async () => {
    const { ada, path } = await open()
    const pool = { ...path, resource_pool_canonical: 'bare-metal' }
    await must(ada.createResourcePool({ path, body: metal }))
    const amounts = { cpu: 8, memory: 1024, storage: 2048 }
    const machine = {
      name: 'rack-1',
      provider: 'custom_resources',
      type: 'custom_instance',
      label: 'metal',
      ...amounts,
      custom_attributes: {},
    }
    await must(ada.createInventoryResource({ path, body: machine }))
    expect((await must(ada.getResourcePool({ path: pool }))).body.data).toMatchObject({ cpu: 18, memory: 2024, storage: 2148 })
    const { data } = (await must(ada.listInventoryResources({ path, search: 'resources_name[eq]=rack-1' }))).body
    await must(ada.deleteInventoryResource({ path: { ...path, inventory_resource_id: data[0]?.id ?? 0 } }))
    expect((await must(ada.getResourcePool({ path: pool }))).body.data).toMatchObject({ cpu: 10, memory: 1000, storage: 100 })
  })

  test('shows sums that no JSON number holds as the largest that one does', async () => {
    const { ada, path, id } = await open()
    await addResources(server, id, 'metal', { cpu: Number.MAX_SAFE_INTEGER, memory: 1, storage: 1 }, { cpu: 5, memory: 1, storage: 1 })
    expect((await must(ada.createResourcePool({ path, body: metal }))).body.data.cpu).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('has a name that makes a canonical, once, and a label', async () => {
    const { ada, path } = await open()
    await must(ada.createResourcePool({ path, body: metal }))
    expect(await ada.createResourcePool({ path, body: metal })).toBeError('AlreadyExists')
    expect(await ada.createResourcePool({ path, body: { name: '日本', label: 'metal' } })).toBeError('Invalid', 'too few letters')
    expect(await ada.createResourcePool({ path, body: { name: 'Empty', label: ' ' } })).toBeError('Invalid', 'name and a label')
    expect(await ada.createResourcePool({ path, body: { name: 'Nul', label: '\0' } })).toHaveStatus(422)
  })

  test('takes another label only when its quotas fit into what that holds', async () => {
    const { ada, path } = await open()
    const pool = { ...path, resource_pool_canonical: 'bare-metal' }
    await must(ada.createResourcePool({ path, body: metal }))
    await must(ada.createQuota({ path, body: inPool('ops', 6) }))
    const refused = await ada.updateResourcePool({ path: pool, body: { name: 'Other', label: 'other' } })
    expect(refused).toBeError('Invalid', 'hold 5 CPU units')
    expect((await must(ada.getResourcePool({ path: pool }))).body.data).toMatchObject(metal)
    const renamed = await must(ada.updateResourcePool({ path: pool, body: { name: 'Iron', label: 'metal' } }))
    expect(renamed.body.data).toMatchObject({ canonical: 'bare-metal', name: 'Iron', allocated_cpu: 6 })
  })

  test('goes when its quotas are gone', async () => {
    const { ada, path } = await open()
    const pool = { ...path, resource_pool_canonical: 'bare-metal' }
    await must(ada.createResourcePool({ path, body: metal }))
    const quota = await must(ada.createQuota({ path, body: inPool('ops', 1) }))
    const refused = await ada.deleteResourcePool({ path: pool })
    expect(refused).toBeError('Invalid', 'has quotas')
    expect(JSON.stringify(refused.body)).toContain('quota of the team ops')
    expect(await ada.deleteQuota({ path: { ...path, quota_id: quota.body.data.id } })).toHaveStatus(204)
    expect(await ada.deleteResourcePool({ path: pool })).toHaveStatus(204)
    expect(await ada.getResourcePool({ path: pool })).toHaveStatus(404)
  })
})

describe('a quota', () => {
  test('is cut from a pool for a team, and never more than the pool holds', async () => {
    const { ada, path } = await open()
    await must(ada.createResourcePool({ path, body: metal }))
    const made = await must(ada.createQuota({ path, body: inPool('ops', 7, 500, 50) }))
    expect(made.body.data).toMatchObject({ cpu: 7, memory: 500, storage: 50, used_cpu: 0, team: { canonical: 'ops' } })
    expect(made.body.data.resource_pool).toMatchObject({ canonical: 'bare-metal', cpu: 10, allocated_cpu: 7 })
    const refused = await ada.createQuota({ path, body: inPool('web', 4) })
    expect(refused).toBeError('Invalid', 'of which 3 CPU units')
    expect(JSON.stringify(refused.body)).toContain('body.cpu: 4 asked, 3 free of 10')
    expect(await ada.createQuota({ path, body: inPool('web', 3) })).toHaveStatus(200)
    expect(await ada.createQuota({ path, body: inPool('ops', 0) })).toBeError('AlreadyExists', 'of the team ops')
    expect((await ada.listQuotas({ path })).body.data.map(({ team: { canonical } }) => canonical)).toEqual(['ops', 'web'])
  })

  test('needs a team and a pool that are there, and numbers that can be kept', async () => {
    const { ada, path } = await open()
    expect(await ada.createQuota({ path, body: inPool('ops', 1) })).toBeError('NotFoundEntity', 'bare-metal')
    await must(ada.createResourcePool({ path, body: metal }))
    expect(await ada.createQuota({ path, body: inPool('nobody', 1) })).toBeError('NotFoundEntity', 'nobody')
    expect(await ada.createQuota({ path, body: inPool('ops', 2 ** 63) })).toHaveStatus(422)
    expect(await ada.getQuota({ path: { ...path, quota_id: 4294967295 } })).toHaveStatus(404)
  })

  test('grows into what is free, and shrinks always', async () => {
    const { ada, path } = await open()
    await must(ada.createResourcePool({ path, body: metal }))
    const { id } = (await must(ada.createQuota({ path, body: inPool('ops', 7) }))).body.data
    await must(ada.createQuota({ path, body: inPool('web', 2) }))
    const quota = { ...path, quota_id: id }
    expect(await ada.updateQuota({ path: quota, body: { cpu: 9, memory: 0, storage: 0 } })).toBeError('Invalid', 'asks for 9 CPU units')
    expect((await must(ada.updateQuota({ path: quota, body: { cpu: 8, memory: 0, storage: 0 } }))).body.data.cpu).toBe(8)
    expect((await must(ada.updateQuota({ path: quota, body: { cpu: 0, memory: 0, storage: 0 } }))).body.data.cpu).toBe(0)
  })

  test('cut at the same moment as others never adds up to more than the pool', async () => {
    const { ada, path } = await open()
    await must(ada.createResourcePool({ path, body: metal }))
    const both = await Promise.all(['ops', 'web'].map((name) => ada.createQuota({ path, body: inPool(name, 6) })))
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  test('is told in the events, and refused to who may only read', async () => {
    const { ada, rob, path } = await open()
    await must(ada.createResourcePool({ path, body: metal }))
    expect(await rob.createQuota({ path, body: inPool('ops', 1) })).toHaveStatus(403)
    const { id } = (await must(ada.createQuota({ path, body: inPool('ops', 1) }))).body.data
    expect((await must(rob.listQuotas({ path }))).body.data).toHaveLength(1)
    expect(await rob.deleteQuota({ path: { ...path, quota_id: id } })).toHaveStatus(403)
    const events = await must(ada.getEvents({ path, query: { begin: Date.now() - 600_000, end: Date.now() + 600_000 } }))
    expect(JSON.stringify(events.body)).toContain('ada gave the team ops a quota in the resource pool bare-metal: 1 CPU units')
  })

  test('of which nothing is used has no consumption', async () => {
    const { ada, path } = await open()
    await must(ada.createResourcePool({ path, body: metal }))
    const { id } = (await must(ada.createQuota({ path, body: inPool('ops', 1) }))).body.data
    expect(await ada.listQuotaConsumptions({ path: { ...path, quota_id: id } })).toBeError('NotFoundEntity', 'nothing is used')
  })
})
