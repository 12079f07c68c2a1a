/** An organization's administrators bring an identity provider. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import { bringProvider, samlConfig, settingsOf } from '../../../test/support/saml-world.ts'
import { apiKey, fresh, member, organization, role, scenario, team } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
/** A machine that answers with what its path says. */
let other: Server
const pages: Record<string, () => string> = {}
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [] })
  other = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to')
    if (to) return void response.writeHead(302, { location: to }).end()
    const page = pages[request.url ?? '']
    if (page) return void response.end(page())
    response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
})
afterAll(async () => {
  await idp[Symbol.asyncDispose]()
  other.close()
})
const otherUrl = (path: string) => `http://127.0.0.1:${(other.address() as AddressInfo).port}${path}`

async function acme() {
  const canonical = fresh('acme')
  const { ada } = await scenario(server, organization(canonical, member('ada'), role('deployer'), team('core', { members: ['ada'] })))
  return { ada, canonical, path: { organization_canonical: canonical } }
}

const create = (client: Client, path: { organization_canonical: string }, body: object) =>
  client.call('createIdentityProvider', { path, body: { name: 'Company login', ...body } })

describe('bringing one', () => {
  test('by its address shows what it is told, and which certificates it has; it leaves an event', async () => {
    const { ada, canonical, path } = await acme()
    const made = await bringProvider(ada, canonical, idp, { name: 'Keycloak', canonical: 'keycloak' })
    expect(made).toMatchObject({
      canonical: 'keycloak',
      metadata_url: idp.metadataUrl,
      entity_id: idp.entityId,
      sso_url: idp.ssoUrl,
      ...{ enabled: true, required: false, idp_initiated: true, provision: true },
      default_role_canonical: 'organization-member',
      attributes: {},
      group_mappings: [],
    })
    expect(made.certificates).toEqual([{ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), expires_at: expect.any(Number) }])
    const { entity_id, acs_url, metadata_url, login_url } = made.service_provider
    expect([entity_id, acs_url]).toEqual([metadata_url, metadata_url.replace(/metadata$/, 'acs')])
    expect(metadata_url).toMatch(/^https:\/\/api\.example\.com\/saml2\/[0-9a-f]{32}\/metadata$/)
    expect(metadata_url).not.toContain(canonical)
    expect(login_url).toBe(`https://api.example.com/saml2/login?organization_canonical=${canonical}&identity_provider_canonical=keycloak`)
    const one = await ada.getIdentityProvider({ path: { ...path, identity_provider_canonical: 'keycloak' } })
    expect(one.body.data).toEqual(made)
    expect((await ada.listIdentityProviders({ path })).body).toEqual({ data: [made], pagination: { index: 1, size: 1000, total: 1 } })
    const events = await server.database.query(
      `select title, message from events e join organizations o on o.id = e.organization_id where o.canonical = $1 and operation = 'identity_provider:create'`,
      [canonical],
    )
    expect(events).toEqual([{ title: 'An identity provider has been created', message: 'ada created the identity provider keycloak' }])
  })

  test('by its metadata needs no address', async () => {
    const { ada, path } = await acme()
    const answer = await create(ada, path, { metadata: idp.metadata() })
    expect(answer).toHaveStatus(200)
    expect(answer.body).toMatchObject({ data: { canonical: 'company-login', entity_id: idp.entityId } })
    expect(answer.body).not.toHaveProperty('data.metadata_url')
  })

  test('needs one of the two, and not both', async () => {
    const { ada, path } = await acme()
    expect(await create(ada, path, {})).toBeError('Invalid', 'body: must have metadata_url or metadata')
    expect(await create(ada, path, { metadata: idp.metadata(), metadata_url: idp.metadataUrl })).toBeError('Invalid', 'not both')
  })

  test('says what is wrong with what it read', async () => {
    const { ada, path } = await acme()
    pages['/html'] = () => '<html><body>Sign in</body></html>'
    pages['/many'] = () =>
      `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${idp
        .metadata()
        .replace(/<\?.*\?>/, '')
        .repeat(2)}</EntitiesDescriptor>`
    pages['/xxe'] = () => `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>${idp.metadata()}`
    for (const [metadata_url, sentence] of [
      [otherUrl('/html'), 'not SAML2 metadata'],
      [otherUrl('/many'), 'describes 2 identity providers'],
      [otherUrl('/xxe'), 'document type'],
      [otherUrl('/nothing'), 'answered with status 404'],
      ['http://127.0.0.1:1/metadata', 'No complete answer came'],
    ])
      expect(await create(ada, path, { metadata_url })).toBeError('Invalid', sentence)
    expect(await create(ada, path, { metadata: '<a' })).toBeError('Invalid', 'body.metadata: What was sent is not well-formed XML')
    expect(await create(ada, path, { metadata_url: 'not an address' })).toBeError('Invalid', 'body.metadata_url')
  })

  test('reads no private network that the operator did not open, not even over a redirect', async () => {
    const { ada, path } = await acme()
    for (const metadata_url of [
      'http://169.254.169.254/latest',
      'http://[::1]/metadata',
      'https://10.0.0.1/',
      otherUrl('/?to=http://10.0.0.1/'),
    ])
      expect(await create(ada, path, { metadata_url })).toBeError('Invalid', 'cannot be used')
    await using shut = await openTestServer({ beside: server, config: { ...samlConfig, privateAddresses: [] } })
    expect(await create(shut.client(ada.token), path, { metadata_url: idp.metadataUrl })).toBeError('Invalid', 'body.metadata_url')
    expect(idp.requests).toEqual([])
  })

  test('has to be read by https on the internet', async () => {
    const { ada, path } = await acme()
    expect(await create(ada, path, { metadata_url: 'http://1.1.1.1/metadata' })).toBeError('Invalid', 'must begin with https://')
    expect(await create(ada, path, { metadata_url: 'ftp://127.0.0.1/metadata' })).toBeError('Invalid', 'must begin with https://')
  })

  test('names every role and team that does not exist', async () => {
    const { ada, path } = await acme()
    const group_mappings = [
      { group: 'devs', role_canonical: 'deployer', team_canonical: 'core' },
      { group: 'ops', role_canonical: 'pilot' },
      { group: 'all', role_canonical: 'captain', team_canonical: 'deck' },
      { group: 'none' },
    ]
    const answer = await create(ada, path, { metadata: idp.metadata(), default_role_canonical: 'sailor', group_mappings })
    for (const detail of [
      'body.default_role_canonical: unknown role sailor',
      'body.group_mappings[1].role_canonical: unknown role pilot',
      'body.group_mappings[2].role_canonical: unknown role captain',
      'body.group_mappings[2].team_canonical: unknown team deck',
      'body.group_mappings[3]: must have role_canonical or team_canonical',
    ])
      expect(answer).toBeError('Invalid', detail)
    expect(JSON.stringify(answer.body)).not.toContain('group_mappings[0]')
  })

  test('twice by one name is a conflict, and so is more than twenty', async () => {
    const { ada, path } = await acme()
    expect(await create(ada, path, { metadata: idp.metadata() })).toHaveStatus(200)
    expect(await create(ada, path, { metadata: idp.metadata() })).toBeError('AlreadyExists', 'an identity provider with this canonical')
    for (let index = 2; index <= 20; index++)
      expect(await create(ada, path, { metadata: idp.metadata(), canonical: `idp-${index}` })).toHaveStatus(200)
    expect(await create(ada, path, { metadata: idp.metadata(), canonical: 'idp-21' })).toBeError('Conflict', 'at most 20')
  })

  test('cannot be required before anybody has tried it', async () => {
    const { ada, canonical, path } = await acme()
    expect(await create(ada, path, { metadata: idp.metadata(), required: true })).toBeError('Conflict', 'body.required')
    const made = await bringProvider(ada, canonical, idp)
    const one = { ...path, identity_provider_canonical: made.canonical }
    expect(await ada.updateIdentityProvider({ path: one, body: settingsOf(made, { required: true }) })).toBeError(
      'Conflict',
      'body.required',
    )
  })
})

