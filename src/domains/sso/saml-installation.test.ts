/** Identity providers that whoever runs the installation configured: they are believed for everybody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Forgery, signedResponse } from '../../../test/support/saml-forge.ts'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import { begin, employee, here, post, reasonsIn, redeem, samlConfig } from '../../../test/support/saml-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer } from '../../../test/support/server.ts'
import { listInstallationProviders } from './saml-installation.ts'

const folder = mkdtempSync(join(tmpdir(), 'saml-metadata-'))
let first: TestIdentityProvider
let second: TestIdentityProvider
let server: TestServer & AsyncDisposable
beforeAll(async () => {
  first = await openIdentityProvider({ users: [] })
  second = await openIdentityProvider({ users: [] })
  writeFileSync(join(folder, 'second.xml'), second.metadata())
  server = await openTestServer({ config: { ...samlConfig, saml: { metadata: [first.metadataUrl, join(folder, 'second.xml')] } } })
})
afterAll(async () => {
  for (const one of [server, first, second]) await one[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const entityId = 'https://api.example.com/saml2'
const acsUrl = 'https://api.example.com/saml2/acs'
const login = (provider?: string) => `https://api.example.com/saml2/login${provider ? `?provider=${encodeURIComponent(provider)}` : ''}`
const answerOf = (idp: TestIdentityProvider, changes: Partial<Forgery> = {}): string => {
  const key = idp.keys.at(-1) ?? { privateKey: '', certificate: '' }
  return signedResponse({ key, issuer: idp.entityId, acsUrl, audience: entityId, nameId: 'eve', ...changes })
}
const send = (SAMLResponse: string, RelayState = '', on: TestServer = server) => post(on, acsUrl, { SAMLResponse, RelayState })

describe('providers of the installation', () => {
  test('are offered in the order of the configuration, wherever their metadata is', async () => {
    const offered = await listInstallationProviders(server.platform)
    expect(offered).toEqual([
      { provider: first.entityId, sso_url: login(first.entityId) },
      { provider: second.entityId, sso_url: login(second.entityId) },
    ])
    expect((await begin(server, login())).startsWith(first.ssoUrl)).toBe(true)
    for (const { provider, sso_url } of offered)
      expect((await begin(server, sso_url)).startsWith(provider.replace('/metadata', '/sso'))).toBe(true)
    expect(await server.client().startSaml({ query: { provider: 'https://nobody.example.com' } })).toBeError('NotFoundEntity')
  })

  test('sign in somebody with an account by its verified address, with all that they have', async () => {
    const [acme, globex, name] = [fresh('acme'), fresh('globex'), fresh('ada')]
    await scenario(server, organization(acme, member(name)), organization(globex, member(name)))
    for (const idp of [first, second]) {
      const user = employee(fresh('somebody'), { email: `${name}@example.com` })
      idp.options.users.push(user)
      const posted = await idp.signIn(await begin(server, `${login(idp.entityId)}${'&return_to=/projects'}`), user.name)
      expect(posted.action).toBe(acsUrl)
      const landing = await post(server, posted.action, { SAMLResponse: posted.samlResponse, RelayState: posted.relayState })
      expect(landing.location?.searchParams.get('return_to')).toBe('/projects')
      const client = server.client((await redeem(server, landing.code)).body.data.token)
      for (const organization_canonical of [acme, globex])
        expect(await client.getOrg({ path: { organization_canonical } })).toHaveStatus(200)
      expect((await client.listSessions()).body.data[0]).toMatchObject({ method: 'saml2', current: true })
      expect(await client.listIdentities()).toHaveStatus(200)
    }
  })

  test('bring a form for somebody without an account', async () => {
    const name = fresh('zoe')
    const landing = await send(
      answerOf(first, { nameId: name, attributes: { mail: [`${name}@example.org`], givenName: ['Zoe'], sn: ['Ng'] } }),
    )
    const { data } = (await redeem(server, landing.code)).body
    expect(data.user).toMatchObject({ email: `${name}@example.org`, given_name: 'Zoe', family_name: 'Ng' })
    expect(data.token).toBeUndefined()
  })

  test('may begin a sign-in themselves; it ends at a path of the console', async () => {
    expect((await send(answerOf(first), '/projects')).location?.searchParams.get('return_to')).toBe('/projects')
    expect((await send(answerOf(first), 'https://evil.example.com')).location?.searchParams.get('return_to')).toBeNull()
  })

  test('cannot answer for one another, nor finish what began at the other', async () => {
    await begin(server, login(first.entityId))
    const address = await begin(server, login(first.entityId))
    first.options.users.push(employee('anybody'))
    await first.signIn(address, 'anybody')
    const inResponseTo = first.requests.at(-1)?.id ?? ''
    const attempts = [
      [answerOf(second, { issuer: first.entityId }), 'signature'],
      [answerOf(second, { inResponseTo }), 'in_response_to'],
      [answerOf(first, { issuer: 'https://nobody.example.com' }), 'issuer'],
      [answerOf(first, { audience: `${entityId}/0123456789/metadata` }), 'audience'],
    ] as const
    for (const [answer, reason] of attempts) {
      expect((await send(answer)).status).toBe(401)
      expect(reasonsIn(server.logs).at(-1)).toBe(reason)
    }
    const good = answerOf(first, { inResponseTo })
    expect((await send(good)).status).toBe(303)
    expect((await send(good)).status).toBe(401)
    expect(reasonsIn(server.logs).at(-1)).toBe('replayed')
  })

  test('learn from our metadata who we are; all processes have one key', async () => {
    await using beside = await openTestServer({ beside: server, config: { ...samlConfig, saml: { metadata: [first.metadataUrl] } } })
    await using other = await openTestServer({ config: { ...samlConfig, saml: { metadata: [first.metadataUrl] } } })
    const read = async (on: TestServer) => {
      const answer = await fetch(here(on, entityId))
      expect(answer.headers.get('content-type')).toBe('application/xml')
      return answer.text()
    }
    const ours = await read(server)
    expect(ours).toContain(`entityID="${entityId}"`)
    expect(ours).toContain(`Location="${acsUrl}"`)
    expect(await read(beside)).toBe(ours)
    expect(await read(other)).not.toBe(ours)
    await using sealed = await openTestServer({ config: { ...samlConfig, saml: { metadata: [first.metadataUrl] } } })
    await using twin = await openTestServer({ beside: sealed, config: { ...samlConfig, saml: { metadata: [first.metadataUrl] } } })
    const both = await Promise.all([read(sealed), read(twin), read(sealed), read(twin)])
    expect(new Set(both).size).toBe(1)
    const rows = await sealed.database.query<{ sealed: string }>("select sealed from installation_keys where name = 'saml'")
    expect(rows).toHaveLength(1)
    expect(rows[0]?.sealed).not.toContain('PRIVATE')
  })
})

describe('without any', () => {
  test('there is nothing of SAML but what organizations bring', async () => {
    await using bare = await openTestServer({ config: samlConfig })
    expect((await fetch(here(bare, entityId))).status).toBe(404)
    expect((await post(bare, acsUrl, { SAMLResponse: answerOf(first) })).status).toBe(404)
    expect(await bare.client().startSaml()).toBeError('NotFoundEntity')
    expect(await listInstallationProviders(bare.platform)).toEqual([])
  })
})

describe('their metadata', () => {
  /** A site that has what `page` says, and counts who asks. */
  async function site(page: () => string) {
    let asked = 0
    const listening = createServer((_, response) => {
      asked++
      const text = page()
      if (text === '') response.writeHead(503)
      response.end(text)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => listening.once('listening', resolve))
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`
    return { url, asked: () => asked, [Symbol.dispose]: () => void listening.close() }
  }

  test('that cannot be read leaves the others; when it can be, it is there', async () => {
    let text = ''
    using at = await site(() => text)
    await using half = await openTestServer({ config: { ...samlConfig, saml: { metadata: [at.url, second.metadataUrl] } } })
    expect(await listInstallationProviders(half.platform)).toHaveLength(1)
    expect(half.logs.join('\n')).toContain('cannot be read')
    text = first.metadata()
    // Not for every page that is shown: somebody else's outage is not ours.
    expect(await listInstallationProviders(half.platform)).toHaveLength(1)
    expect(at.asked()).toBe(1)
    await half.platform.saml.again()
    await using all = await openTestServer({ beside: half, config: { ...samlConfig, saml: { metadata: [at.url, second.metadataUrl] } } })
    expect(await listInstallationProviders(all.platform)).toHaveLength(2)
  })

  test('none of which can be read is said to be away for a while', async () => {
    await using none = await openTestServer({ config: { ...samlConfig, saml: { metadata: ['http://127.0.0.1:1/', '/no/such/file.xml'] } } })
    const answer = await none.client().startSaml()
    expect(answer).toBeError('RetryOperation')
    expect(answer.headers.get('retry-after')).toBe('60')
    expect((await send(answerOf(first), '', none)).status).toBe(503)
    expect((await fetch(here(none, entityId))).status).toBe(200)
  })

  test('is read again for a signature by a new key, and not for every forged one', async () => {
    await using turning = await openIdentityProvider({ users: [] })
    using at = await site(() => turning.metadata())
    await using one = await openTestServer({ config: { ...samlConfig, saml: { metadata: [at.url] } } })
    const now = Date.now
    expect((await send(answerOf(turning), '', one)).status).toBe(303)
    await turning.rotate()
    expect((await send(answerOf(turning), '', one)).status).toBe(401)
    expect(at.asked()).toBe(1)
    try {
      Date.now = () => now() + 61_000
      expect((await send(answerOf(turning), '', one)).status).toBe(303)
      expect(at.asked()).toBe(2)
      const old = turning.keys[0]
      expect((await send(answerOf(turning, old ? { key: old } : {}), '', one)).status).toBe(303)
      for (let round = 1; round <= 3; round++)
        expect((await send(answerOf(second, { issuer: turning.entityId }), '', one)).status).toBe(401)
      expect(at.asked()).toBe(2)
    } finally {
      Date.now = now
    }
  })
})
