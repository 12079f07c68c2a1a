/** Answers that somebody else than the identity provider had a hand in: each is refused, and says why in a word. */
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, test } from 'vitest'
import { SignedXml } from 'xml-crypto'
import {
  base64,
  commentInNameId,
  type Forgery,
  signedResponse,
  twoAssertions,
  withDoctype,
  withoutSignatures,
  wrapped,
} from '../../../test/support/saml-forge.ts'
import { issuer, openSamlParties, type SamlParties } from '../../../test/support/saml-parties.ts'

let parties: SamlParties
beforeAll(async () => {
  parties = await openSamlParties()
})

const good = (changes: Partial<Forgery> = {}) => parties.good(changes)
const reasonOf = async (...question: Parameters<SamlParties['refusal']>) => (await parties.refusal(...question)).reason

test('what all of these are made from is taken', async () => {
  const assertion = await parties.read(signedResponse(good()))
  expect(assertion).toMatchObject({ nameId: 'ada@example.org', issuer, inResponseTo: '_request' })
})

describe('signatures', () => {
  test('an answer without any signature is refused', async () => {
    expect(await reasonOf(signedResponse(good({ sign: 'none' })))).toBe('unsigned')
  })

  test('an answer whose signatures were cut out is refused', async () => {
    expect(await reasonOf(withoutSignatures(good({ sign: 'both' })))).toBe('unsigned')
  })

  test('a signature of the response alone is not enough: the assertion could have come from anywhere', async () => {
    expect(await reasonOf(signedResponse(good({ sign: 'response' })))).toBe('unsigned')
  })

  test('a signature by another key is refused, also when the answer brings its certificate along', async () => {
    expect(await reasonOf(signedResponse(good({ key: parties.strangerKey })))).toBe('signature')
    const certificate = parties.strangerKey.certificate.replace(/-----[^-]+-----|\s/g, '')
    const keyInfo = `<KeyInfo><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></Signature>`
    const tamper = (xml: string) => xml.replace('</Signature>', keyInfo)
    expect(await reasonOf(signedResponse(good({ key: parties.strangerKey, tamper })))).toBe('signature')
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe('accepted') // who brought which certificate means nothing
  })

  test('a letter that was changed after signing is refused', async () => {
    const tamper = (xml: string) => xml.replace('ada@example.org', 'eve@example.org')
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe('signature')
  })

  test('SHA-1 is refused, for the signature as for the digest, and so is HMAC with the certificate as its key', async () => {
    const without = (algorithm: RegExp, replacement: string) => (xml: string) => xml.replace(algorithm, replacement)
    expect(await reasonOf(signedResponse(good({ hash: 'sha1' })))).toBe('algorithm')
    const sha1Digest = without(/http:\/\/www.w3.org\/2001\/04\/xmlenc#sha256/, 'http://www.w3.org/2000/09/xmldsig#sha1')
    expect(await reasonOf(signedResponse(good({ tamper: sha1Digest })))).toBe('algorithm')
    const hmac = without(/http:\/\/www.w3.org\/2001\/04\/xmldsig-more#rsa-sha256/, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1')
    expect(await reasonOf(signedResponse(good({ tamper: hmac })))).toBe('algorithm')
  })

  test('a wrong signature of the response is refused, though the assertion alone is good', async () => {
    const tamper = (xml: string) => xml.replace('</samlp:Status>', '<samlp:StatusDetail/></samlp:Status>')
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe('accepted')
    expect(await reasonOf(signedResponse(good({ sign: 'both', tamper })))).toBe('signature')
  })

  test.each([
    ['leaves part of it out', '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>', 'signature'],
    ['is repeated', '<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>', 'signature'],
  ])('a transformation that %s is refused', async (_what, transform, reason) => {
    const tamper = (xml: string) => xml.replace('</Transforms>', `${transform}</Transforms>`)
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe(reason)
  })

  test('a transformation in place of the one that leaves only the signature out is refused', async () => {
    const tamper = (xml: string) =>
      xml.replace(/(<Transform Algorithm=")[^"]*enveloped-signature/, '$1http://www.w3.org/TR/1999/REC-xslt-19991116')
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe('algorithm')
  })

  test.each([
    'SignatureMethod',
    'CanonicalizationMethod',
    'Transforms',
    'DigestMethod',
    'DigestValue',
    'SignatureValue',
    'Reference',
    'SignedInfo',
  ])('a signature without its %s is refused', async (name) => {
    const tamper = (xml: string) => xml.replace(new RegExp(`<${name}(?: [^>]*)?(?:/>|>.*?</${name}>)`), '')
    const answer = signedResponse(good({ tamper }))
    expect(Buffer.from(answer, 'base64').toString()).not.toContain(`<${name}`)
    expect(await reasonOf(answer)).toBe('signature')
  })

  test.each([
    ['the whole document', ''],
    ['another element', '#_other'],
  ])('a signature over %s is refused', async (_what, uri) => {
    const tamper = (xml: string) => xml.replace(/URI="[^"]*"/, `URI="${uri}"`)
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe('wrapping')
  })

  test('a second reference, a second value and anything else in the signature are refused', async () => {
    const twice = (pattern: RegExp) => (xml: string) => xml.replace(pattern, (all) => all + all)
    for (const pattern of [
      /<Reference.*?<\/Reference>/,
      /<DigestValue>.*?<\/DigestValue>/,
      /<SignatureValue>.*?<\/SignatureValue>/,
      /<SignedInfo>.*?<\/SignedInfo>/,
    ]) {
      expect(await reasonOf(signedResponse(good({ tamper: twice(pattern) })))).toBe('signature')
    }
    expect(await reasonOf(signedResponse(good({ tamper: twice(/<Signature .*?<\/Signature>/) })))).toBe('wrapping')
    const object = (xml: string) => xml.replace('<SignedInfo>', '<Object><SignedInfo/></Object><SignedInfo>')
    expect(await reasonOf(signedResponse(good({ tamper: object })))).toBe('signature')
    // Behind everything, where the signature would stay good: a place for things that somebody might find.
    const behind = (xml: string) => xml.replace('</Signature>', '<KeyInfo/><Object><saml:Subject/></Object></Signature>')
    expect(await reasonOf(signedResponse(good({ tamper: behind })))).toBe('signature')
  })
})

describe('signature wrapping', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('variant %i is refused', async (variant) => {
    const attack = wrapped(good(), variant, { nameId: 'eve@example.org' })
    // An attack that breaks the signature would show nothing.
    expect(hasGoodSignature(attack)).toBe(true)
    expect(Buffer.from(attack, 'base64').toString()).toContain('eve@example.org')
    expect(await reasonOf(attack)).toBe('wrapping')
  })

  test('two assertions are refused, whoever signed the second', async () => {
    expect(await reasonOf(twoAssertions(good(), {}))).toBe('wrapping')
    expect(await reasonOf(twoAssertions(good(), { sign: 'none', nameId: 'eve@example.org' }))).toBe('wrapping')
  })

  test('an assertion of another namespace, or in another place, is refused too', async () => {
    const before = (xml: string) => (tamper: string) => xml.replace('<saml:Assertion ', `${tamper}<saml:Assertion `)
    const text = Buffer.from(signedResponse(good()), 'base64').toString()
    for (const other of [
      '<Assertion xmlns="urn:other"/>',
      '<samlp:Extensions><x:assertion xmlns:x="urn:other"/></samlp:Extensions>',
      '<saml:EncryptedAssertion/>',
    ]) {
      expect(await reasonOf(base64(before(text)(other)))).toBe('wrapping')
    }
    const renamed = text.replaceAll('saml:Assertion', 'samlp:Assertion')
    expect(await reasonOf(base64(renamed))).toBe('wrapping')
    const moved = text
      .replace('<saml:Assertion ', '<samlp:Extensions><saml:Assertion ')
      .replace('</saml:Assertion>', '</saml:Assertion></samlp:Extensions>')
    expect(await reasonOf(base64(moved))).toBe('wrapping')
  })

  test('a signature where it says nothing of the response or the assertion is refused', async () => {
    const beside = (place: string) => (xml: string) =>
      xml.replace(place, `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>${place}`)
    expect(await reasonOf(signedResponse(good({ tamper: beside('</samlp:Status>') })))).toBe('wrapping')
    // Though the provider itself had put it there.
    expect(await reasonOf(signedResponse(good({ edit: beside('</saml:Subject>') })))).toBe('wrapping')
  })

  test.each(['ID', 'Id', 'id', 'xml:id'])('another element with the same %s is refused', async (name) => {
    const text = Buffer.from(signedResponse(good()), 'base64').toString()
    const id = /<saml:Assertion [^>]*ID="([^"]+)"/.exec(text)?.[1]
    expect(await reasonOf(base64(text.replace('<samlp:Status>', `<samlp:Status ${name}="${id}">`)))).toBe('wrapping')
  })
})