describe('who may', () => {
  test('only administrators, whatever other rules say: they could let anybody in as one', async () => {
    const canonical = fresh('acme')
    const path = { organization_canonical: canonical }
    const cast = await scenario(
      server,
      organization(
        canonical,
        member('ada'),
        role('sso', ['organization:identity_provider:**'], ['organization:member:**'], ['organization:role:**']),
        member('sam', 'sso'),
        member('mia', 'organization-member'),
        apiKey('robot'),
        apiKey('small', ['organization:identity_provider:**']),
      ),
    )
    const made = await bringProvider(cast.robot, canonical, idp)
    const one = { ...path, identity_provider_canonical: made.canonical }
    for (const somebody of [cast.sam, cast.small]) {
      expect(await create(somebody, path, { metadata: idp.metadata() })).toBeError('Unauthorized', 'Only an administrator')
      expect(await somebody.updateIdentityProvider({ path: one, body: settingsOf(made) })).toBeError(
        'Unauthorized',
        'Only an administrator',
      )
      expect(await somebody.deleteIdentityProvider({ path: one })).toBeError('Unauthorized', 'Only an administrator')
      expect(await somebody.getIdentityProvider({ path: one })).toHaveStatus(200)
      expect((await somebody.listIdentityProviders({ path })).body.data).toHaveLength(1)
    }
    expect(await cast.mia.listIdentityProviders({ path })).toHaveStatus(403)
    expect(await cast.robot.updateIdentityProvider({ path: one, body: settingsOf(made) })).toHaveStatus(200)
    expect(await cast.robot.deleteIdentityProvider({ path: one })).toHaveStatus(204)
    expect(await cast.ada.getIdentityProvider({ path: one })).toHaveStatus(404)
  })

  test('a refused one makes us ask nobody', async () => {
    const canonical = fresh('acme')
    const { sam } = await scenario(
      server,
      organization(canonical, role('sso', ['organization:identity_provider:**']), member('sam', 'sso')),
    )
    let asked = 0
    pages['/counted'] = () => {
      asked++
      return idp.metadata()
    }
    expect(await create(sam, { organization_canonical: canonical }, { metadata_url: otherUrl('/counted') })).toHaveStatus(403)
    expect(asked).toBe(0)
  })
})

