/** Signing in through the identity provider that an organization brought, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { signedResponse } from '../../../test/support/saml-forge.ts'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import {
  answerOf,
  begin,
  bringProvider,
  employee,
  here,
  type Provider,
  post,
  postAnswer,
  reasonsIn,
  redeem,
  samlConfig,
  settingsOf,
  signInThrough,
  walk,
} from '../../../test/support/saml-world.ts'
import { apiKey, child, fresh, member, organization, role, scenario, sessionToken } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { hashPassword } from '../../access/password.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [employee('anybody')] })
})
afterAll(() => idp[Symbol.asyncDispose]())

/** An organization with an administrator, a provider, and somebody whom only the provider knows. */
async function acme(body: Parameters<typeof bringProvider>[3] = {}, by = idp) {
  const canonical = fresh('acme')
  const zoe = fresh('zoe')
  by.options.users.push(employee(zoe))
  const admin = fresh('ada')
  const cast = await scenario(server, organization(canonical, member(admin)))
  const ada = cast[admin] as Client
  const provider = await bringProvider(ada, canonical, by, body)
  return { canonical, admin, zoe, ada, provider, path: { organization_canonical: canonical } }
}
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
    expect((await walk(server, provider, turning, zoe)).status).toBe(401)
    expect(reasonsIn(server.logs).at(-1)).toBe('signature')
    const [job] = await server.database.query<{ payload: object }>(
      `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'identityProviders.refresh' order by j.id desc limit 1`,
    )
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

