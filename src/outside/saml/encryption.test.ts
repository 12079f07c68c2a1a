/** Assertions that only we can open: which are, and that nobody learns anything from those that are not. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Encryption, type Forgery, signedResponse } from '../../../test/support/saml-forge.ts'
import { openSamlParties, type SamlParties } from '../../../test/support/saml-parties.ts'
import { SamlRefused } from './types.ts'

let parties: SamlParties
beforeAll(async () => {
  parties = await openSamlParties()
})

const good = (changes: Partial<Forgery> = {}) => parties.good({ inResponseTo: null, nameId: 'ada', ...changes })
const started = { allowIdpInitiated: true, expectedRequest: async () => true }
const read = (answer: string, changes: Parameters<SamlParties['read']>[1] = {}) => parties.read(answer, { ...started, ...changes })
const refusal = (answer: string, changes: Parameters<SamlParties['read']>[1] = {}) => parties.refusal(answer, { ...started, ...changes })

describe('encrypted assertions', () => {
  const forUs = (encryption: Partial<Encryption> = {}, changes: Partial<Forgery> = {}) =>
    signedResponse(good({ encryption: { certificate: parties.ours.key.certificate, ...encryption }, ...changes }))

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
      ['encrypted', forUs({ certificate: parties.strangerKey.certificate })],
      ['encrypted', forUs({ damaged: true })],
      ['encrypted', forUs({ transport: 'rsa-1_5' })],
      ['unsigned', forUs({}, { sign: 'none' })],
      ['unsigned', forUs({}, { sign: 'response' })],
      ['algorithm', forUs({}, { hash: 'sha1' })],
      ['signature', forUs({}, { key: parties.strangerKey })],
      ['comment', inside((assertion) => assertion.replace('>ada<', '>ada<!---->.evil<'))],
      ['wrapping', inside((assertion) => assertion.replace('</saml:Subject>', '$&<saml:Advice><saml:Assertion/></saml:Advice>'))],
    ]
    const refusals = await Promise.all(cases.map(([, answer]) => refusal(answer)))
    expect(refusals.map(({ reason }) => reason)).toEqual(cases.map(([reason]) => reason))
    expect(new Set(refusals.map(({ message }) => message)).size).toBe(1)
    expect(refusals.map(({ cause }) => cause instanceof SamlRefused && cause.reason)).toEqual(cases.map(([reason]) => reason))
  })

  test('text that was changed under AES-CBC, where nothing notices it but the signature, is refused in the same words', async () => {
    const [gcm, cbc] = await Promise.all([refusal(forUs({ damaged: true })), refusal(forUs({ damaged: true, content: 'aes256-cbc' }))])
    expect(cbc.reason).not.toBe('accepted')
    expect(cbc.message).toBe(gcm.message)
  })

  test('beside one that is not encrypted is refused', async () => {
    const { encryption: _, ...plain } = good()
    const second = Buffer.from(signedResponse(plain), 'base64').toString()
    const assertion = /<saml:Assertion.*<\/saml:Assertion>/s.exec(second)?.[0]
    expect(await refusal(forUs({}, { tamper: (xml) => xml.replace('</samlp:Response>', `${assertion}$&`) }))).toMatchObject({
      reason: 'wrapping',
    })
  })
})
