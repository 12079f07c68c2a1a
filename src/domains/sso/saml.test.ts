/** Signing in through the identity provider that an organization brought, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import {
  answerOf,
  begin,
  bringProvider,
  employee,
  here,
  openCompany,
  type Provider,
  post,
  postAnswer,
  reasonsIn,
  redeem,
  samlConfig,
  settingsOf,
  walk,
} from '../../../test/support/saml-world.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [employee('anybody')] })
})
afterAll(() => idp[Symbol.asyncDispose]())

const acme = (body: Parameters<typeof bringProvider>[3] = {}, by = idp) => openCompany(server, by, body)
const metadataOf = async ({ service_provider }: Provider) => (await fetch(here(server, service_provider.metadata_url))).text()

describe('a sign-in that begins here', () => {
  test('goes to the provider with a signed request, and comes back to the console with a code that is good once', async () => {
    const { provider, canonical, zoe } = await acme()
    idp.register(await metadataOf(provider))
    const address = await begin(server, `${provider.service_provider.login_url}&return_to=/projects`)
    expect(address).toMatch(new RegExp(`^${idp.ssoUrl}\\?SAMLRequest=`))
    const posted = await idp.signIn(address, zoe)
    expect(idp.requests.at(-1)).toMatchObject({ issuer: provider.service_provider.entity_id })
    expect(posted).toMatchObject({ action: provider.service_provider.acs_url, relayState: expect.stringMatching(/^[\w-]{22}$/) })
    const landing = await post(server, posted.action, { SAMLResponse: posted.samlResponse, RelayState: posted.relayState })
    expect(landing.status).toBe(303)
    expect(`${landing.location?.origin}${landing.location?.pathname}`).toBe('https://console.example.com/sso/saml2')
    expect(landing.location?.searchParams.get('return_to')).toBe('/projects')
    const { body } = await redeem(server, landing.code)
    const client = server.client(body.data.token)
    expect(await client.getOrg({ path: { organization_canonical: canonical } })).toHaveStatus(200)
    expect(await redeem(server, landing.code)).toBeError('Unauthenticated')
  })

  test('finds the provider by the organization, its own first and then the nearest above', async () => {
    const [root, kid, grandkid] = [fresh('acme'), fresh('kid'), fresh('grandkid')]
    const { ada } = await scenario(server, organization(root, member('ada'), child(kid, child(grandkid))))
    const login = (organization_canonical: string, more = '') =>
      begin(server, `https://api.example.com/saml2/login?organization_canonical=${organization_canonical}${more}`)
    const audience = async (address: string) => {
      await idp.signIn(address, 'anybody')
      return idp.requests.at(-1)?.issuer
    }
    const above = await bringProvider(ada, root, idp)
    expect(await audience(await login(grandkid))).toBe(above.service_provider.entity_id)
    const own = await bringProvider(ada, kid, idp)
    const second = await bringProvider(ada, kid, idp, { canonical: 'second' })
    expect(await audience(await login(grandkid))).toBe(own.service_provider.entity_id)
    expect(await audience(await login(grandkid, '&identity_provider_canonical=second'))).toBe(second.service_provider.entity_id)
    expect(await audience(await login(root))).toBe(above.service_provider.entity_id)
  })

  test('has no provider in the same words for organizations with none, or with one that is off, and for those that do not exist', async () => {
    const { provider, ada, canonical, path } = await acme()
    const bare = fresh('bare')
    await scenario(server, organization(bare, member('ada')))
    await ada.updateIdentityProvider({
      path: { ...path, identity_provider_canonical: provider.canonical },
      body: settingsOf(provider, { enabled: false }),
    })
    const words = await Promise.all(
      [canonical, bare, 'nowhere'].map(async (organization_canonical) => {
        const answer = await server.client().startSaml({ query: { organization_canonical } })
        expect(answer).toBeError('NotFoundEntity')
        return JSON.stringify({ ...(answer.body as object), request_id: '' }).replace(organization_canonical, '')
      }),
    )
    expect(new Set(words).size).toBe(1)
    for (const query of [{ identity_provider_canonical: 'company-login' }, { organization_canonical: canonical, provider: idp.entityId }])
      expect(await server.client().startSaml({ query })).toBeError('Invalid')
  })

  test.each(['//evil.example.com', 'https://evil.example.com', '/\\evil.example.com', 'javascript:alert(1)'])(
    'never ends elsewhere: %s is no path of the console',
    async (target) => {
      const { provider } = await acme()
      const posted = await idp.signIn(
        await begin(server, `${provider.service_provider.login_url}&return_to=${encodeURIComponent(target)}`),
        'anybody',
      )
      const ours = await post(server, posted.action, { SAMLResponse: posted.samlResponse, RelayState: target })
      const theirs = await postAnswer(server, provider, answerOf(idp, provider), target)
      for (const { status, location } of [ours, theirs]) {
        expect(status).toBe(303)
        expect([...(location?.searchParams.keys() ?? [])]).toEqual(['code'])
        expect(location?.origin).toBe('https://console.example.com')
      }
    },
  )
})

describe('a sign-in that begins at the provider', () => {
  test('lets somebody in, and to the page that they wanted', async () => {
    const { provider, canonical, zoe } = await acme()
    const { acs_url: acsUrl, entity_id: entityId } = provider.service_provider
    const posted = await idp.signIn(idp.startUrl({ acsUrl, entityId }, { relayState: '/projects/web?tab=2' }), zoe)
    const landing = await post(server, posted.action, { SAMLResponse: posted.samlResponse, RelayState: posted.relayState })
    expect(landing.location?.searchParams.get('return_to')).toBe('/projects/web?tab=2')
    const { body } = await redeem(server, landing.code)
    expect(await server.client(body.data.token).getOrg({ path: { organization_canonical: canonical } })).toHaveStatus(200)
  })

  test('is refused where the organization wants none', async () => {
    const { provider, zoe } = await acme({ idp_initiated: false })
    const landing = await postAnswer(server, provider, answerOf(idp, provider))
    expect(landing.status).toBe(401)
    expect(landing.text).toContain('Begin to sign in here')
    expect(reasonsIn(server.logs).at(-1)).toBe('in_response_to')
    expect((await walk(server, provider, idp, zoe)).status).toBe(303)
  })
})

describe('an answer', () => {
  test('may be encrypted for the certificate in our metadata', async () => {
    await using secret = await openIdentityProvider({ users: [], encrypt: true, signResponse: true })
    const { provider, zoe } = await acme({}, secret)
    secret.register(await metadataOf(provider))
    const posted = await secret.signIn(await begin(server, provider.service_provider.login_url), zoe)
    expect(Buffer.from(posted.samlResponse, 'base64').toString()).toContain('EncryptedAssertion')
    const landing = await post(server, posted.action, { SAMLResponse: posted.samlResponse })
    expect(landing.status).toBe(303)
    expect(await redeem(server, landing.code)).toHaveStatus(200)
  })

  test('belongs to a request of ours, to the same provider, and answers it once', async () => {
    const { provider, ada, canonical } = await acme()
    const other = await bringProvider(ada, canonical, idp, { canonical: 'other' })
    const requestOf = async (of: Provider) => {
      const address = await begin(server, of.service_provider.login_url)
      await idp.signIn(address, 'anybody')
      return idp.requests.at(-1)?.id ?? ''
    }
    const id = await requestOf(provider)
    expect((await postAnswer(server, other, answerOf(idp, other, { inResponseTo: id }))).status).toBe(401)
    expect((await postAnswer(server, provider, answerOf(idp, provider, { inResponseTo: id }))).status).toBe(303)
    expect((await postAnswer(server, provider, answerOf(idp, provider, { inResponseTo: id }))).status).toBe(401)
    const old = await requestOf(provider)
    await server.database.query(`update sign_in_flows set expires_at = now() - interval '1 second'`)
    expect((await postAnswer(server, provider, answerOf(idp, provider, { inResponseTo: old }))).status).toBe(401)
    expect(reasonsIn(server.logs).slice(-3)).toEqual(['in_response_to', 'in_response_to', 'in_response_to'])
  })

  test('is good once, on all processes together', async () => {
    await using second = await openTestServer({ beside: server, config: samlConfig })
    const { provider, zoe } = await acme()
    const address = await begin(second, provider.service_provider.login_url)
    const begunHere = await idp.signIn(address, zoe)
    const { acs_url: acsUrl, entity_id: entityId } = provider.service_provider
    const begunThere = await idp.signIn(idp.startUrl({ acsUrl, entityId }), zoe)
    for (const { samlResponse: SAMLResponse, action } of [begunHere, begunThere]) {
      const landings = await Promise.all([server, second, server, second].map((one) => post(one, action, { SAMLResponse })))
      expect(landings.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401])
      expect((await post(server, action, { SAMLResponse })).status).toBe(401)
    }
    const reasons = [...reasonsIn(server.logs), ...reasonsIn(second.logs)].filter((reason) => reason === 'replayed')
    expect(reasons.length).toBe(8)
  })

  test('by a key that the metadata has since is taken when it was read again', async () => {
    await using turning = await openIdentityProvider({ users: [] })
    const { provider, ada, canonical, zoe } = await acme({}, turning)
    await turning.rotate()
    const jobs = () =>
      server.database.query<{ payload: object }>(
        `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'identityProviders.refresh'`,
      )
    expect((await walk(server, provider, turning, zoe)).status).toBe(401)
    expect(reasonsIn(server.logs).at(-1)).toBe('signature')
    // It was read a moment ago.
    expect(await jobs()).toEqual([])
    await server.database.query(`update identity_providers set refreshed_at = now() - interval '11 minutes' where id = $1`, [provider.id])
    expect((await walk(server, provider, turning, zoe)).status).toBe(401)
    const [job] = await jobs()
    expect(job?.payload).toEqual({ organizationId: expect.any(Number), id: provider.id, olderThanSeconds: 600 })
    const one = { organization_canonical: canonical, identity_provider_canonical: provider.canonical }
    const again = await ada.updateIdentityProvider({ path: one, body: settingsOf(provider, { metadata_url: turning.metadataUrl }) })
    expect(again.body.data.certificates).toHaveLength(2)
    expect((await walk(server, provider, turning, zoe)).status).toBe(303)
    const old = turning.keys[0]
    expect((await postAnswer(server, provider, answerOf(turning, provider, old ? { key: old } : {}))).status).toBe(303)
  })

  test('that is refused shows a browser a page, and a program JSON', async () => {
    const { provider } = await acme()
    const send = (accept: string) => post(server, provider.service_provider.acs_url, { SAMLResponse: 'bm9uZQ==' }, { accept })
    const page = await send('text/html,application/xhtml+xml,*/*;q=0.8')
    expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'none'`)
    expect(page.text).toContain('https://console.example.com')
    expect(page.text).toContain(page.headers.get('x-request-id') ?? 'none')
    const json = await send('*/*')
    expect(JSON.parse(json.text)).toMatchObject({ errors: [{ code: 'Unauthenticated' }] })
  })

  test('without anything in it is refused, and so is one for nobody', async () => {
    const { provider } = await acme()
    for (const form of [{}, { SAMLResponse: '' }, { RelayState: '/x' }])
      expect((await post(server, provider.service_provider.acs_url, form)).status).toBe(401)
    const nowhere = 'https://api.example.com/saml2/0123456789abcdef/acs'
    expect((await post(server, nowhere, { SAMLResponse: 'bm9uZQ==' })).status).toBe(404)
    expect((await fetch(here(server, nowhere.replace(/acs$/, 'metadata')))).status).toBe(404)
  })

  test('to a provider that was turned off is refused', async () => {
    const { provider, ada, path } = await acme()
    await ada.updateIdentityProvider({
      path: { ...path, identity_provider_canonical: provider.canonical },
      body: settingsOf(provider, { enabled: false }),
    })
    expect((await postAnswer(server, provider, answerOf(idp, provider))).status).toBe(401)
    expect(reasonsIn(server.logs).at(-1)).toBe('turned_off')
  })

  test('comes only so often', async () => {
    await using limited = await openTestServer({ config: { ...samlConfig, rateLimitFactor: 1 } })
    const { ada } = await scenario(limited, organization('acme', member('ada')))
    const provider = await bringProvider(limited.client(ada.token), 'acme', idp)
    const statuses = new Set<number>()
    for (let index = 0; index < 62; index++)
      statuses.add((await post(limited, provider.service_provider.acs_url, { SAMLResponse: 'bm9uZQ==' })).status)
    expect([...statuses]).toEqual([401, 429])
  })
})
