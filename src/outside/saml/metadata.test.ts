/** Descriptions of identity providers: what is read of them, and which are refused. */
import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, test } from 'vitest'
import { metadataOf } from '../../../test/support/saml-idp.ts'
import { makeServiceProviderKey } from './keys.ts'
import { parseMetadata, spMetadata } from './metadata.ts'
import { SamlRefused, type ServiceProviderKey } from './types.ts'

let first: ServiceProviderKey
let second: ServiceProviderKey
beforeAll(async () => {
  ;[first, second] = await Promise.all([makeServiceProviderKey(), makeServiceProviderKey()])
})

const entityId = 'https://idp.example.org/metadata?tenant=a&app=b'
const ssoUrl = 'https://idp.example.org/sso?tenant=a&app=b'
const metadata = () => metadataOf(entityId, ssoUrl, [first])
const bare = (xml: string) => xml.replace(/^<\?xml.*\?>\n/, '')
const reasonOf = (xml: string): string => {
  try {
    return `accepted: ${parseMetadata(xml).entityId}`
  } catch (error) {
    if (error instanceof SamlRefused) return error.reason
    throw error
  }
}

describe('metadata of a provider', () => {
  test('says who it is, where it signs people in, and with which key', () => {
    const { fingerprint256, validTo } = new X509Certificate(first.certificate)
    expect(parseMetadata(metadata())).toEqual({
      ...{ entityId, ssoUrl, binding: 'redirect', wantsSignedRequests: true },
      certificates: [new X509Certificate(first.certificate).toString()],
      certificateFacts: [{ fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(), expiresAt: new Date(validTo) }],
    })
  })

  test('may list several certificates, each once, also without saying what for, and not those for encryption', () => {
    const both = metadataOf(entityId, ssoUrl, [first, second, first])
    expect(parseMetadata(both).certificates).toHaveLength(2)
    expect(parseMetadata(both.replaceAll(' use="signing"', '')).certificates).toHaveLength(2)
    expect(parseMetadata(both.replace('use="signing"', 'use="encryption"')).certificates).toHaveLength(2)
    expect(parseMetadata(metadataOf(entityId, ssoUrl, [first, second]).replace('use="signing"', 'use="encryption"')).certificates).toEqual([
      new X509Certificate(second.certificate).toString(),
    ])
  })

  test('may break its certificates into lines, begin with a byte order mark, and have comments', () => {
    const lines = metadata().replace(
      /(X509Certificate>)([^<]+)/,
      (_, tag: string, body: string) => `${tag}\n  ${body.replace(/.{64}/g, '$&\n  ')}\n`,
    )
    expect(parseMetadata(`\ufeff${lines}`).certificates).toHaveLength(1)
  })

  test('may be one of several descriptions, when only one is of a provider', () => {
    const service = spMetadata({ entityId: 'https://sp.example.org', acsUrl: 'https://sp.example.org/acs', key: second })
    const list = (...entities: string[]) =>
      `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${entities.map(bare).join('')}</EntitiesDescriptor>`
    expect(parseMetadata(list(service, metadata())).entityId).toBe(entityId)
    expect(parseMetadata(list(list(metadata()))).entityId).toBe(entityId)
    expect(reasonOf(list(metadata(), metadataOf('https://other.example.org', ssoUrl, [second])))).toBe('several_providers')
    expect(reasonOf(list(service))).toBe('malformed')
  })
})

