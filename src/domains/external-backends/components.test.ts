/** Backends of one component, and what becomes of them. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { backendFor } from './external-backends.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

async function open() {
  const workshop = await openWorkshop(server, repositories, webStack())
  const { ada, at, org } = workshop
  const path = { organization_canonical: org }
  const vars = { Server: { Pipeline: { region: 'eu-west-1' } } }
  await must(
    ada.createComponent({
      path: at,
      body: { name: 'Front', canonical: 'front', service_catalog_ref: `${org}:web`, use_case: 'default', vars },
    }),
  )
  const create = async (place: object) => {
    const configuration = { engine: 'HTTPStorage', url: 'https://state.example.com/x' }
    const body = { purpose: 'remote_tfstate', configuration, ...place }
    return (await must(ada.createExternalBackend({ path, body: body as never }))).body.data.id ?? 0
  }
  const { id } = (await must(ada.getOrg({ path }))).body.data
  const nearest = async (place: { project_canonical?: string; environment_canonical?: string; component_canonical?: string }) =>
    (await OrgTx.read(server.platform.database, insideOf(id), (tx) => backendFor(tx, 'remote_tfstate', place)))?.id
  return { ...workshop, path, create, nearest, front: { ...at, component_canonical: 'front' } }
}
const shop = { project_canonical: 'shop' }
const prod = { ...shop, environment_canonical: 'prod' }
const front = { ...prod, component_canonical: 'front' }

test('the nearest backend counts: of the component, its environment, its project, the organization', async () => {
  const { create, nearest } = await open()
  expect(await nearest(front)).toBeUndefined()
  const ids: number[] = []
  for (const place of [{ default: true }, shop, prod, front]) {
    ids.push(await create(place))
    expect(await nearest(front)).toBe(ids.at(-1))
  }
  expect(await nearest({ ...prod, component_canonical: 'other' })).toBe(ids[2])
  expect(await nearest(prod)).toBe(ids[2])
  expect(await nearest({ ...shop, environment_canonical: 'staging', component_canonical: 'front' })).toBe(ids[1])
  expect(await nearest({ project_canonical: 'nowhere' })).toBe(ids[0])
  expect(await nearest({})).toBe(ids[0])
})

test('a backend goes with its component to another environment, and is gone with it', async () => {
  const { ada, create, nearest, path, front: component } = await open()
  const id = await create(front)
  await must(ada.migrateComponent({ path: component, body: { destination_environment_canonical: 'staging' } }))
  const at = { ...path, external_backend_id: id }
  expect((await must(ada.getExternalBackend({ path: at }))).body.data).toMatchObject({
    environment_canonical: 'staging',
    component_canonical: 'front',
  })
  expect(await nearest({ ...front, environment_canonical: 'staging' })).toBe(id)
  await must(ada.deleteEnvironment({ path: { ...path, ...prod } }))
  expect(await ada.getExternalBackend({ path: at })).toHaveStatus(200)
  await must(ada.deleteComponent({ path: { ...component, environment_canonical: 'staging' } }))
  expect(await ada.getExternalBackend({ path: at })).toHaveStatus(404)
})