describe('two readings of one text', () => {
  test('a comment in the NameID is refused, though the signature is good', async () => {
    const attack = commentInNameId(good({ nameId: 'ada@example.org.evil.example' }), 'ada@example.org')
    expect(Buffer.from(attack, 'base64').toString()).toContain('ada@example.org<!---->.evil.example')
    expect(hasGoodSignature(attack)).toBe(true)
    expect(await reasonOf(attack)).toBe('comment')
  })

  test('so are a comment in an attribute, one in the signature, and a processing instruction', async () => {
    const inside = (after: string, what: string) => (xml: string) => xml.replace(after, `${after}${what}`)
    const attributes = { groups: ['operators.guests'] }
    for (const tamper of [
      inside('operators', '<!-- -->'),
      inside('<DigestValue>', '<!--x-->'),
      inside('ada@', '<?stop?>'),
      inside('<samlp:Status>', '<!-- -->'),
    ]) {
      expect(await reasonOf(signedResponse(good({ attributes, tamper })))).toBe('comment')
    }
  })

  test('a document type is refused before anything is looked up', async () => {
    expect(await reasonOf(withDoctype(good()))).toBe('doctype')
    const lowercase = Buffer.from(withDoctype(good()), 'base64').toString().replace('<!DOCTYPE', '<!doctype')
    expect(await reasonOf(base64(lowercase))).toBe('doctype')
    const bomb = `<!DOCTYPE a [<!ENTITY b "${'b'.repeat(1000)}">${Array.from({ length: 50 }, (_, index) => `<!ENTITY b${index} "&b;&b;&b;&b;">`).join('')}]>`
    expect(await reasonOf(base64(`${bomb}<samlp:Response/>`))).toBe('doctype')
  })

  test('an entity that nothing declares is refused', async () => {
    const tamper = (xml: string) => xml.replace('ada@', '&file;')
    expect(await reasonOf(signedResponse(good({ tamper })))).toBe('malformed')
  })
})