describe('what a provider’s word is good for', () => {
  /** A member of two organizations, who is an administrator of both and of what is above one of them. */
  async function neighbours() {
    const [root, home, kid, globex, name] = [fresh('root'), fresh('home'), fresh('kid'), fresh('globex'), fresh('ada')]
    const cast = await scenario(
      server,
      organization(root, member(name), child(home, member(name), apiKey(`robot-${home}`), child(kid))),
      organization(globex, member(name)),
    )
    const ada = cast[name] as Client
    const provider = await bringProvider(ada, home, idp)
    const { code } = await postAnswer(
      server,
      provider,
      answerOf(idp, provider, { nameId: name, attributes: { email: [`${name}@example.com`] } }),
    )
    const { token } = (await redeem(server, code)).body.data
    return { root, home, kid, globex, name, ada, provider, confined: server.client(token) }
  }

  test('its organization and what is below, and nothing else', async () => {
    const { root, home, kid, globex, confined, ada } = await neighbours()
    const at = (organization_canonical: string) => ({ path: { organization_canonical } })
    for (const canonical of [home, kid]) expect(await confined.getOrg(at(canonical))).toHaveStatus(200)
    for (const canonical of [root, globex]) {
      expect(await ada.getOrg(at(canonical))).toHaveStatus(200)
      expect(await confined.getOrg(at(canonical))).toHaveStatus(403)
      expect(await confined.updateOrg({ ...at(canonical), body: { name: 'Mine now' } })).toHaveStatus(403)
      expect(await confined.refreshToken({ query: { organization_canonical: canonical } })).toHaveStatus(401)
    }
    expect((await confined.getOrgs()).body.data.map(({ canonical }) => canonical)).toEqual([home])
  })

  test('not the account: no password, no address, no identity, no second factor, no other session, no end', async () => {
    const { confined, name, ada } = await neighbours()
    const { data } = (await ada.getUserAccount()).body
    const account = { username: name, given_name: 'Eve', family_name: 'Tester', locale: 'en' as const, mfa_enabled: false }
    const refused = [
      await confined.updateUserAccount({ body: { ...account, password_update: { current: 'whatever it is', new: 'mine from now on' } } }),
      await confined.updateUserAccount({
        body: {
          ...account,
          emails: [
            ...data.emails.map(({ email }) => ({ email, purpose: 'backup' as const })),
            { email: 'eve@x.example', purpose: 'primary' as const },
          ],
        },
      }),
      await confined.deleteUserAccount(),
      await confined.listIdentities(),
      await confined.linkIdentity({ body: { social_type: 'saml2', oauth_code: 'x'.repeat(43) } }),
      await confined.deleteIdentity({ path: { identity_id: 1 } }),
      await confined.createOrg({ body: { name: 'Elsewhere' } }),
    ]
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
    expect((await confined.listSessions()).body.data).toHaveLength(1)
  })

  test('not more than its members may: rights that come from above are not there', async () => {
    const [root, kid, name] = [fresh('root'), fresh('kid'), fresh('ada')]
    const cast = await scenario<string>(
      server,
      organization(root, member(name), child(kid, role('reader', ['organization:read']), member(name, 'reader'), member('kit'))),
    )
    const [ada, kit] = [cast[name] as Client, cast['kit'] as Client]
    const provider = await bringProvider(kit, kid, idp)
    const { code } = await postAnswer(
      server,
      provider,
      answerOf(idp, provider, { nameId: name, attributes: { email: [`${name}@example.com`] } }),
    )
    const confined = server.client((await redeem(server, code)).body.data.token)
    const path = { organization_canonical: kid }
    expect(await ada.getOrgMembers({ path })).toHaveStatus(200)
    expect(await confined.getOrg({ path })).toHaveStatus(200)
    expect(await confined.getOrgMembers({ path })).toHaveStatus(403)
  })

  test('of another tenant’s provider is worth nothing here, not even under the name of this one', async () => {
    await using evil = await openIdentityProvider({ users: [], entityId: idp.entityId })
    const { provider, admin } = await acme()
    const globex = await acme({}, evil)
    const claim = { nameId: admin, attributes: { email: [`${admin}@example.com`] } }
    // Their key, our address.
    expect((await postAnswer(server, provider, answerOf(evil, provider, claim))).status).toBe(401)
    // Their answer, as it was made for them, at our address.
    const send = async (to: Provider, SAMLResponse: string) => (await post(server, to.service_provider.acs_url, { SAMLResponse })).status
    expect(await send(provider, signedResponse(answerOf(evil, globex.provider, claim)))).toBe(401)
    // Our provider's answer for them, at our address; and ours at theirs.
    expect(await send(provider, signedResponse(answerOf(idp, globex.provider, claim)))).toBe(401)
    const forUs = signedResponse(answerOf(idp, provider, claim))
    expect(await send(globex.provider, forUs)).toBe(401)
    expect(reasonsIn(server.logs).slice(-4)).toEqual(['signature', 'destination', 'destination', 'destination'])
    // At their own address they say what they like of our administrator, who is nobody there.
    const landing = await postAnswer(server, globex.provider, answerOf(evil, globex.provider, claim))
    expect(landing.status).toBe(303)
    expect(await redeem(server, landing.code)).toBeError('Unauthenticated', 'is not a member of the organization')
    // What they burned there is not burned here.
    expect(await send(provider, forUs)).toBe(303)
  })
})

