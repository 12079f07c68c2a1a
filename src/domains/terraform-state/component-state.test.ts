/** The states of components, for people: versions, restoring, tokens, and what becomes of a state whose component goes. */
import { describe, expect, test } from 'vitest'
import { placeLicence } from '../../../test/support/licences.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { readNewestState } from './component-state.ts'
import { tidyLeftStates } from './tidy.ts'
import { inventoryJwtOf, mintStateToken } from './tokens.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = () => openStateWorld(server, repositories)

describe('the versions of a state', () => {
  test('can be listed, downloaded and restored, with a serial above all others', async () => {
    const { backend, ada, path } = await open()
    expect(await ada.getComponentState({ path })).toHaveStatus(404)
    const first = JSON.stringify(stateOf(3, ['a', 'b']), null, 2)
    await backend.push(first)
    await backend.push(stateOf(12, ['a']))
    const { data } = (await must(ada.listStateVersions({ path }))).body
    expect(data).toMatchObject([
      { serial: 12, resource_count: 1, terraform_version: '1.11.4' },
      { serial: 3, resource_count: 2, size: first.length },
    ])
    const old = data[1]?.id ?? 0
    const versionPath = { ...path, state_version_id: old }
    const file = await must(ada.call('getStateVersion', { path: versionPath }))
    expect(file.headers.get('content-disposition')).toContain('front-3.tfstate')
    expect(file.body).toBe(first)
    const restored = await must(ada.restoreStateVersion({ path: versionPath }))
    expect(restored.body.data).toMatchObject({ serial: 13, restored_from: old, author: 'ada', resource_count: 2 })
    expect(await (await backend.ask('GET', '/inventory')).text()).toBe(first.replace('"serial": 3,', '"serial": 13,'))
    expect((await must(ada.getComponentState({ path }))).body.data).toMatchObject({ locked: false, versions: 3, newest: { serial: 13 } })
    expect(await ada.restoreStateVersion({ path: { ...path, state_version_id: old + 9999 } })).toHaveStatus(404)
    await backend.lock('x')
    expect(await ada.restoreStateVersion({ path: versionPath })).toHaveStatus(423)
    const events = await must(
      ada.getEvents({
        path: { organization_canonical: path.organization_canonical },
        query: { begin: Date.now() - 600_000, end: Date.now() + 1000 },
      }),
    )
    expect(JSON.stringify(events.body)).toContain(`ada restored version ${old} of the Terraform state of shop/prod/front`)
  })

  test('are all kept, however many there are', async () => {
    const { backend, ada, path } = await open()
    for (let serial = 1; serial <= 30; serial++) expect((await backend.push(stateOf(serial, [`r${serial}`]))).status).toBe(204)
    const query = { page_index: 2, page_size: 20 }
    const { data, pagination } = (await must(ada.listStateVersions({ path, query }))).body
    expect([pagination?.total, data.map(({ serial }) => serial)]).toEqual([30, Array.from({ length: 10 }, (_, index) => 10 - index)])
  })

  test('can be read as a whole by what draws them, unless that is too much', async () => {
    const { backend, organizationId } = await open()
    const context = {
      platform: server.platform,
      read: <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(server.platform.database, insideOf(organizationId), run),
    }
    const place = { project: 'shop', environment: 'prod', component: 'front' }
    expect(await readNewestState(context, place)).toBeUndefined()
    await backend.push(stateOf(1, ['a']))
    expect(await readNewestState(context, place)).toEqual(stateOf(1, ['a']))
    await backend.push(stateOf(2, [], { outputs: { long: { value: 'x'.repeat(17 * 2 ** 20), type: 'string' } } }))
    await expect(readNewestState(context, place)).rejects.toThrow(/has 18 MB, which is too much/)
    await expect(readNewestState(context, { ...place, component: 'none' })).rejects.toThrow(/component none was not found/)
  })
})

