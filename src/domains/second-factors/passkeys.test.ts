import { sign, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { generate } from 'selfsigned'
import { describe, expect, test } from 'vitest'
import { type Lies, openAuthenticator } from '../../../test/support/authenticator.ts'
import {
  addPasskey,
  challengeFor,
  consoleOrigin,
  login,
  needOf,
  resident,
  signedIn,
  withApp,
  withPasskey,
} from '../../../test/support/proofs.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const where = { consoleUrl: `${consoleOrigin}/app`, apiUrl: 'https://api.example.com' }
const server = useServer({ config: { rateLimitFactor: 100, ...where } })

const statement = (fmt: string, ...entries: [string, unknown][]) => ({ fmt, attStmt: new Map(entries) })

describe('adding a passkey', () => {
  test('asks the browser for one that is found by itself and checks who uses it, and tells it nothing of the account', async () => {
    const eve = await resident(server)
    const { options } = (await (await signedIn(server, eve)).beginPasskey()).body.data
    expect(options).toMatchObject({
      rp: { id: 'console.example.com', name: 'Trochoid' },
      user: { name: eve.username },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      excludeCredentials: [],
      timeout: 300_000,
    })
    const { id } = options['user'] as { id: string }
    expect(Buffer.from(id, 'base64url')).toHaveLength(16)
    expect(Buffer.from(options['challenge'] as string, 'base64url').length).toBeGreaterThanOrEqual(16)
  })

  test('turns the second factor on, gives recovery codes, and makes the session one with a second factor', async () => {
    const eve = await withPasskey(server)
    expect(eve.passkey).toMatchObject({ name: 'Laptop', backed_up: true })
    expect(eve.recoveryCodes).toHaveLength(10)
    expect((await eve.client.getSecondFactors()).body.data).toMatchObject({
      mfa_enabled: true,
      totp: false,
      recovery_codes: 10,
      passkeys: [eve.passkey],
    })
    expect((await eve.client.listSessions()).body.data[0]).toMatchObject({ current: true, second_factor: 'passkey' })
    expect(needOf(await login(server, eve))?.factors).toEqual(['passkey', 'recovery_code'])
  })

  test('gives recovery codes only to who has none', async () => {
    const eve = await withApp(server)
    const added = await addPasskey(eve.client, openAuthenticator(consoleOrigin))
    expect(added).toHaveStatus(200)
    expect(added.body.data.recovery_codes).toBeUndefined()
    const challenge = await challengeFor(server, eve)
    expect(await server.client().finishLogin({ body: { challenge, recovery_code: eve.recoveryCodes[0] ?? '' } })).toHaveStatus(200)
  })

  test('shows several, the newest first; the account is the same to all authenticators, and each is asked once', async () => {
    const eve = await withPasskey(server)
    const other = openAuthenticator(consoleOrigin, { algorithm: -8 })
    expect(await addPasskey(eve.client, other, 'Telephone')).toHaveStatus(200)
    const { passkeys } = (await eve.client.getSecondFactors()).body.data
    expect(passkeys.map(({ name }) => name)).toEqual(['Telephone', 'Laptop'])
    expect(other.credentials[0]?.userHandle).toBe(eve.authenticator.credentials[0]?.userHandle)
    const { options } = (await eve.client.beginPasskey()).body.data
    expect(() => other.create(options)).toThrow('InvalidStateError')
    expect(JSON.stringify(options['excludeCredentials'])).not.toContain('Not A Transport')
  })

  test('may happen on pages of the API too, when they have the same host name', async () => {
    await using one = await openTestServer({ config: { consoleUrl: 'http://localhost:3001/console', apiUrl: 'http://localhost:8080' } })
    for (const [origin, status] of [
      ['http://localhost:3001', 200],
      ['http://localhost:8080', 200],
      ['http://localhost:9', 422],
    ] as const) {
      const client = await signedIn(one, await resident(one))
      expect([origin, (await addPasskey(client, openAuthenticator(origin))).status]).toEqual([origin, status])
    }
  })

  test('takes a statement that the new key signed itself, which browsers leave in', async () => {
    const client = await signedIn(server, await resident(server))
    const { challenge, options } = (await client.beginPasskey()).body.data
    const response = openAuthenticator(consoleOrigin).create(options, {
      attestation: (signed, key) => statement('packed', ['alg', -7], ['sig', sign('sha256', signed, key)]),
    })
    expect(await client.createPasskey({ body: { challenge, name: 'Laptop', response } })).toHaveStatus(200)
  })

  test('refuses a statement of the maker, even a good one: its certificates name addresses that we would have to ask', async () => {
    const client = await signedIn(server, await resident(server))
    const attributes = { C: 'FR', O: 'Maker', OU: 'Authenticator Attestation', CN: 'Key' }
    const maker = await generate(
      Object.entries(attributes).map(([shortName, value]) => ({ shortName, value })),
      { keyType: 'ec', extensions: [{ name: 'basicConstraints', cA: false }] },
    )
    const certificate = new X509Certificate(maker.cert).raw
    const { challenge, options } = (await client.beginPasskey()).body.data
    const response = openAuthenticator(consoleOrigin).create(options, {
      attestation: (signed) => statement('packed', ['alg', -7], ['sig', sign('sha256', signed, maker.private)], ['x5c', [certificate]]),
    })
    expect(await client.createPasskey({ body: { challenge, name: 'Laptop', response } })).toBeError('Invalid', 'body.response')
  })

  test.each<[string, Lies]>([
    ['made on another origin', { origin: 'https://evil.example.com' }],
    ['made on the host of the API, which is another', { origin: 'https://api.example.com' }],
    ['made for another host', { rpId: 'example.com' }],
    ['made for another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['made while nobody was there', { flags: { present: false } }],
    ['made without looking who it is', { flags: { verified: false } }],
    ['made in the page of somebody else', { crossOrigin: true }],
    [
      'stated by a maker, whose certificates nobody asked for',
      { attestation: statement('packed', ['alg', -7], ['sig', Buffer.alloc(70)], ['x5c', [Buffer.alloc(10)]]) },
    ],
    ['stated by a maker in another way', { attestation: statement('android-safetynet', ['ver', '1'], ['response', Buffer.from('x')]) }],
    ['stated by itself, wrongly', { attestation: statement('packed', ['alg', -7], ['sig', Buffer.alloc(70)]) }],
    ['stated in an unknown way', { attestation: statement('made-up') }],
  ])('refuses one that was %s', async (_, lies) => {
    const eve = await resident(server)
    const client = await signedIn(server, eve)
    const { challenge, options } = (await client.beginPasskey()).body.data
    const response = openAuthenticator(consoleOrigin).create(options, lies)
    expect(await client.createPasskey({ body: { challenge, name: 'Laptop', response } })).toBeError('Invalid', 'body.response')
    expect((await client.getSecondFactors()).body.data).toMatchObject({ mfa_enabled: false, passkeys: [] })
  })

  test('takes a challenge once, of the same person, within five minutes', async () => {
    const [eve, bob] = [await resident(server), await resident(server)]
    const [clientOfEve, clientOfBob] = [await signedIn(server, eve), await signedIn(server, bob)]
    const { challenge, options } = (await clientOfEve.beginPasskey()).body.data
    const body = { challenge, name: 'Laptop', response: openAuthenticator(consoleOrigin).create(options) }
    expect(await clientOfBob.createPasskey({ body })).toBeError('Invalid', 'body.challenge')
    await server.database.query(`update login_challenges set expires_at = expires_at - interval '5 minutes' where id = $1`, [
      challenge.split('-')[0],
    ])
    expect(await clientOfEve.createPasskey({ body })).toBeError('Invalid', 'body.challenge')
    await server.database.query(`update login_challenges set expires_at = expires_at + interval '4 minutes' where id = $1`, [
      challenge.split('-')[0],
    ])
    expect(await clientOfEve.createPasskey({ body })).toHaveStatus(200)
    expect(await clientOfEve.createPasskey({ body })).toBeError('Invalid', 'body.challenge')
  })

  test('refuses one that another account has: a copied answer adds nothing', async () => {
    const eve = await withPasskey(server)
    const bob = await signedIn(server, await resident(server))
    const { challenge, options } = (await bob.beginPasskey()).body.data
    // The key signs for bob, but says that it is eve's.
    const copy = openAuthenticator(consoleOrigin)
    const own = copy.create(options)
    const id = eve.authenticator.credentials[0]?.id.toString('base64url') ?? ''
    expect(await bob.createPasskey({ body: { challenge, name: 'Copy', response: { ...own, id, rawId: id } } })).toBeError(
      'Invalid',
      'body.response',
    )
    await server.database.query('update passkeys set credential_id = $1 where credential_id = $2', [own['id'], id])
    expect(await bob.createPasskey({ body: { challenge, name: 'Copy', response: own } })).toBeError(
      'AlreadyExists',
      'a passkey of this authenticator',
    )
  })

  test('refuses what is no answer at all, and a name that cannot be stored', async () => {
    const client = await signedIn(server, await resident(server))
    const { challenge, options } = (await client.beginPasskey()).body.data
    const good = openAuthenticator(consoleOrigin).create(options)
    const bytes = fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw).toString('base64url'))
    const spoiled = fc.record({
      clientDataJSON: fc.constant((good['response'] as { clientDataJSON: string }).clientDataJSON),
      attestationObject: bytes,
    })
    const response = fc.oneof(
      fc.object(),
      spoiled.map((inner) => ({ ...good, response: inner })),
    )
    await fc.assert(
      fc.asyncProperty(response, async (made) => {
        expect(await client.createPasskey({ body: { challenge, name: 'Laptop', response: made } })).toHaveStatus(422)
      }),
      { numRuns: 50 },
    )
    expect(await client.createPasskey({ body: { challenge, name: 'Lap\u0000top', response: good } })).toHaveStatus(422)
    expect(await client.createPasskey({ body: { challenge, name: 'Lap\ntop <b>', response: good } })).toHaveStatus(200)
  })

  test('ends at twenty', async () => {
    const eve = await withPasskey(server)
    const late = (await eve.client.beginPasskey()).body.data
    await server.database.query(
      `insert into passkeys (user_id, credential_id, public_key, counter, name, backed_up)
       select p.user_id, p.credential_id || n, p.public_key, 0, 'More', true from passkeys p, generate_series(1, 19) n where p.id = $1`,
      [eve.passkey.id],
    )
    expect(await eve.client.beginPasskey()).toBeError('Conflict', 'at most 20')
    const response = openAuthenticator(consoleOrigin).create({ ...late.options, excludeCredentials: [] })
    expect(await eve.client.createPasskey({ body: { challenge: late.challenge, name: 'Late', response } })).toBeError(
      'Conflict',
      'at most 20',
    )
  })
})

describe('removing a passkey', () => {
  test('is for its owner; with the last one the recovery codes go, and a mailed link is asked for', async () => {
    const [eve, bob] = [await withPasskey(server), await withPasskey(server)]
    const path = { passkey_id: eve.passkey.id }
    expect(await bob.client.deletePasskey({ path })).toBeError('NotFoundEntity')
    expect(await eve.client.deletePasskey({ path })).toHaveStatus(204)
    expect((await eve.client.getSecondFactors()).body.data).toEqual({ mfa_enabled: true, totp: false, recovery_codes: 0, passkeys: [] })
    expect(needOf(await login(server, eve))).toEqual({ factors: ['email'] })
    expect(await eve.client.deletePasskey({ path })).toHaveStatus(404)
  })

  test('leaves the recovery codes while there is an app', async () => {
    const eve = await withApp(server)
    const { passkey } = (await addPasskey(eve.client, openAuthenticator(consoleOrigin))).body.data
    expect(await eve.client.deletePasskey({ path: { passkey_id: passkey.id } })).toHaveStatus(204)
    expect((await eve.client.getSecondFactors()).body.data.recovery_codes).toBe(10)
  })
})
