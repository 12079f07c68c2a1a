/** The metadata of a provider is read again, so that a change of its keys is no outage. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import { bringProvider, employee, samlConfig, settingsOf, walk } from '../../../test/support/saml-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { refreshProvider, refreshProvidersDue } from './refresh.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
/** Has the metadata, while the provider itself may say something else. */
let site: Server
let page: () => string
let asked = 0
/** It takes as long as this to answer. */
let hold = Promise.resolve()
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [employee('zoe')] })
  site = createServer(async (_, response) => {
    asked++
    await hold
    const text = page()
    if (text === '') response.writeHead(500)
    response.end(text)
  }).listen(0, '127.0.0.1')
})
afterAll(async () => {
  await idp[Symbol.asyncDispose]()
  site.close()
})
beforeEach(() => {
  page = () => idp.metadata()
})

async function acme() {
  const canonical = fresh('acme')
  const admin = fresh('ada')
  const cast = await scenario(server, organization(canonical, member(admin)))
  const ada = cast[admin] as Client
  const metadata_url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/metadata`
  const made = await bringProvider(ada, canonical, idp, { metadata_url })
  const path = { organization_canonical: canonical, identity_provider_canonical: made.canonical }
  const [row] = await server.database.query<{ organization_id: string }>('select organization_id from identity_providers where id = $1', [
    made.id,
  ])
  const place = { organizationId: Number(row?.organization_id), id: made.id }
  return {
    ada,
    path,
    made,
    place,
    now: async () => (await ada.getIdentityProvider({ path })).body.data,
    /** As if it were a day later. */
    async refresh() {
      await server.database.query(`update identity_providers set refreshed_at = now() - interval '25 hours' where id = $1`, [made.id])
      await refreshProvider(server.platform, place)
    },
    events: async () =>
      (
        await server.database.query<{ message: string }>(
          `select message from events where organization_id = $1 and operation = 'identity_provider:refresh' order by id`,
          [place.organizationId],
        )
      ).map(({ message }) => message),
  }
}

const jobs = () =>
  server.database.query<{ payload: { id: number } }>(
    `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'identityProviders.refresh'`,
  )

describe('reading it again', () => {
  test('is due once a day, for those that have an address and are on', async () => {
    const [young, due, off, inline] = [await acme(), await acme(), await acme(), await acme()]
    await off.ada.updateIdentityProvider({ path: off.path, body: settingsOf(off.made, { enabled: false }) })
    await inline.ada.updateIdentityProvider({ path: inline.path, body: settingsOf(inline.made, { metadata: idp.metadata() }) })
    await server.database.query(`update identity_providers set refreshed_at = now() - interval '25 hours' where id <> $1`, [young.made.id])
    await refreshProvidersDue(server.platform)
    const ids = (await jobs()).map(({ payload }) => payload.id)
    expect(ids).toContain(due.made.id)
    for (const { made } of [young, off, inline]) expect(ids).not.toContain(made.id)
    // Jobs that piled up find it done.
    asked = 0
    for (let round = 1; round <= 3; round++) await refreshProvider(server.platform, due.place)
    expect(asked).toBe(1)
    for (const { place } of [young, off, inline]) await refreshProvider(server.platform, place)
    await refreshProvider(server.platform, { ...due.place, id: 4_000_000_000 })
    expect(asked).toBe(1)
  })

  test('takes new certificates and addresses, with an event; both keys are good while both are listed', async () => {
    const { now, refresh, events, made } = await acme()
    await refresh()
    expect(await events()).toEqual([])
    await idp.rotate()
    await refresh()
    expect((await now()).certificates).toHaveLength(made.certificates.length + 1)
    expect(await events()).toEqual(['The identity provider company-login has other certificates'])
    expect((await walk(server, made, idp, 'zoe')).status).toBe(303)
    page = () => idp.metadata().replaceAll('/sso"', '/elsewhere"')
    await refresh()
    expect((await now()).sso_url).toBe(`${idp.url}/elsewhere`)
    expect((await events()).at(-1)).toBe('The identity provider company-login has another address')
  })

  test('keeps what was known when it fails, and says so until it succeeds', async () => {
    const { now, refresh, events, made } = await acme()
    const broken = [() => '', () => '<html>', () => idp.metadata().replace(/<KeyDescriptor.*<\/KeyDescriptor>/s, '')]
    for (const one of broken) {
      page = one
      await refresh()
      expect((await now()).problem).toContain('The metadata could not be read again: ')
      expect((await now()).certificates).toEqual(made.certificates)
    }
    expect((await now()).problem).toContain('no certificate')
    // Once, however long it goes on.
    expect(await events()).toHaveLength(1)
    page = () => idp.metadata()
    await refresh()
    expect(await now()).not.toHaveProperty('problem')
  })

  test('does not take another provider’s word for this one’s', async () => {
    const { now, refresh, made } = await acme()
    page = () => idp.metadata().replace(idp.entityId, 'https://other.example.com')
    await refresh()
    expect(await now()).toMatchObject({ entity_id: made.entity_id, problem: expect.stringContaining('https://other.example.com') })
  })

  test('does not undo what somebody changed meanwhile', async () => {
    const { ada, path, now, refresh, made } = await acme()
    let release = () => {}
    hold = new Promise((resolve) => {
      release = resolve
    })
    page = () => ''
    asked = 0
    const refreshing = refresh()
    await expect.poll(() => asked).toBe(1)
    await ada.updateIdentityProvider({ path, body: settingsOf(made, { metadata: idp.metadata() }) })
    release()
    await refreshing
    expect(await now()).not.toHaveProperty('problem')
  })
})