describe('answers for somebody else', () => {
  test('one of another identity provider is refused, also when that one is known to somebody here', async () => {
    const other = { ...good(), issuer: 'https://other.example.org/metadata', key: parties.strangerKey }
    expect(await reasonOf(signedResponse(other))).toBe('issuer')
    expect(await reasonOf(signedResponse({ ...other, responseIssuer: issuer }))).toBe('signature')
    // Even by a key that both use: what it signed is its own.
    expect(await reasonOf(signedResponse({ ...other, key: parties.idpKey, responseIssuer: issuer }))).toBe('issuer')
    expect(await reasonOf(signedResponse({ ...other, key: parties.idpKey, responseIssuer: null }))).toBe('issuer')
  })

  test('one for another service or another address is refused', async () => {
    expect(await reasonOf(signedResponse(good({ audience: 'https://shop.example.org' })))).toBe('audience')
    expect(await reasonOf(signedResponse(good({ recipient: 'https://shop.example.org/acs' })))).toBe('recipient')
    expect(await reasonOf(signedResponse(good({ recipient: null })))).toBe('recipient')
    expect(await reasonOf(signedResponse(good({ destination: 'https://shop.example.org/acs' })))).toBe('destination')
  })

  test('an answer to a request that is not open is refused', async () => {
    expect(await reasonOf(signedResponse(good({ inResponseTo: '_forgotten' })))).toBe('in_response_to')
  })

  test('one that began at the provider is refused unless that is allowed, and nobody can make it the answer to a request', async () => {
    const started = good({ inResponseTo: null })
    expect(await reasonOf(signedResponse(started))).toBe('in_response_to')
    expect(await reasonOf(signedResponse({ ...started, responseInResponseTo: '_request' }))).toBe('in_response_to')
    expect(await reasonOf(signedResponse({ ...started, responseInResponseTo: '_request' }), { allowIdpInitiated: true })).toBe(
      'in_response_to',
    )
    expect(await reasonOf(signedResponse(good({ responseInResponseTo: null })), { allowIdpInitiated: true })).toBe('in_response_to')
    expect((await parties.read(signedResponse(started), { allowIdpInitiated: true })).inResponseTo).toBeNull()
  })

  test('a request is asked for only when nothing else is wrong, so that a forged answer does not use it up', async () => {
    let asked = 0
    const expectedRequest = async () => ++asked > 0
    for (const wrong of [
      { sign: 'none' as const },
      { audience: 'other' },
      { now: new Date(Date.now() - 3_600_000) },
      { key: parties.strangerKey },
    ]) {
      await expect(parties.read(signedResponse(good(wrong)), { expectedRequest })).rejects.toThrow()
    }
    expect(asked).toBe(0)
  })
})

/** As a library would that looks for a signature and then reads what it likes. */
function hasGoodSignature(answer: string): boolean {
  const xml = Buffer.from(answer, 'base64').toString()
  const { DOMParser } = createRequire(import.meta.url)('@xmldom/xmldom')
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const signatures = Array.from(
    { length: 5 },
    (_, index) => document.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[index],
  )
  return signatures.filter(Boolean).some((signature) => {
    const signed = new SignedXml({ publicCert: parties.idpKey.certificate })
    signed.loadSignature(signature)
    try {
      return signed.checkSignature(xml)
    } catch {
      return false
    }
  })
}