describe('a token', () => {
  test('is over when another one was made; the new one opens the same state', async () => {
    const { backend, ada, path, backendOf, tokenOf } = await open()
    await backend.push(stateOf(1, ['a']))
    const { jwt } = (await must(ada.rotateStateToken({ path }))).body.data
    expect(jwt).toBe(tokenOf('front', 2))
    const refused = await backend.ask('GET', '/inventory')
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('replaced by a newer one')
    expect(await (await backendOf(jwt).ask('GET', '/inventory')).json()).toEqual(stateOf(1, ['a']))
  })

  test.each(['nonsense', '', 'state.e30.x', 'a.b.c', 'eyJhbGciOiJIUzI1NiJ9.e30.x'])('is none when it is "%s"', async (token) => {
    const { backendOf } = await open()
    for (const [method, where] of [
      ['GET', '/inventory'],
      ['POST', '/inventory'],
      ['DELETE', '/inventory/lock'],
      ['GET', '/inventory-plan'],
    ] as const) {
      const answer = await backendOf(encodeURIComponent(token)).ask(method, where)
      expect([403, 422]).toContain(answer.status)
    }
  })

  test('stands in the files of its component from the beginning', async () => {
    const { workshop, make, tokenOf, backendOf } = await open()
    await make('second', 'other')
    const files = repositories.files(workshop.config, 'config')
    const text = files[`${workshop.org}/shop/prod/second/pipeline/variables.yml`]
    expect(text).toContain(`/inventory?jwt=${tokenOf('second')}'`)
    expect((await backendOf(tokenOf('second')).push(stateOf(1))).status).toBe(204)
  })

  test('of somebody, or a key, opens nothing here', async () => {
    const { ada, backendOf } = await open()
    expect((await backendOf(ada.token ?? '').ask('GET', '/inventory')).status).toBe(403)
  })

  test('of a component that is not there, or of an organization that is not, is refused in one sentence', async () => {
    const { backendOf, tokenOf } = await open()
    const answer = await backendOf(tokenOf('nowhere')).ask('GET', '/inventory')
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('There is no component shop/prod/nowhere for this token')
    const stranger = mintStateToken(server.platform, { organizationId: 4_000_000_000, externalBackendId: 1, generation: 1 })
    expect((await backendOf(stranger).ask('GET', '/inventory')).status).toBe(403)
  })

  test('of an external backend opens a state of its own, and ends with it', async () => {
    const { organizationId, backendOf, backend } = await open()
    const [row] = await server.database.query<{ id: string }>('select id from external_backends where organization_id = $1', [
      organizationId,
    ])
    const own = backendOf(mintStateToken(server.platform, { organizationId, externalBackendId: Number(row?.id), generation: 1 }))
    expect((await own.push(stateOf(1, ['own']))).status).toBe(204)
    expect((await backend.ask('GET', '/inventory')).status).toBe(404)
    expect(await (await own.ask('GET', '/inventory')).json()).toEqual(stateOf(1, ['own']))
    await server.database.query('delete from external_backends where organization_id = $1', [organizationId])
    expect((await own.ask('GET', '/inventory')).status).toBe(403)
  })

  test('is known before its component is made, where an external backend reaches it, and empty where none does', async () => {
    const { organizationId, tokenOf } = await open()
    const jwtOf = (component: string, project = 'shop') =>
      OrgTx.read(server.platform.database, insideOf(organizationId), (tx) =>
        inventoryJwtOf(tx, server.platform, { project, environment: 'prod', component }),
      )
    expect(await jwtOf('later')).toBe(tokenOf('later'))
    await server.database.query(
      `update external_backends b set is_default = false, project_id = p.id from projects p where p.organization_id = b.organization_id and b.organization_id = $1`,
      [organizationId],
    )
    expect(await jwtOf('later')).toBe(tokenOf('later'))
    expect(await jwtOf('later', 'elsewhere')).toBe('')
    await server.database.query('delete from external_backends where organization_id = $1', [organizationId])
    expect(await jwtOf('later')).toBe('')
  })

  test('of a restricted organization reads and unlocks, and does not write', async () => {
    const { backend, workshop } = await open()
    await backend.push(stateOf(1))
    await backend.lock('x')
    await placeLicence(server, workshop.org, { expiresIn: -15 * 24 * 3600 })
    expect((await backend.ask('GET', '/inventory')).status).toBe(200)
    const refused = await backend.push(stateOf(2), 'x')
    expect(refused.status).toBe(403)
    expect(await refused.text()).toMatch(/is restricted: its licence has expired/)
    expect((await backend.unlock('x')).status).toBe(204)
    expect((await backend.lock('y')).status).toBe(403)
  })
})