describe('where it is required', () => {
  test('a password is not enough any more, at once; the provider is', async () => {
    await using second = await openTestServer({ beside: server, config: samlConfig })
    const { provider, ada, admin, canonical, path } = await acme()
    const [user] = await server.database.query<{ id: string }>('update users set password_hash = $2 where username = $1 returning id', [
      admin,
      await hashPassword('a long password'),
    ])
    idp.options.users.push(employee(admin))
    const confined = await signInThrough(server, provider, idp, admin)
    const one = { ...path, identity_provider_canonical: provider.canonical }
    expect(await second.client(ada.token).getOrg({ path })).toHaveStatus(200)
    expect(await ada.updateIdentityProvider({ path: one, body: settingsOf(provider, { required: true }) })).toHaveStatus(200)
    for (const on of [server, second]) {
      expect(await on.client(ada.token).getOrg({ path })).toBeError('Unauthorized', 'only be entered through its identity provider')
      expect(await on.client(confined.token).getOrg({ path })).toHaveStatus(200)
    }
    const login = { username: admin, password: 'a long password' }
    expect(await server.client().login({ body: login })).toHaveStatus(200)
    expect((await server.client().login({ body: { ...login, organization_canonical: canonical } })).status).toBeGreaterThan(400)
    const other = await sessionToken(server, { id: Number(user?.id), username: admin }, { method: 'google' })
    expect(await server.client(other).getOrg({ path })).toHaveStatus(403)
    expect(await confined.updateIdentityProvider({ path: one, body: settingsOf(provider) })).toHaveStatus(200)
    expect(await ada.getOrg({ path })).toHaveStatus(200)
  })

  test('turning the provider off ends what it began, at once, and lets passwords in again', async () => {
    await using second = await openTestServer({ beside: server, config: samlConfig })
    const { provider, ada, admin, zoe, path } = await acme()
    idp.options.users.push(employee(admin))
    const client = await signInThrough(server, provider, idp, zoe)
    const confined = await signInThrough(server, provider, idp, admin)
    const one = { ...path, identity_provider_canonical: provider.canonical }
    await confined.updateIdentityProvider({ path: one, body: settingsOf(provider, { required: true }) })
    expect(await second.client(client.token).getOrg({ path })).toHaveStatus(200)
    const off = await confined.updateIdentityProvider({ path: one, body: settingsOf(provider, { required: true, enabled: false }) })
    expect(off).toHaveStatus(200)
    for (const on of [server, second])
      for (const { token } of [client, confined]) expect(await on.client(token).getOrg({ path })).toHaveStatus(401)
    expect(await ada.getOrg({ path })).toHaveStatus(200)
  })

  test('a session that was being made while the provider was turned off does not outlive it', async () => {
    const { provider, zoe } = await acme()
    const { code } = await walk(server, provider, idp, zoe)
    // Stands for an administrator who is done exactly before the session is written.
    await server.database.query(
      `create function turn_off() returns trigger language plpgsql security definer as $$ begin
         update identity_providers set enabled = false where id = ${provider.id}; return new; end $$`,
    )
    await server.database.query('create trigger turn_off before insert on sessions for each row execute function turn_off()')
    try {
      expect(await redeem(server, code)).toBeError('Unauthenticated', 'turned off a moment ago')
      expect(
        await server.database.query('select s.id from sessions s join users u on u.id = s.user_id where username = $1', [zoe]),
      ).toEqual([])
    } finally {
      await server.database.query('drop trigger turn_off on sessions')
    }
  })

  test('stays required only while an administrator is known to it: another provider in its place is to be tried first', async () => {
    await using next = await openIdentityProvider({ users: [] })
    const { provider, admin, path } = await acme()
    idp.options.users.push(employee(admin))
    const confined = await signInThrough(server, provider, idp, admin)
    const one = { ...path, identity_provider_canonical: provider.canonical }
    const body = settingsOf(provider, { required: true })
    expect(await confined.updateIdentityProvider({ path: one, body })).toHaveStatus(200)
    expect(await confined.updateIdentityProvider({ path: one, body: { ...body, metadata_url: next.metadataUrl } })).toBeError('Conflict')
    expect(await confined.updateIdentityProvider({ path: one, body: { ...body, metadata_url: idp.metadataUrl } })).toHaveStatus(200)
    expect(await confined.getOrg({ path })).toHaveStatus(200)
  })

  test('removing the provider ends what it began; members stay members', async () => {
    const { provider, ada, zoe, path } = await acme()
    const client = await signInThrough(server, provider, idp, zoe)
    expect(await client.getOrg({ path })).toHaveStatus(200)
    await ada.deleteIdentityProvider({ path: { ...path, identity_provider_canonical: provider.canonical } })
    expect(await client.getOrg({ path })).toHaveStatus(401)
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(2)
  })

  test('metadata of another provider ends what the old one said of people', async () => {
    await using next = await openIdentityProvider({ users: [] })
    const { provider, ada, zoe, path } = await acme()
    next.options.users.push(employee(zoe))
    const client = await signInThrough(server, provider, idp, zoe)
    const one = { ...path, identity_provider_canonical: provider.canonical }
    await ada.updateIdentityProvider({ path: one, body: settingsOf(provider, { metadata_url: next.metadataUrl }) })
    expect(await client.getOrg({ path })).toHaveStatus(401)
    expect((await postAnswer(server, provider, answerOf(idp, provider))).status).toBe(401)
    expect(await (await signInThrough(server, provider, next, zoe)).getOrg({ path })).toHaveStatus(200)
  })
})
