/** What is taken from an identity provider, until when, and what is read of it. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Forgery, signedResponse } from '../../../test/support/saml-forge.ts'
import { issuer, openSamlParties, type SamlParties } from '../../../test/support/saml-parties.ts'

const minute = 60_000
let parties: SamlParties
beforeAll(async () => {
  parties = await openSamlParties()
})

const good = (changes: Partial<Forgery> = {}) => parties.good({ inResponseTo: null, nameId: 'ada', ...changes })
const started = { allowIdpInitiated: true, expectedRequest: async () => true }
const read = (answer: string, changes: Parameters<SamlParties['read']>[1] = {}) => parties.read(answer, { ...started, ...changes })
const refusal = (answer: string, changes: Parameters<SamlParties['read']>[1] = {}) => parties.refusal(answer, { ...started, ...changes })
const edited = (from: string | RegExp, to: string) => signedResponse(good({ edit: (assertion) => assertion.replace(from, to) }))

describe('a good answer', () => {
  test('says who it is, with everything that was said of them', async () => {
    const attributes = { email: ['ada@example.org'], groups: ['Engineers &amp; friends', ' ops ', ''], empty: [''] }
    const now = new Date()
    const assertion = await read(signedResponse(good({ attributes, inResponseTo: '_r', now })))
    expect(assertion).toEqual({
      ...{ issuer, nameId: 'ada', nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
      attributes: { email: ['ada@example.org'], groups: ['Engineers & friends', 'ops'] },
      ...{ assertionId: expect.stringMatching(/^_/), inResponseTo: '_r', sessionIndex: 's1' },
      notOnOrAfter: new Date(now.getTime() + 6 * minute),
    })
  })

  test.each(['sha256', 'sha384', 'sha512'] as const)('may be signed with %s', async (hash) => {
    expect(await read(signedResponse(good({ hash })))).toMatchObject({ nameId: 'ada' })
    expect(await read(signedResponse(good({ hash, sign: 'both' })))).toMatchObject({ nameId: 'ada' })
  })

  test('may be signed by any of the known keys, so that a provider can change its own', async () => {
    const idp = { entityId: issuer, certificates: [parties.strangerKey.certificate, parties.idpKey.certificate] }
    expect(await read(signedResponse(good()), { idp })).toMatchObject({ nameId: 'ada' })
    expect(await read(signedResponse(good({ key: parties.strangerKey })), { idp })).toMatchObject({ nameId: 'ada' })
    expect(await refusal(signedResponse(good({ key: parties.strangerKey })))).toMatchObject({ reason: 'signature' })
  })

  test('may come in lines, with a declaration, and without the parts that are optional', async () => {
    const inLines = (base64: string) => base64.replace(/.{76}/g, '$&\r\n')
    const declared = (xml: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`
    const answer = signedResponse(good({ destination: null, responseIssuer: null, tamper: declared }))
    expect(await read(inLines(answer))).toMatchObject({ nameId: 'ada', inResponseTo: null })
  })

  test('is read as Unicode and XML have it', async () => {
    const answer = signedResponse(
      good({ nameId: '&#x41;d&#97;\u{1f9ee} &lt;ada@example.org&gt;', attributes: { name: ['<![CDATA[Ada & Co]]>', 'Ada\r\nLovelace'] } }),
    )
    expect(await read(answer)).toMatchObject({
      nameId: 'Ada\u{1f9ee} <ada@example.org>',
      attributes: { name: ['Ada & Co', 'Ada\nLovelace'] },
    })
  })

  test('may come from a provider whose name has to be escaped', async () => {
    const entityId = `${issuer}?tenant=a&b=<c>`
    const idp = { entityId, certificates: [parties.idpKey.certificate] }
    const answer = signedResponse(good({ issuer: `${issuer}?tenant=a&amp;b=&lt;c&gt;` }))
    expect(await read(answer, { idp })).toMatchObject({ issuer: entityId })
    expect(await refusal(answer)).toMatchObject({ reason: 'issuer' })
  })

  test('may call its attributes what it likes', async () => {
    const edit = (assertion: string) => assertion.replace('Name="urn:oid:2.5.4.42"', 'Name="urn:oid:2.5.4.42" FriendlyName="givenName"')
    const attributes = { __proto__: ['p'], constructor: ['c'], 'urn:oid:2.5.4.42': ['Ada'] }
    Object.defineProperty(attributes, '__proto__', { value: ['p'], enumerable: true })
    const { attributes: found } = await read(signedResponse(good({ attributes, edit })))
    expect(Object.keys(found).sort()).toEqual(['__proto__', 'constructor', 'givenName', 'urn:oid:2.5.4.42'])
    expect(found['givenName']).toEqual(['Ada'])
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
  })

  test('may have values of a type whose prefix is declared around the assertion', async () => {
    const namespaces = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    const edit = (assertion: string) =>
      assertion.replace(' ID=', ` ${namespaces} ID=`).replace('<saml:AttributeValue>', '<saml:AttributeValue xsi:type="xs:string">')
    const answer = signedResponse(good({ attributes: { email: ['ada@example.org'] }, edit, inclusivePrefixes: ['xs', 'xsi'] }))
    expect(Buffer.from(answer, 'base64').toString()).toContain('PrefixList="xs xsi"')
    expect(await read(answer)).toMatchObject({ attributes: { email: ['ada@example.org'] } })
  })

  test('a friendly name does not speak for an attribute that is really called so', async () => {
    const edit = (assertion: string) => assertion.replace('Name="nickname"', 'Name="nickname" FriendlyName="email"')
    const { attributes } = await read(
      signedResponse(good({ attributes: { nickname: ['eve@example.org'], email: ['ada@example.org'] }, edit })),
    )
    expect(attributes['email']).toEqual(['ada@example.org'])
  })
})

describe('whom it names', () => {
  test('somebody who is called something else each time is refused, in words that say what to do', async () => {
    const answer = signedResponse(good({ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }))
    expect(await refusal(answer)).toMatchObject({
      reason: 'name_id',
      message: expect.stringMatching(/persistent NameID or an e-mail address/),
    })
  })

  test('nobody, several, somebody hidden, or a name that is not text is refused', async () => {
    const none = edited(/<saml:NameID.*<\/saml:NameID>/, '')
    const two = edited(/<saml:NameID.*<\/saml:NameID>/, '$&$&')
    const hidden = edited(/<saml:NameID.*<\/saml:NameID>/, '<saml:EncryptedID/>')
    for (const answer of [
      none,
      two,
      hidden,
      signedResponse(good({ nameId: ' ' })),
      signedResponse(good({ nameId: 'ada<b>@x</b>' })),
      signedResponse(good({ nameId: 'a'.repeat(1025) })),
    ]) {
      expect(await refusal(answer)).toMatchObject({ reason: 'name_id' })
    }
  })

  test('a format that is not said is the unspecified one', async () => {
    expect(await read(signedResponse(good({ nameIdFormat: null })))).toMatchObject({
      nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    })
  })
})

describe('what an assertion has to say', () => {
  const bearerOf = /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/
  test.each([
    ['no conditions', /<saml:Conditions.*<\/saml:Conditions>/, '', 'malformed'],
    ['conditions twice', /<saml:Conditions.*<\/saml:Conditions>/, '$&$&', 'malformed'],
    ['no audience', /<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, '', 'audience'],
    [
      'an audience beside ours that is asked for as well',
      /<saml:AudienceRestriction>/,
      '<saml:AudienceRestriction><saml:Audience>urn:other</saml:Audience></saml:AudienceRestriction>$&',
      'audience',
    ],
    ['a condition that nobody here understands', '<saml:AudienceRestriction>', '<saml:Condition/>$&', 'malformed'],
    ['no confirmation', bearerOf, '', 'malformed'],
    ['a confirmation by a key', 'cm:bearer', 'cm:holder-of-key', 'malformed'],
    ['no end of its confirmation', / NotOnOrAfter="[^"]*"\/>/, '/>', 'malformed'],
    ['no sign-in', /<saml:AuthnStatement.*<\/saml:AuthnStatement>/, '', 'malformed'],
    ['a session that is over', '<saml:AuthnStatement ', '$&SessionNotOnOrAfter="2001-01-01T00:00:00Z" ', 'expired'],
    ['no time at which it was made', / IssueInstant="[^"]*"/, '', 'malformed'],
    ['a time without a zone', /NotBefore="([^"]*)Z"/, 'NotBefore="$1"', 'malformed'],
    ['a time that does not exist', /NotBefore="[^"]*"/, 'NotBefore="2026-13-01T00:00:00Z"', 'malformed'],
    ['no issuer', /<saml:Issuer>.*<\/saml:Issuer>/, '<Issuer xmlns="urn:other"/>', 'malformed'],
    ['another version', 'Version="2.0"', 'Version="1.1"', 'malformed'],
    ['an attribute without a name', '<saml:AttributeStatement>', '$&<saml:Attribute/>', 'malformed'],
  ])('%s: refused', async (_what, from, to, reason) => {
    expect(await refusal(edited(from, to))).toMatchObject({ reason })
  })

  test('several audiences, and conditions that ask nothing of a sign-in, are fine', async () => {
    expect(await read(edited('<saml:Audience>', '<saml:Audience>urn:other</saml:Audience><saml:Audience>'))).toMatchObject({
      nameId: 'ada',
    })
    expect(await read(edited('<saml:AudienceRestriction>', '<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/>$&'))).toMatchObject({
      nameId: 'ada',
    })
  })

  test('one confirmation that holds is enough; when none does, the first says why', async () => {
    const second = (recipient: string) => (assertion: string) =>
      assertion.replace(
        bearerOf,
        (first) =>
          `${first.replace(/Recipient="[^"]*"/, `Recipient="${recipient}"`)}${first.replace('cm:bearer', 'cm:sender-vouches')}${first}`,
      )
    expect(await read(signedResponse(good({ edit: second('https://other.example.org/') })))).toMatchObject({ nameId: 'ada' })
    const expired = new Date(Date.now() - 10 * minute)
    expect(
      await refusal(signedResponse(good({ edit: second('https://other.example.org/'), confirmationNotOnOrAfter: expired }))),
    ).toMatchObject({ reason: 'recipient' })
  })
})

describe('when', () => {
  test('an assertion is taken until its end, and not a moment longer: what is remembered until then cannot come again', async () => {
    const made = new Date('2026-03-01T12:00:00Z')
    const at = (offset: number) => new Date(made.getTime() + offset)
    const offset = fc.integer({ min: -30 * minute, max: 30 * minute })
    await fc.assert(
      fc.asyncProperty(offset, offset, offset, offset, async (notBefore, notOnOrAfter, confirmation, now) => {
        const answer = signedResponse(
          good({ now: made, notBefore: at(notBefore), notOnOrAfter: at(notOnOrAfter), confirmationNotOnOrAfter: at(confirmation) }),
        )
        const start = Math.max(notBefore, 0) - minute
        const end = Math.min(notOnOrAfter, confirmation, 10 * minute) + minute
        const { reason } = await refusal(answer, { now: at(now) })
        const expected =
          now >= end && now < start ? ['expired', 'not_yet'] : now < start ? ['not_yet'] : now >= end ? ['expired'] : ['accepted']
        expect(expected).toContain(reason)
        if (reason !== 'accepted') return
        const { notOnOrAfter: rememberedUntil } = await read(answer, { now: at(now) })
        expect(rememberedUntil).toEqual(at(end))
        expect(await refusal(answer, { now: rememberedUntil })).toMatchObject({ reason: 'expired' })
        expect(await refusal(answer, { now: new Date(rememberedUntil.getTime() - 1) })).toMatchObject({ reason: 'accepted' })
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['a minute less a moment early', -minute, 'accepted'],
    ['more than a minute early', -minute - 1, 'not_yet'],
    ['ten minutes old, and a minute less a moment', 11 * minute - 1, 'accepted'],
    ['older, though it says that it is good for a day', 11 * minute, 'expired'],
  ])('%s', async (_what, offset, reason) => {
    const made = new Date('2026-03-01T12:00:00Z')
    const day = new Date('2026-03-02T12:00:00Z')
    const answer = signedResponse(good({ now: made, notBefore: made, notOnOrAfter: day, confirmationNotOnOrAfter: day }))
    expect(await refusal(answer, { now: new Date(made.getTime() + offset) })).toMatchObject({ reason })
  })
})

describe('when the provider says no', () => {
  test.each([
    ['RequestDenied', /you may not use this application/],
    ['Responder', /something went wrong there/],
    ['constructor', /does not say why/],
  ])('%s', async (status, sentence) => {
    const answer = await refusal(signedResponse(good({ status, sign: 'none' })))
    expect(answer).toMatchObject({ reason: 'status', message: expect.stringMatching(sentence) })
  })

  test('its own words are not repeated: nobody signed them', async () => {
    const tamper = (xml: string) => xml.replace('</samlp:Status>', '<samlp:StatusMessage>Call +1 900 555 0199</samlp:StatusMessage>$&')
    expect((await refusal(signedResponse(good({ status: 'Responder', tamper })))).message).not.toMatch(/900/)
  })
})
