import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { dayFromNow, licenceKey } from '../../../test/support/licences.ts'
import { ApiError } from '../../errors.ts'
import { licenceSigners } from './licence-keys.ts'
import { readLicence } from './licence-token.ts'

const read = (key: string, developmentLicences = true) => readLicence(key, { developmentLicences })
const refusal = async (key: string | Promise<string>, developmentLicences = true): Promise<string> => {
  try {
    await read(await key, developmentLicences)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    expect(error.code).toBe('Invalid')
    expect(error.details).toEqual(['body.key: is not a licence that can be activated'])
    return error.message
  }
}

async function newSigner(kid: string) {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return { ...(await exportJWK(privateKey)), kid }
}

describe('a licence key', () => {
  test('says who has how many seats until the end of a day', async () => {
    expect(await read(await licenceKey({ jti: 'one', members_count: 12, expires_at: '2036-02-29' }))).toEqual({
      jti: 'one',
      company_name: 'ACME Ltd',
      email_address: 'ops@acme.example',
      members_count: 12,
      expires_at: new Date('2036-02-29T23:59:59Z'),
      version: '1',
      on_prem: true,
    })
    expect((await read(await licenceKey({ expires_at: '2036-02-28T01:02:03Z' }))).expires_at).toEqual(new Date('2036-02-28T01:02:03Z'))
  })

  test('may stand between spaces and lines, as it was copied', async () => {
    expect(await refusal(`\n  ${await licenceKey()}\r\n`)).toBe('accepted')
  })

  test('is refused with a sentence that says what is wrong', async () => {
    const good = await licenceKey()
    const [header = '', payload = '', signature = ''] = good.split('.')
    for (const nonsense of ['', 'abc', 'a.b.c', `${header}.${payload}`, `${good}.x`, `${good} x`, good.repeat(40), 'ü.ü.ü'])
      expect(await refusal(nonsense), nonsense).toContain('not a licence key')
    expect(await refusal(`${header}.${payload}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`)).toContain('signature')
    const more = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"members_count":5', '"members_count":9')).toString(
      'base64url',
    )
    expect(await refusal(`${header}.${more}.${signature}`)).toContain('signature')
    expect(await refusal(licenceKey({}, { key: await newSigner('somebody') }))).toContain('nobody whom this version knows')
    expect(await refusal(licenceKey({}, { key: await newSigner(licenceSigners[0]?.kid ?? '') }))).toContain('signature')
    expect(await refusal(licenceKey(), false)).toContain('for development')
    expect(await refusal(licenceKey({ expires_at: dayFromNow(-1) }))).toContain(`expired on ${dayFromNow(-1)}`)
    expect(await refusal(licenceKey({ version: '2' }))).toContain('update the product')
    expect(await refusal(licenceKey({}, { issuer: 'somebody' }))).toContain('for something else')
    expect(await refusal(licenceKey({}, { audience: 'something' }))).toContain('for something else')
  })

  test('without a signature, or with a symmetric one by the public half, is signed by nobody', async () => {
    const [, payload = ''] = (await licenceKey()).split('.')
    const { kid, publicKey } = licenceSigners.find(({ development }) => development) ?? { kid: '', publicKey: '' }
    const headerOf = (alg: string) => Buffer.from(JSON.stringify({ alg, kid })).toString('base64url')
    expect(await refusal(`${headerOf('none')}.${payload}.AA`)).toContain('signed by nobody')
    const forged = await new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(Buffer.from(publicKey, 'base64url'))
    expect(await refusal(forged)).toContain('signed by nobody')
  })

  test('with a good signature under nonsense is refused all the same: anybody can sign for development', async () => {
    const wrong: [string, unknown[]][] = [
      ['jti', [undefined, '', 7, 'x'.repeat(101), 'a\u0000b']],
      ['company_name', [undefined, '', ' ', null, 'a\u0000b', 'x'.repeat(201), {}]],
      ['email_address', [undefined, '', 5, 'x'.repeat(300)]],
      ['members_count', [undefined, 0, -1, 1.5, '5', 2 ** 31, 1e300, null]],
      [
        'expires_at',
        [undefined, '', 'tomorrow', 4e9, '2036-02-31', '2036-13-01', '+275760-09-13', '2036-02-28T25:00:00Z', '2036-02-28 10:00'],
      ],
      ['on_prem', [undefined, 'yes', 1, null]],
      ['iat', [undefined]],
    ]
    for (const [name, values] of wrong)
      for (const value of values) expect(await refusal(licenceKey({ [name]: value })), `${name}: ${String(value)}`).not.toBe('accepted')
  })

  test('whatever is sent is read or refused, never a defect of ours', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    )
    await fc.assert(
      fc.asyncProperty(fc.tuple(part, part, part), async (parts) => {
        expect(await refusal(parts.join('.'))).not.toBe('accepted')
      }),
      { numRuns: 500 },
    )
    const claim = fc.constantFrom('jti', 'iat', 'exp', 'nbf', 'sub', 'company_name', 'members_count', 'expires_at', 'version', 'on_prem')
    await fc.assert(
      fc.asyncProperty(claim, fc.jsonValue(), async (name, value) => {
        await refusal(licenceKey({ [name]: value }))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the keys that make licences', () => {
  test('are Ed25519, each with a name of its own, and one at least is for releases', async () => {
    for (const { publicKey } of licenceSigners)
      expect(await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA'), publicKey).toBeTruthy()
    expect(new Set(licenceSigners.map(({ kid }) => kid)).size).toBe(licenceSigners.length)
    expect(licenceSigners.some(({ development }) => !development)).toBe(true)
  })

  test('whose private half lies in the repository are for development only', () => {
    const { kid, x } = JSON.parse(readFileSync(new URL('../../../scripts/licence-development-key.json', import.meta.url), 'utf8')) as {
      kid: string
      x: string
    }
    const same = licenceSigners.filter((signer) => signer.kid === kid || signer.publicKey === x)
    expect(same).toEqual([{ kid, publicKey: x, development: true }])
  })

  test('a key for releases is accepted everywhere', async () => {
    const key = await newSigner('release-new')
    const signers = [...licenceSigners, { kid: key.kid, publicKey: key.x ?? '', development: false }]
    const licence = await readLicence(await licenceKey({}, { key }), { developmentLicences: false, signers })
    expect(licence.members_count).toBe(5)
  })
})
