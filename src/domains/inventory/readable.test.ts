/** Whatever a state or a person says of resources: the list answers, and each of them can be changed and deleted. */
import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = async () => {
  const world = await openStateWorld(server, repositories)
  return { ...world, org: { organization_canonical: world.workshop.org } }
}
const resource = (name: string, instances: object[], type = 't') => ({ mode: 'managed', type, name, provider: 'p', instances })
const byHand = { name: 'rack', provider: 'custom_resources', type: 'custom_instance', label: 'rack' }

describe('the inventory', () => {
  test('is readable when resources are large: a thousand are a page', async () => {
    const { backend, ada, org } = await open()
    const attributes = { id: 'i', text: 'x'.repeat(9_000), list: Array(3000).fill(1) }
    const instances = Array.from({ length: 1000 }, (_, index_key) => ({ index_key, attributes }))
    expect((await backend.push(stateOf(1, [resource('some', instances)]))).status).toBe(204)
    const { data } = (await must(ada.listInventoryResources({ path: org }))).body
    expect(data).toHaveLength(1000)
    expect(data[0]?.attributes).toMatchObject({ id: 'i' })
  })

  test('shows a resource of megabytes without what is large, and lets go of it', async () => {
    const { backend, ada, org } = await open()
    const attributes = { id: 'i', name: 'poison', content: 'x'.repeat(3_000_000), tags: { env: 'prod' } }
    expect((await backend.push(stateOf(1, [resource('poison', [{ attributes }])]))).status).toBe(204)
    const [found] = (await must(ada.listInventoryResources({ path: org }))).body.data
    expect(found?.attributes).toEqual({ id: 'i', name: 'poison', content: '(too large to show)', tags: { env: 'prod' } })
    const at = { path: { ...org, inventory_resource_id: found?.id ?? 0 } }
    expect(await ada.getInventoryResource(at)).toHaveStatus(200)
    expect(await ada.deleteInventoryResource(at)).toHaveStatus(204)
  })

  test('holds no secret of a type, and no filter finds one', async () => {
    const { backend, ada, org } = await open()
    await backend.push(stateOf(1, [resource('a', [{ attributes: { result: 'hunter2', length: 7 } }], 'random_password')]))
    const { data } = (await must(ada.listInventoryResources({ path: org }))).body
    expect(data[0]?.attributes).toEqual({ result: '(sensitive)', length: 7 })
    expect((await must(ada.listInventoryResources({ path: org, search: '?result[eq]=hunter2' }))).body.data).toEqual([])
  })

  test.each<[string, unknown]>([
    ['a NUL in a value', { a: ['x\0'] }],
    ['a NUL in a name', { 'a\0': 1 }],
    ['half of a character in a value', { a: '\ud800' }],
    ['half of a character in a name', { a: { '\udfff': 1 } }],
    ['more than 12 KB', { a: 'x'.repeat(13_000) }],
  ])('takes no custom attributes with %s', async (_, custom) => {
    const { ada, org } = await open()
    const custom_attributes = custom as Record<string, unknown>
    expect(await ada.createInventoryResource({ path: org, body: { ...byHand, custom_attributes } })).toBeError(
      'Invalid',
      'custom attributes',
    )
    await must(ada.createInventoryResource({ path: org, body: byHand }))
    const [found] = (await must(ada.listInventoryResources({ path: org }))).body.data
    const at = { path: { ...org, inventory_resource_id: found?.id ?? 0 } }
    expect(await ada.updateInventoryResource({ ...at, body: { ...byHand, custom_attributes } })).toBeError('Invalid', 'custom attributes')
  })
})
