/** What is taken from an identity provider, until when, and what is read of it. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Encryption, type Forgery, signedResponse } from '../../../test/support/saml-forge.ts'
import { makeServiceProviderKey } from './keys.ts'
import { readResponse } from './response.ts'
import type { Assertion, ServiceProvider, ServiceProviderKey } from './types.ts'

const issuer = 'https://idp.example.org/metadata?a=1&b=2'
const minute = 60_000
let ours: ServiceProvider
let idpKey: ServiceProviderKey
let otherKey: ServiceProviderKey
beforeAll(async () => {
  const [key, ...others] = await Promise.all([makeServiceProviderKey(), makeServiceProviderKey(), makeServiceProviderKey()])
  ours = { entityId: 'https://trochoid.example.org/saml', acsUrl: 'https://trochoid.example.org/saml/acs', key }
  ;[idpKey, otherKey] = others
})

const good = (changes: Partial<Forgery> = {}): Forgery => ({
  ...{ key: idpKey, issuer: issuer.replace('&', '&amp;'), acsUrl: ours.acsUrl, audience: ours.entityId, nameId: 'ada' },
  ...changes,
})
const read = (samlResponse: string, changes: Partial<Parameters<typeof readResponse>[0]> = {}): Promise<Assertion> =>
  readResponse({
    ...{ sp: ours, idp: { entityId: issuer, certificates: [idpKey.certificate] }, samlResponse },
    ...{ expectedRequest: async () => true, allowIdpInitiated: true },
    ...changes,
  })
const refusal = async (answer: Promise<Assertion>): Promise<{ reason: string; message: string; cause?: Error }> => {
  const result = await answer.catch((error: unknown) => error)
  if (result instanceof Error && 'reason' in result) return { ...result, reason: String(result.reason), message: result.message }
  return { reason: 'accepted', message: '' }
}
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
    const idp = { entityId: issuer, certificates: [otherKey.certificate, idpKey.certificate] }
    expect(await read(signedResponse(good()), { idp })).toMatchObject({ nameId: 'ada' })
    expect(await read(signedResponse(good({ key: otherKey })), { idp })).toMatchObject({ nameId: 'ada' })
    expect(await refusal(read(signedResponse(good({ key: otherKey }))))).toMatchObject({ reason: 'signature' })
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

  test('may call its attributes what it likes', async () => {
    const edit = (assertion: string) => assertion.replace('Name="urn:oid:2.5.4.42"', 'Name="urn:oid:2.5.4.42" FriendlyName="givenName"')
    const attributes = { __proto__: ['p'], constructor: ['c'], 'urn:oid:2.5.4.42': ['Ada'] }
    Object.defineProperty(attributes, '__proto__', { value: ['p'], enumerable: true })
    const { attributes: found } = await read(signedResponse(good({ attributes, edit })))
    expect(Object.keys(found).sort()).toEqual(['__proto__', 'constructor', 'givenName', 'urn:oid:2.5.4.42'])
    expect(found['givenName']).toEqual(['Ada'])
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
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
    expect(await refusal(read(answer))).toMatchObject({
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
      expect(await refusal(read(answer))).toMatchObject({ reason: 'name_id' })
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
    ['no issuer', /<saml:Issuer>.*<\/saml:Issuer>/, '', 'malformed'],
    ['another version', 'Version="2.0"', 'Version="1.1"', 'malformed'],
    ['an attribute without a name', '<saml:AttributeStatement>', '$&<saml:Attribute/>', 'malformed'],
  ])('%s: refused', async (_what, from, to, reason) => {
    // Without an issuer the forger does not know where to sign, so the whole is signed after one is put back elsewhere.
    if (to === '' && String(from).includes('Issuer>'))
      return expect(await refusal(read(edited(from, '<x:Issuer xmlns:x="urn:x"/>')))).toMatchObject({ reason })
    expect(await refusal(read(edited(from, to)))).toMatchObject({ reason })
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
      await refusal(read(signedResponse(good({ edit: second('https://other.example.org/'), confirmationNotOnOrAfter: expired })))),
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
        const { reason } = await refusal(read(answer, { now: at(now) }))
        const expected =
          now >= end && now < start ? ['expired', 'not_yet'] : now < start ? ['not_yet'] : now >= end ? ['expired'] : ['accepted']
        expect(expected).toContain(reason)
        if (reason !== 'accepted') return
        const { notOnOrAfter: rememberedUntil } = await read(answer, { now: at(now) })
        expect(rememberedUntil).toEqual(at(end))
        expect(await refusal(read(answer, { now: rememberedUntil }))).toMatchObject({ reason: 'expired' })
        expect(await refusal(read(answer, { now: new Date(rememberedUntil.getTime() - 1) }))).toMatchObject({ reason: 'accepted' })
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
    expect(await refusal(read(answer, { now: new Date(made.getTime() + offset) }))).toMatchObject({ reason })
  })
})

describe('encrypted assertions', () => {
  const forUs = (encryption: Partial<Encryption> = {}, changes: Partial<Forgery> = {}) =>
    signedResponse(good({ encryption: { certificate: ours.key.certificate, ...encryption }, ...changes }))

  test.each(['aes256-gcm', 'aes128-gcm', 'aes256-cbc', 'aes128-cbc'] as const)(
    'are opened with %s, by both kinds of RSA-OAEP',
    async (content) => {
      for (const transport of ['rsa-oaep', 'rsa-oaep-mgf1p'] as const) {
        expect(await read(forUs({ content, transport }))).toMatchObject({ nameId: 'ada' })
        expect(await read(forUs({ content, transport, keyBeside: true }))).toMatchObject({ nameId: 'ada' })
      }
    },
  )

  test('may be in a signed response', async () => {
    expect(await read(forUs({}, { sign: 'both' }))).toMatchObject({ nameId: 'ada' })
  })

  test('whatever is wrong inside, the browser hears the same, and the log the reason', async () => {
    const inside = (edit: (assertion: string) => string) => forUs({}, { edit })
    const cases: [string, string][] = [
      ['encrypted', forUs({ certificate: otherKey.certificate })],
      ['encrypted', forUs({ damaged: true })],
      ['encrypted', forUs({ transport: 'rsa-1_5' })],
      ['unsigned', forUs({}, { sign: 'none' })],
      ['unsigned', forUs({}, { sign: 'response' })],
      ['algorithm', forUs({}, { hash: 'sha1' })],
      ['signature', forUs({}, { key: otherKey })],
      ['comment', inside((assertion) => assertion.replace('>ada<', '>ada<!---->.evil<'))],
      ['wrapping', inside((assertion) => assertion.replace('</saml:Subject>', '$&<saml:Advice><saml:Assertion/></saml:Advice>'))],
    ]
    const refusals = await Promise.all(cases.map(([, answer]) => refusal(read(answer))))
    expect(refusals.map(({ reason }) => reason)).toEqual(cases.map(([reason]) => reason))
    expect(new Set(refusals.map(({ message }) => message)).size).toBe(1)
  })

  test('text that was changed under AES-CBC, where nothing notices it but the signature, is refused in the same words', async () => {
    const [gcm, cbc] = await Promise.all([
      refusal(read(forUs({ damaged: true }))),
      refusal(read(forUs({ damaged: true, content: 'aes256-cbc' }))),
    ])
    expect(cbc.reason).not.toBe('accepted')
    expect(cbc.message).toBe(gcm.message)
  })

  test('beside one that is not encrypted is refused', async () => {
    const { encryption: _, ...plain } = good()
    const second = Buffer.from(signedResponse(plain), 'base64').toString()
    const assertion = /<saml:Assertion.*<\/saml:Assertion>/s.exec(second)?.[0]
    expect(await refusal(read(forUs({}, { tamper: (xml) => xml.replace('</samlp:Response>', `${assertion}$&`) })))).toMatchObject({
      reason: 'wrapping',
    })
  })
})

describe('when the provider says no', () => {
  test.each([
    ['RequestDenied', /you may not use this application/],
    ['Responder', /something went wrong there/],
    ['constructor', /does not say why/],
  ])('%s', async (status, sentence) => {
    const answer = await refusal(read(signedResponse(good({ status, sign: 'none' }))))
    expect(answer).toMatchObject({ reason: 'status', message: expect.stringMatching(sentence) })
  })

  test('its own words are not repeated: nobody signed them', async () => {
    const tamper = (xml: string) => xml.replace('</samlp:Status>', '<samlp:StatusMessage>Call +1 900 555 0199</samlp:StatusMessage>$&')
    expect((await refusal(read(signedResponse(good({ status: 'Responder', tamper }))))).message).not.toMatch(/900/)
  })
})
