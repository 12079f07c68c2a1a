import { describe, expect, test } from 'vitest'
import { type DishonestOpenId, foreignKey, type Lies, openDishonestOpenId } from '../../../test/support/dishonest-openid.ts'
import { openOAuth } from './oauth.ts'
import type { OAuthProfile, OAuthProvider } from './types.ts'

const clientId = 'trochoid'
const secret = 'a-secret-of-this-test'
const nonce = 'n'.repeat(43)
const redirectUri = 'http://api.example.com/user/google/oauth/callback'
const tenantId = '11111111-2222-3333-4444-555555555555'
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'

const exchange = (provider: OAuthProvider | undefined): Promise<OAuthProfile> => {
  if (!provider) throw new Error('it is not configured')
  return provider.exchange({ params: { code: 'c' }, state: 's'.repeat(43), nonce, verifier: 'v'.repeat(43), redirectUri })
}

function at(double: DishonestOpenId, tenant = tenantId) {
  const lines: string[] = []
  const client = { clientId, clientSecret: secret, issuer: double.url }
  const providers = openOAuth({ google: client, azuread: { ...client, tenantId: tenant } }, { log: (line) => void lines.push(line) })
  return { ...providers, lines }
}

describe('an ID token', () => {
  test('that is honest is believed', async () => {
    await using double = await openDishonestOpenId(clientId, nonce)
    double.claims = {
      email: 'ada@example.com',
      email_verified: true,
      given_name: 'Ada',
      picture: 'https://example.com/ada.png',
      locale: 'fr',
    }
    expect(await exchange(at(double).google)).toEqual({
      provider: 'google',
      issuer: double.url,
      subject: 'somebody',
      email: 'ada@example.com',
      emailVerified: true,
      username: null,
      givenName: 'Ada',
      familyName: null,
      pictureUrl: 'https://example.com/ada.png',
      locale: 'fr',
    })
  })

  const hour = 3600
  const now = Math.floor(Date.now() / 1000)
  const lies: [string, Partial<Lies>][] = [
    ['for another client', { claims: { aud: 'another' } }],
    ['for several clients, of whom we are not the one that asked', { claims: { aud: [clientId, 'x'], azp: 'x' } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['that has expired', { claims: { iat: now - 2 * hour, exp: now - hour } }],
    ['without an end', { claims: { exp: undefined } }],
    ['of the future', { claims: { nbf: now + hour, exp: now + 2 * hour } }],
    ['of another sign-in', { claims: { nonce: 'm'.repeat(43) } }],
    ['of no sign-in', { claims: { nonce: undefined } }],
    ['about nobody', { claims: { sub: undefined } }],
    ['signed by a stranger', { signer: foreignKey() }],
    ['signed with the client’s secret', { signer: Buffer.from(secret.padEnd(32)), header: { alg: 'HS256' } }],
    ['whose claims were changed', { mangle: changed }],
    ['without a signature', { mangle: (jwt) => jwt.replace(/[^.]+$/, '') }],
    ['that says it needs no signature', { mangle: unsigned }],
    ['that is none', { mangle: () => 'nonsense' }],
    ['that is missing', { mangle: () => undefined }],
  ]
  test.each(lies)('%s is refused, with its reason in the log', async (_, lie) => {
    await using double = await openDishonestOpenId(clientId, nonce)
    Object.assign(double, lie)
    const { google, lines } = at(double)
    await expect(exchange(google)).rejects.toMatchObject({ code: 'Unauthenticated', message: expect.stringContaining('not accepted') })
    expect(lines).toHaveLength(1)
    expect(lines.join('')).not.toContain(secret)
    expect(lines.join('')).not.toMatch(/eyJ|opaque|n{20}|m{20}/)
  })
})

/** The claims of another person behind the signature of this one. */
function changed(jwt: string): string {
  const [header, body = '', signature] = jwt.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
  return [header, Buffer.from(JSON.stringify({ ...claims, sub: 'somebody-else' })).toString('base64url'), signature].join('.')
}

function unsigned(jwt: string): string {
  const [, body] = jwt.split('.')
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`
}

describe('an address', () => {
  const profileOf = async (claims: Record<string, unknown>, type: 'google' | 'azuread', tenant = tenantId) => {
    await using double = await openDishonestOpenId(clientId, nonce)
    double.claims = { tid: tenantId, ...claims }
    return await exchange(at(double, tenant)[type])
  }

  test('of Google is confirmed when Google says so, and by nothing else', async () => {
    for (const [said, believed] of [
      [true, true],
      [false, false],
      ['true', false],
      [1, false],
      [undefined, false],
    ] as const)
      expect((await profileOf({ email: 'ada@example.com', email_verified: said }, 'google')).emailVerified).toBe(believed)
    expect(await profileOf({ email: 'no address', email_verified: true }, 'google')).toMatchObject({ email: null, emailVerified: false })
  })

  test('of Azure AD is confirmed only when its domain is the tenant’s', async () => {
    const email = 'ada@example.com'
    for (const [claims, believed] of [
      [{ email }, false],
      [{ email, preferred_username: email }, false],
      [{ email, xms_edov: true }, true],
      [{ email, xms_edov: '1' }, true],
      [{ email, xms_edov: false }, false],
      [{ email, xms_edov: '0' }, false],
      [{ email, email_verified: true }, true],
      [{ preferred_username: email, xms_edov: true }, false],
    ] as const)
      expect((await profileOf(claims, 'azuread')).emailVerified, JSON.stringify(claims)).toBe(believed)
  })

  test('of Azure AD, where any tenant may sign in, is not confirmed by a claim that each of them can make up', async () => {
    expect((await profileOf({ email: 'ada@example.com', email_verified: true }, 'azuread', 'common')).emailVerified).toBe(false)
    expect((await profileOf({ email: 'ada@example.com', xms_edov: true }, 'azuread', 'common')).emailVerified).toBe(true)
  })

  test('of Azure AD is shown in the form although it is not confirmed, and the full name is split', async () => {
    expect(await profileOf({ preferred_username: 'ada@contoso.example', name: 'Augusta Ada King' }, 'azuread')).toMatchObject({
      email: 'ada@contoso.example',
      emailVerified: false,
      username: 'ada',
      givenName: 'Augusta',
      familyName: 'Ada King',
    })
  })
})

describe('a tenant of Azure AD', () => {
  test.each([
    [tenantId, tenantId, true],
    [tenantId.toUpperCase(), tenantId, true],
    [tenantId, personal, false],
    [tenantId, undefined, false],
    [tenantId, '', false],
    ['common', tenantId, true],
    ['common', personal, true],
    ['common', undefined, false],
    ['organizations', tenantId, true],
    ['organizations', personal, false],
    ['consumers', personal, true],
    ['consumers', tenantId, false],
  ])('configured as %s: somebody of %s comes in: %s', async (tenant, tid, comesIn) => {
    await using double = await openDishonestOpenId(clientId, nonce)
    double.claims = { tid }
    const answer = exchange(at(double, tenant).azuread)
    if (comesIn) expect((await answer).subject).toBe('somebody')
    else await expect(answer).rejects.toMatchObject({ code: 'Unauthenticated' })
  })

  test('that is named by its domain is the one whose issuer the discovery names', async () => {
    await using double = await openDishonestOpenId(clientId, nonce)
    double.claims = { tid: tenantId }
    await expect(exchange(at(double, 'contoso.example').azuread)).rejects.toMatchObject({ code: 'Unauthenticated' })
    const real = microsoft(double, 'contoso.example', `https://login.microsoftonline.com/${tenantId}/v2.0`)
    double.claims = { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, tid: tenantId }
    expect((await exchange(real)).issuer).toBe(`https://login.microsoftonline.com/${tenantId}/v2.0`)
    double.claims = { ...double.claims, tid: personal }
    await expect(exchange(real)).rejects.toMatchObject({ code: 'Unauthenticated' })
  })

  test('is the person’s own when many may sign in: each has an issuer, and no tenant speaks for another', async () => {
    await using double = await openDishonestOpenId(clientId, nonce)
    const real = microsoft(double, 'common', 'https://login.microsoftonline.com/{tenantid}/v2.0')
    double.claims = { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, tid: tenantId }
    expect((await exchange(real)).issuer).toBe(`https://login.microsoftonline.com/${tenantId}/v2.0`)
    double.claims = { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, tid: personal }
    await expect(exchange(real)).rejects.toMatchObject({ code: 'Unauthenticated' })
    double.claims = { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, tid: undefined }
    await expect(exchange(real)).rejects.toMatchObject({ code: 'Unauthenticated' })
  })
})

