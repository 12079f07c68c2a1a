/** From our request through a real identity provider and back: the npm package samlp, over HTTP. */
import { createVerify, X509Certificate } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claims, openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import { makeServiceProviderKey } from './keys.ts'
import { parseMetadata, spMetadata } from './metadata.ts'
import { buildRequest } from './request.ts'
import { readResponse } from './response.ts'
import type { IdentityProviderMetadata, ServiceProvider } from './types.ts'

let provider: TestIdentityProvider
let sp: ServiceProvider
let idp: IdentityProviderMetadata
beforeAll(async () => {
  sp = {
    entityId: 'https://trochoid.example.org/saml?a=1&b=2',
    acsUrl: 'https://trochoid.example.org/saml/acs',
    key: await makeServiceProviderKey(),
  }
  const ada = {
    name: 'Ada',
    nameId: 'ada-1',
    email: 'ada@example.org',
    groups: ['engineers', 'ops'],
    attributes: { department: ['R&D <1>'] },
  }
  const transient = { name: 'Tom', nameId: 't', nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }
  provider = await openIdentityProvider({ users: [ada, transient] })
  provider.register(spMetadata(sp))
})
afterAll(() => provider[Symbol.asyncDispose]())
beforeEach(async () => {
  delete provider.options.encrypt
  delete provider.options.signResponse
  idp = parseMetadata(await (await fetch(provider.metadataUrl)).text())
})

const take = (samlResponse: string, id?: string) =>
  readResponse({ sp, idp, samlResponse, expectedRequest: async (inResponseTo) => inResponseTo === id, allowIdpInitiated: id === undefined })

test('a request is understood, and its answer signs the person in', async () => {
  const { url, id } = await buildRequest(sp, idp, { relayState: 'state-1' })
  const { action, samlResponse, relayState } = await provider.signIn(url, 'Ada')
  expect({ action, relayState }).toEqual({ action: sp.acsUrl, relayState: 'state-1' })
  expect(provider.requests.at(-1)).toMatchObject({
    id,
    issuer: sp.entityId,
    assertionConsumerServiceURL: sp.acsUrl,
    destination: provider.ssoUrl,
  })
  expect(await take(samlResponse, id)).toMatchObject({
    ...{ nameId: 'ada-1', issuer: provider.entityId, inResponseTo: id },
    attributes: { [claims.email]: ['ada@example.org'], [claims.groups]: ['engineers', 'ops'], department: ['R&D <1>'] },
  })
})

test('an assertion that the provider encrypted is opened', async () => {
  for (const algorithm of [
    'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
    'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  ]) {
    provider.options.encrypt = algorithm
    provider.options.signResponse = true
    const { url, id } = await buildRequest(sp, idp)
    const { samlResponse } = await provider.signIn(url, 'Ada')
    expect(Buffer.from(samlResponse, 'base64').toString()).not.toContain('ada-1')
    expect(await take(samlResponse, id)).toMatchObject({ nameId: 'ada-1' })
  }
})

test('a sign-in may begin at the provider', async () => {
  const { samlResponse, relayState } = await provider.signIn(provider.startUrl(sp, { relayState: '/teams' }), 'Ada')
  expect(await take(samlResponse)).toMatchObject({ nameId: 'ada-1', inResponseTo: null })
  expect(relayState).toBe('/teams')
  const straight = await provider.signIn(provider.startUrl(sp, { user: 'Ada' }), '')
  expect(await take(straight.samlResponse)).toMatchObject({ nameId: 'ada-1' })
})

test('when the provider changes its key, both are good for as long as its metadata has both', async () => {
  const old = idp
  const before = await provider.signIn(provider.startUrl(sp), 'Ada')
  await provider.rotate()
  const after = await provider.signIn(provider.startUrl(sp), 'Ada')
  await expect(take(after.samlResponse)).rejects.toMatchObject({ reason: 'signature' })
  idp = parseMetadata(provider.metadata())
  expect(idp.certificates).toHaveLength(old.certificates.length + 1)
  expect(await take(before.samlResponse)).toMatchObject({ nameId: 'ada-1' })
  expect(await take(after.samlResponse)).toMatchObject({ nameId: 'ada-1' })
  await provider.rotate({ forgotten: true })
  idp = parseMetadata(provider.metadata())
  await expect(take(after.samlResponse)).rejects.toMatchObject({ reason: 'signature' })
})

test('who is named differently each time is told what to do', async () => {
  const { samlResponse } = await provider.signIn(provider.startUrl(sp), 'Tom')
  await expect(take(samlResponse)).rejects.toMatchObject({ reason: 'name_id' })
})

describe('a request', () => {
  test.each(['plain', '/organizations/acme?tab=a b&c=d+e', "~!*'()", 'ü€\u{1f9ee}', undefined])(
    'is signed to the letter as it is sent, with a relay state of %s',
    async (relayState) => {
      const { url } = await buildRequest(sp, idp, { relayState })
      // What a browser makes of it on its way.
      const [, signed = '', signature = ''] = /\?(.*)&Signature=(.*)$/.exec(new URL(url).href) ?? []
      const { publicKey } = new X509Certificate(sp.key.certificate)
      expect(createVerify('RSA-SHA256').update(signed).verify(publicKey, decodeURIComponent(signature), 'base64')).toBe(true)
      expect(new URL(url).searchParams.get('RelayState')).toBe(relayState ?? null)
    },
  )

  test('asks for nothing that a provider could not do, and escapes what is in it', async () => {
    const { url, id } = await buildRequest(sp, idp)
    const xml = inflateRawSync(Buffer.from(new URL(url).searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
    expect(xml).toContain('https://trochoid.example.org/saml?a=1&amp;b=2')
    expect(xml).toContain(`ID="${id}"`)
    expect(xml).not.toMatch(/RequestedAuthnContext|NameIDPolicy[^>]*Format|ForceAuthn|IsPassive/)
    expect(id).toMatch(/^_[0-9a-f]{40}$/)
  })

  test('keeps what the address of the provider has behind its question mark', async () => {
    const { url } = await buildRequest(sp, { ...idp, ssoUrl: 'https://idp.example.org/sso?tenant=a#here' })
    expect(url).toMatch(/^https:\/\/idp\.example\.org\/sso\?tenant=a&SAMLRequest=[^#]*$/)
  })

  test('that somebody else signed, or nobody, is refused by the provider: its keys are really looked at', async () => {
    const stranger = { ...sp, key: await makeServiceProviderKey() }
    const { url } = await buildRequest(stranger, idp)
    await expect(provider.signIn(url, 'Ada')).rejects.toThrow(/400/)
    const unsigned = (await buildRequest(sp, idp)).url.replace(/&SigAlg=.*/, '')
    await expect(provider.signIn(unsigned, 'Ada')).rejects.toThrow(/400/)
  })
})