describe('changing one', () => {
  test('replaces the settings; its metadata stays when none is sent, and is read again when its address is', async () => {
    const { ada, canonical, path } = await acme()
    const made = await bringProvider(ada, canonical, idp, { attributes: { groups: 'memberOf' } })
    const one = { ...path, identity_provider_canonical: made.canonical }
    const settings = {
      name: 'Renamed',
      ...{ enabled: false, required: false, idp_initiated: false, provision: false },
      default_role_canonical: 'deployer',
    }
    const changed = (await ada.updateIdentityProvider({ path: one, body: settings })).body.data
    expect(changed).toMatchObject({ ...settings, attributes: {}, group_mappings: [], metadata_url: idp.metadataUrl, sso_url: idp.ssoUrl })
    expect(changed.service_provider).toEqual(made.service_provider)
    pages['/moved'] = () => idp.metadata().replaceAll('/sso"', '/elsewhere"')
    const moved = await ada.updateIdentityProvider({ path: one, body: { ...settings, metadata_url: otherUrl('/moved') } })
    expect(moved.body.data).toMatchObject({ metadata_url: otherUrl('/moved'), sso_url: `${idp.url}/elsewhere` })
    const inline = await ada.updateIdentityProvider({ path: one, body: { ...settings, metadata: idp.metadata() } })
    expect(inline.body.data).toMatchObject({ sso_url: idp.ssoUrl })
    expect(inline.body.data).not.toHaveProperty('metadata_url')
    expect(await ada.updateIdentityProvider({ path: { ...one, identity_provider_canonical: 'nobody' }, body: settings })).toHaveStatus(404)
  })

  test('shows a role or team that was deleted since', async () => {
    const { ada, canonical, path } = await acme()
    const made = await bringProvider(ada, canonical, idp, {
      group_mappings: [{ group: 'devs', role_canonical: 'deployer', team_canonical: 'core' }],
    })
    expect(made).not.toHaveProperty('problem')
    await ada.deleteRole({ path: { ...path, role_canonical: 'deployer' } })
    const one = { ...path, identity_provider_canonical: made.canonical }
    expect((await ada.getIdentityProvider({ path: one })).body.data.problem).toBe(
      'The group devs is given the role deployer, which is gone.',
    )
    await ada.deleteTeam({ path: { ...path, team_canonical: 'core' } })
    expect((await ada.getIdentityProvider({ path: one })).body.data.problem).toContain(
      'the role deployer and the team core, which are gone',
    )
  })

  test('its default role stays while it is the one', async () => {
    const { ada, canonical, path } = await acme()
    await bringProvider(ada, canonical, idp, { default_role_canonical: 'deployer' })
    expect(await ada.deleteRole({ path: { ...path, role_canonical: 'deployer' } })).toBeError('Conflict', 'identity provider')
  })

  test('is nobody else’s: of another organization there is none', async () => {
    const { ada, canonical } = await acme()
    const made = await bringProvider(ada, canonical, idp)
    const globex = fresh('globex')
    const { gus } = await scenario(server, organization(globex, member('gus')))
    const one = { organization_canonical: globex, identity_provider_canonical: made.canonical }
    expect(await gus.getIdentityProvider({ path: one })).toHaveStatus(404)
    expect(await gus.updateIdentityProvider({ path: one, body: settingsOf(made) })).toHaveStatus(404)
    expect(await gus.deleteIdentityProvider({ path: one })).toHaveStatus(404)
    expect((await gus.listIdentityProviders({ path: { organization_canonical: globex } })).body.data).toEqual([])
  })
})