describe('a component that goes', () => {
  test('leaves its state to one that is made at its place from the same stack', async () => {
    const { backend, ada, path, make, backendOf, tokenOf } = await open()
    await backend.push(stateOf(1, ['a']))
    await must(ada.deleteComponent({ path }))
    expect((await backend.ask('GET', '/inventory')).status).toBe(403)
    await make('front')
    const next = backendOf(tokenOf('front', 2))
    expect(await (await next.ask('GET', '/inventory')).json()).toEqual(stateOf(1, ['a']))
    expect((await next.push(stateOf(2, ['a']))).status).toBe(204)
    expect((await must(ada.getComponentState({ path }))).body.data.versions).toBe(2)
  })

  test('leaves nothing to one of another stack, and a token that was ended stays ended', async () => {
    const { backend, ada, path, make, backendOf, tokenOf } = await open()
    const { jwt } = (await must(ada.rotateStateToken({ path }))).body.data
    await backendOf(jwt).push(stateOf(1, ['a']))
    await must(ada.deleteComponent({ path }))
    await make('front', 'other')
    expect((await backend.ask('GET', '/inventory')).status).toBe(403)
    expect((await backendOf(jwt).ask('GET', '/inventory')).status).toBe(403)
    expect((await backendOf(tokenOf('front', 3)).ask('GET', '/inventory')).status).toBe(404)
  })

  test('leaves it for 30 days', async () => {
    const { backend, ada, path, organizationId } = await open()
    await backend.push(stateOf(1, ['a']))
    await must(ada.deleteComponent({ path }))
    const states = () =>
      server.database.query<{ left_at: Date | null; place: string }>(
        'select left_at, place from terraform_states where organization_id = $1',
        [organizationId],
      )
    await tidyLeftStates(server.platform)
    expect(await states()).toEqual([{ left_at: expect.any(Date), place: 'shop/prod/front' }])
    await server.database.query(`update terraform_states set left_at = now() - interval '31 days' where organization_id = $1`, [
      organizationId,
    ])
    await tidyLeftStates(server.platform)
    expect(await states()).toEqual([])
  })

  test('elsewhere takes its state along, under another token', async () => {
    const { backend, ada, path, organizationId, backendOf } = await open()
    await backend.push(stateOf(1, ['a']))
    await must(ada.migrateComponent({ path, body: { destination_environment_canonical: 'staging' } }))
    expect((await backend.ask('GET', '/inventory')).status).toBe(403)
    const moved = mintStateToken(server.platform, {
      organizationId,
      project: 'shop',
      environment: 'staging',
      component: 'front',
      generation: 1,
    })
    expect(await (await backendOf(moved).ask('GET', '/inventory')).json()).toEqual(stateOf(1, ['a']))
  })
})

describe('the token of a component’s state', () => {
  test('opens that state, is the same each time, and ends when it is rotated', async () => {
    const { backend, ada, path } = await open()
    await backend.push(stateOf(1, ['a']))
    const jwt = async () => (await must(ada.getStateToken({ path }))).body.data.jwt
    const first = await jwt()
    expect(await jwt()).toBe(first)
    const read = (token: string) => fetch(`${server.url}/inventory?jwt=${token}`).then(({ status }) => status)
    expect(await read(first)).toBe(200)
    const rotated = (await must(ada.rotateStateToken({ path }))).body.data.jwt
    expect(await jwt()).toBe(rotated)
    expect([await read(first), await read(rotated)]).toEqual([403, 200])
    expect(await ada.getStateToken({ path: { ...path, component_canonical: 'nobody' } })).toHaveStatus(404)
    const { organization_canonical } = path
    const events = await must(
      ada.getEvents({ path: { organization_canonical }, query: { begin: Date.now() - 600_000, end: Date.now() + 1000 } }),
    )
    const seen = events.body.data.filter(({ message }) => message.includes('looked at the token'))
    expect(seen.map(({ message }) => message)).toEqual(Array(3).fill('ada looked at the token of the Terraform state of shop/prod/front'))
    expect(JSON.stringify(events.body)).not.toContain(first)
  })
})