describe('refused is', () => {
  const changed = (from: string | RegExp, to: string) => metadata().replace(from, to)

  test('what is no metadata', () => {
    expect(reasonOf('')).toBe('malformed')
    expect(reasonOf('<html><body>Sign in</body></html>')).toBe('malformed')
    expect(reasonOf('{"error":"not found"}')).toBe('malformed')
    expect(reasonOf('<EntityDescriptor entityID="x"/>')).toBe('malformed')
    expect(reasonOf(changed('entityID', 'entityName'))).toBe('malformed')
    expect(reasonOf(changed('SAML:2.0:protocol', 'SAML:1.1:protocol'))).toBe('malformed')
  })

  test('a document type, whatever is in it', () => {
    const file = '<!DOCTYPE EntityDescriptor [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    expect(reasonOf(`${file}${bare(metadata()).replace('tenant=a', '&file;')}`)).toBe('doctype')
    expect(reasonOf(`<!doctype html>${bare(metadata())}`)).toBe('doctype')
  })

  test('more than 200 KB', () => {
    expect(reasonOf(changed('</EntityDescriptor>', `${' '.repeat(200 * 1024)}$&`))).toBe('too_large')
    expect(reasonOf(changed('</EntityDescriptor>', `${'é'.repeat(101 * 1024)}$&`))).toBe('too_large')
  })

  test('what has no certificate that could verify anything', async () => {
    expect(reasonOf(changed(/<KeyDescriptor.*<\/KeyDescriptor>/, ''))).toBe('no_certificate')
    expect(reasonOf(changed('use="signing"', 'use="encryption"'))).toBe('no_certificate')
    expect(reasonOf(changed(/(X509Certificate>)[^<]+/, '$1bm90IGEgY2VydGlmaWNhdGU='))).toBe('malformed')
    const short = await generate([{ name: 'commonName', value: 'short' }], { keySize: 1024, algorithm: 'sha256' })
    const curve = await generate([{ name: 'commonName', value: 'curve' }], { keyType: 'ec', algorithm: 'sha256' })
    expect(reasonOf(metadataOf(entityId, ssoUrl, [{ certificate: short.cert }, { certificate: curve.cert }]))).toBe('no_certificate')
    expect(parseMetadata(metadataOf(entityId, ssoUrl, [{ certificate: short.cert }, first])).certificates).toHaveLength(1)
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '/sso',
    'file:///etc/passwd',
    'https://user:secret@idp.example.org/',
    'https://user@idp.example.org/',
    'https://:secret@idp.example.org/',
    'https://idp.example.org/\u00a0x',
  ])('an address to sign in at such as %s', (address) => {
    expect(reasonOf(metadataOf(entityId, address, [first]))).toBe('no_sso_url')
  })

  test('a provider that wants requests posted, in words that say so', () => {
    const posted = changed(/<SingleSignOnService Binding="[^"]*HTTP-Redirect"[^>]*>/, '')
    expect(() => parseMetadata(posted)).toThrow(/other bindings than HTTP-Redirect/)
    expect(reasonOf(posted)).toBe('no_sso_url')
    expect(reasonOf(changed(/<SingleSignOnService[^>]*>/g, ''))).toBe('no_sso_url')
  })

  test('metadata whose time is over', () => {
    const until = (date: string) => changed('entityID=', `validUntil="${date}" entityID=`)
    expect(reasonOf(until('2020-01-01T00:00:00Z'))).toBe('expired')
    expect(reasonOf(until('2999-01-01T00:00:00Z'))).toMatch('accepted')
  })
})

describe('our own metadata', () => {
  test('names us, our address and our certificate for both uses, and wants assertions signed', () => {
    const xml = spMetadata({ entityId: 'https://sp.example.org/?a=1&b="2"', acsUrl: 'https://sp.example.org/acs?a=1&b=2', key: first })
    const body = new X509Certificate(first.certificate).raw.toString('base64')
    expect(xml.split(body)).toHaveLength(3)
    expect(xml).toMatch(/AuthnRequestsSigned="true" WantAssertionsSigned="true"/)
    expect(xml).toContain('entityID="https://sp.example.org/?a=1&#38;b=&#34;2&#34;"')
    expect(xml).toMatch(/HTTP-POST" Location="https:\/\/sp\.example\.org\/acs\?a=1&#38;b=2"/)
    expect(xml).not.toContain('PRIVATE')
    // Well-formed, and not a provider.
    expect(() => parseMetadata(xml)).toThrow(/describes no SAML2 identity provider/)
  })

  test('the key is RSA of 3072 bits, and its certificate good for ten years', () => {
    const { publicKey, validTo, subject } = new X509Certificate(first.certificate)
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072)
    expect((Date.parse(validTo) - Date.now()) / (365.25 * 86_400_000)).toBeCloseTo(10, 1)
    expect(subject).toMatch(/Trochoid/)
    expect(first.certificate).not.toBe(second.certificate)
  })
})
