/** How far the word of an organization's own identity provider goes, and how much it can ask for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { signedResponse } from '../../../test/support/saml-forge.ts'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import {
  answerOf,
  bringProvider,
  employee,
  openCompany,
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

const acme = (body: Parameters<typeof bringProvider>[3] = {}, by = idp) => openCompany(server, by, body)

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
