/** Who gets the tokens of external backends, for which places, and what they keep. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { member, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { openBackend, openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

/** With a default for Terraform states. */
async function open() {
  const { ada, organizationId: id, workshop } = await openStateWorld(server, repositories)
  const { org } = workshop
  const component = `organization:${org}:project:shop:environment:prod:component:front`
  const everything = ['organization:external_backend:**'] as [string]
  const cast = await scenario(server, async (world) => {
    const home = { id, path: [id], canonical: org }
    const looking = ['list', 'read', 'create'].map((action) => [`organization:external_backend:${action}`] as [string])
    await role('looker', ...looking)(world, home)
    await role('changer', everything)(world, home)
    await role('downloader', everything, ['organization:terraform_state:download', component])(world, home)
    await role('builder', everything, ['organization:component:update', component])(world, home)
    await member('lee', 'looker')(world, home)
    await member('cat', 'changer')(world, home)
    await member('dan', 'downloader')(world, home)
    await member('bob', 'builder')(world, home)
  })
  const path = { organization_canonical: org }
  const body = (place: object, more: object = {}) =>
    ({
      purpose: 'remote_tfstate',
      configuration: { engine: 'HTTPStorage', url: 'https://state.example.com/x' },
      ...place,
      ...more,
    }) as never
  const create = (place: object, who = ada) => who.createExternalBackend({ path, body: body(place) })
  return { path, body, create, ada, ...(cast as unknown as Record<'lee' | 'cat' | 'dan' | 'bob', typeof ada>) }
}
const shop = { project_canonical: 'shop' }
const prod = { ...shop, environment_canonical: 'prod' }
const front = { ...prod, component_canonical: 'front' }

test('the token of a component’s state is shown to who may download the state or change the component, any other to who may change the backend', async () => {
  const { path, create, ada, lee, cat, dan, bob } = await open()
  const ids: number[] = []
  const [preset] = (await must(ada.getExternalBackends({ path }))).body.data
  ids.push(preset?.id ?? 0)
  for (const place of [front, shop]) ids.push((await must(create(place))).body.data.id ?? 0)
  const shown = async (who: typeof ada) => {
    const { data } = (await must(who.getExternalBackends({ path }))).body
    const tokens = data.map(({ jwt }) => jwt !== undefined)
    for (const [index, id] of ids.entries()) {
      const one = (await must(who.getExternalBackend({ path: { ...path, external_backend_id: id } }))).body.data
      expect(one.jwt !== undefined).toBe(tokens[index])
    }
    return tokens
  }
  expect(await shown(ada)).toEqual([true, true, true])
  expect(await shown(lee)).toEqual([false, false, false])
  expect(await shown(cat)).toEqual([true, false, true])
  expect(await shown(dan)).toEqual([true, true, true])
  expect(await shown(bob)).toEqual([true, true, true])
})

test('a backend is made and changed for a place by who may update what is there', async () => {
  const { path, body, create, ada, lee, cat, dan, bob } = await open()
  expect(await create(front, dan)).toBeError('Unauthorized', 'keep external backends for the component shop/prod/front')
  expect(await create(prod, bob)).toBeError('Unauthorized', 'keep external backends for the environment shop/prod')
  expect(await create(shop, cat)).toBeError('Unauthorized', 'keep external backends for the project shop')
  expect(await create({ project_canonical: 'nowhere' }, cat)).toBeError('Unauthorized', 'for the project nowhere')
  const events = { purpose: 'logs', configuration: { engine: 'AWSCloudWatchLogs', region: 'eu-west-1' }, default: true }
  expect(await create(events, lee)).toBeError('Invalid', 'needs a credential')
  const { data } = (await must(create(front, bob))).body
  const at = { ...path, external_backend_id: data.id ?? 0 }
  expect(await cat.updateExternalBackend({ path: at, body: body(front) })).toHaveStatus(403)
  expect(await cat.updateExternalBackend({ path: at, body: body({ default: true }) })).toHaveStatus(403)
  expect(await bob.updateExternalBackend({ path: at, body: body(shop) })).toHaveStatus(403)
  expect(await bob.updateExternalBackend({ path: at, body: body(front) })).toHaveStatus(200)
  expect(await ada.updateExternalBackend({ path: at, body: body(shop) })).toHaveStatus(200)
})

test('a backend whose state is locked, or knows of resources, stays', async () => {
  const { path, create, ada } = await open()
  const { id, jwt } = (await must(create(shop))).body.data
  const own = openBackend(server.url, jwt ?? '')
  await own.push(stateOf(1, ['a']))
  await own.lock('x', 'bob@ci')
  const remove = () => ada.deleteExternalBackend({ path: { ...path, external_backend_id: id ?? 0 } })
  expect(await remove()).toBeError('Conflict', 'is locked by bob@ci since 20')
  await own.unlock('x')
  expect(await remove()).toBeError('Conflict', 'keeps a Terraform state with 1 resource')
  expect((await own.ask('GET', '/inventory')).status).toBe(200)
  await own.push(stateOf(2))
  expect(await remove()).toHaveStatus(204)
  expect((await own.ask('GET', '/inventory')).status).toBe(403)
})

test('a backend gets another token when that is asked for, and the one before is over', async () => {
  const { path, body, create, ada } = await open()
  const { id, jwt } = (await must(create(shop))).body.data
  await openBackend(server.url, jwt ?? '').push(stateOf(1, ['a']))
  const at = { ...path, external_backend_id: id ?? 0 }
  const update = (more: object) => ada.updateExternalBackend({ path: at, body: body(shop, more) })
  expect((await must(update({ rotate_token: false }))).body.data.jwt).toBe(jwt)
  const next = (await must(update({ rotate_token: true }))).body.data.jwt
  expect(next).not.toBe(jwt)
  expect((await openBackend(server.url, jwt ?? '').ask('GET', '/inventory')).status).toBe(403)
  expect(await (await openBackend(server.url, next ?? '').ask('GET', '/inventory')).json()).toEqual(stateOf(1, ['a']))
})