/** The real address, answered by the double. */
function microsoft(double: DishonestOpenId, tenant: string, issuer: string): OAuthProvider | undefined {
  const there = 'https://login.microsoftonline.com'
  const base = `${there}/${tenant}/oauth2`
  double.metadata = { issuer, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token`, jwks_uri: `${base}/jwks` }
  const handOn: typeof fetch = (url, init) => fetch(String(url).replace(there, double.url), init)
  const access = { clientId, clientSecret: secret, issuer: `${there}/${tenant}/v2.0`, tenantId: tenant }
  return openOAuth({ azuread: access }, { log: () => {}, fetch: handOn }).azuread
}

describe('a provider', () => {
  const begin = (provider: OAuthProvider | undefined) =>
    provider?.authorizationUrl({ state: 's', nonce, challenge: 'c', redirectUri }) ?? Promise.reject(new Error('it is not configured'))

  test('is looked up at the first sign-in, once, also by many at a time', async () => {
    await using double = await openDishonestOpenId(clientId, nonce)
    const { google } = at(double)
    expect(double.requests).toEqual([])
    await Promise.all([begin(google), begin(google), begin(google)])
    await exchange(google)
    expect(double.requests).toEqual(['/.well-known/openid-configuration', '/token', '/jwks'])
  })

  test('that was down is looked up again', async () => {
    await using double = await openDishonestOpenId(clientId, nonce)
    const { google } = at(double)
    double.broken = { 'openid-configuration': { status: 503, body: '{}' } }
    await expect(begin(google)).rejects.toMatchObject({
      code: 'RetryOperation',
      message: expect.stringContaining('Google does not answer'),
    })
    double.broken = {}
    expect(await begin(google)).toContain(`${double.url}/authorize?`)
  })

  test.each<[string, Partial<Lies>]>([
    ['names another issuer', { metadata: { issuer: 'https://evil.example' } }],
    ['answers nonsense', { broken: { configuration: { status: 200, body: '{"issuer":' } } }],
  ])('that %s is one to try again with', async (_, lie) => {
    await using double = await openDishonestOpenId(clientId, nonce)
    Object.assign(double, lie)
    await expect(begin(at(double).google)).rejects.toMatchObject({ code: 'RetryOperation' })
  })

  test('that is not there is one to try again with', async () => {
    const double = await openDishonestOpenId(clientId, nonce)
    await double.close()
    await expect(begin(at(double).google)).rejects.toMatchObject({ code: 'RetryOperation' })
  })

  test.each([
    ['does not answer when the code is exchanged', { '/token': { status: 502, body: 'Bad gateway' } }, 'does not answer'],
    ['answers nonsense', { '/token': { status: 200, body: '{"access_token":' } }, 'does not answer'],
    ['says that it is busy', { '/token': { status: 400, body: '{"error":"temporarily_unavailable"}' } }, 'does not answer'],
    ['does not give its keys', { '/jwks': { status: 500, body: '{}' } }, 'does not answer'],
    ['does not know our secret', { '/token': { status: 401, body: '{"error":"invalid_client"}' } }, 'does not know this installation'],
  ])('that %s is one to try again with, or to look at', async (_, broken, words) => {
    await using double = await openDishonestOpenId(clientId, nonce)
    const { google, lines } = at(double)
    double.broken = broken
    await expect(exchange(google)).rejects.toMatchObject({ code: 'RetryOperation', message: expect.stringContaining(words) })
    expect(lines).toHaveLength(1)
  })

  test.each(['configuration', '/token', '/jwks'])('that stays silent at %s is not waited for', async (end) => {
    await using double = await openDishonestOpenId(clientId, nonce)
    double.broken = { [end]: 'silence' }
    const google = { clientId, clientSecret: secret, issuer: double.url }
    const providers = openOAuth({ google }, { log: () => {}, seconds: 0.3 })
    await expect(exchange(providers.google)).rejects.toMatchObject({ code: 'RetryOperation' })
  })

  test('that refuses the code refuses the person, and its words are not ours', async () => {
    await using double = await openDishonestOpenId(clientId, nonce)
    const { google, lines } = at(double)
    double.broken = { '/token': { status: 400, body: '{"error":"invalid_grant","error_description":"code 4/0Ab-secret was used"}' } }
    await expect(exchange(google)).rejects.toMatchObject({ code: 'Unauthenticated' })
    expect(lines.join('')).toContain('invalid_grant')
    expect(lines.join('')).not.toContain('4/0Ab')
  })
})
