import { describe, expect, test } from 'vitest'
import {
  appWith,
  challengeFor,
  forgetCodes,
  login,
  needOf,
  quietMoment,
  resident,
  signedIn,
  withApp,
} from '../../../test/support/proofs.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { openMasterKeys } from '../../outside/master-key.ts'
import { rewrap } from '../credentials/rotation.ts'

const server = useServer({ config: { rateLimitFactor: 100 } })

const finish = (challenge: string, totp: string, on = server) => on.client().finishLogin({ body: { challenge, totp } })

describe('an authenticator app', () => {
  test('is set up by a secret and a picture, and counts once a code of it has come', async () => {
    const eve = await resident(server)
    const client = await signedIn(server, eve)
    const { secret, uri, qr_code } = (await client.createTotp()).body.data
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    const { protocol, host, pathname, searchParams } = new URL(uri)
    expect([protocol, host]).toEqual(['otpauth:', 'totp'])
    expect(decodeURIComponent(pathname)).toBe(`/Trochoid:${eve.username}`)
    expect(Object.fromEntries(searchParams)).toEqual({ secret, issuer: 'Trochoid', algorithm: 'SHA1', digits: '6', period: '30' })
    expect(qr_code).toMatch(/^<svg [\s\S]*<\/svg>\s*$/)
    // Not before it is confirmed.
    expect(await login(server, eve)).toHaveStatus(200)
    expect((await client.getSecondFactors()).body.data).toEqual({ mfa_enabled: false, totp: false, recovery_codes: 0, passkeys: [] })
    await quietMoment()
    expect(await client.confirmTotp({ body: { code: appWith(secret).code(5) } })).toBeError('Invalid', 'body.code')
    const { recovery_codes } = (await client.confirmTotp({ body: { code: appWith(secret).code() } })).body.data
    expect(recovery_codes).toHaveLength(10)
    expect(needOf(await login(server, eve))?.factors).toEqual(['totp', 'recovery_code'])
    expect((await client.getSecondFactors()).body.data).toEqual({ mfa_enabled: true, totp: true, recovery_codes: 10, passkeys: [] })
  })

  test('makes the session that set it up one with a second factor, at once', async () => {
    const { client } = await withApp(server)
    expect((await client.listSessions()).body.data[0]).toMatchObject({ current: true, method: 'password', second_factor: 'totp' })
    expect(await client.createRecoveryCodes()).toHaveStatus(200)
  })

  test('is set up anew until it is confirmed, and then only after the old one is gone', async () => {
    const client = await signedIn(server, await resident(server))
    const [first, second] = [(await client.createTotp()).body.data.secret, (await client.createTotp()).body.data.secret]
    expect(first).not.toBe(second)
    await quietMoment()
    expect(await client.confirmTotp({ body: { code: appWith(first).code() } })).toHaveStatus(422)
    expect(await client.confirmTotp({ body: { code: appWith(second).code() } })).toHaveStatus(200)
    expect(await client.createTotp()).toBeError('Conflict', 'remove it first')
    expect(await client.confirmTotp({ body: { code: appWith(second).code(1) } })).toHaveStatus(404)
    expect(await client.deleteTotp()).toHaveStatus(204)
    expect(await client.createTotp()).toHaveStatus(200)
    expect(await client.deleteTotp()).toHaveStatus(204)
    expect(await client.deleteTotp()).toBeError('NotFoundEntity')
  })

  test('signs in with a code, which says how', async () => {
    const eve = await withApp(server)
    const { token } = (await finish(await challengeFor(server, eve), eve.app.code())).body.data
    const [session] = (await server.client(token).listSessions()).body.data
    expect(session).toMatchObject({ current: true, method: 'password', second_factor: 'totp' })
    const [event] = (await server.client(token).listAccountEvents()).body.data
    expect(event).toMatchObject({ action: 'sign_in', message: `${eve.username} signed in with a password and a code of an app` })
  })

  test('takes a code once, and no older one after it; the code that confirmed it is used as well', async () => {
    const eve = await withApp(server)
    await quietMoment()
    const codes = [eve.app.code(-1), eve.app.code(0), eve.app.code(1)] as const
    const attempt = async (code: string) => (await finish(await challengeFor(server, eve), code)).status
    expect([await attempt(codes[1]), await attempt(codes[1]), await attempt(codes[0])]).toEqual([200, 401, 401])
    expect([await attempt(codes[2]), await attempt(codes[2])]).toEqual([200, 401])

    const bob = await resident(server)
    const client = await signedIn(server, bob)
    const app = appWith((await client.createTotp()).body.data.secret)
    await quietMoment()
    const code = app.code()
    expect(await client.confirmTotp({ body: { code } })).toHaveStatus(200)
    expect(await finish(await challengeFor(server, bob), code)).toHaveStatus(401)
  })

  test('may be half a minute off, either way, and no more', async () => {
    const eve = await withApp(server)
    await quietMoment()
    for (const [steps, status] of [
      [-2, 401],
      [-1, 200],
      [0, 200],
      [1, 200],
      [2, 401],
    ] as const) {
      await forgetCodes(server, eve)
      expect([steps, (await finish(await challengeFor(server, eve), eve.app.code(steps))).status]).toEqual([steps, status])
    }
  })

  test('takes one code once, sent to two processes at the same moment for two sign-ins', async () => {
    await using second = await openTestServer({ beside: server, config: { rateLimitFactor: 100 } })
    const eve = await withApp(server)
    const challenges = await Promise.all([1, 2, 3, 4].map(() => challengeFor(server, eve)))
    await quietMoment()
    const code = eve.app.code()
    const answers = await Promise.all(challenges.map((challenge, index) => finish(challenge, code, index % 2 ? server : second)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
  })

  test('of one account does not sign another in', async () => {
    const [eve, mallory] = [await withApp(server), await withApp(server)]
    expect(await finish(await challengeFor(server, eve), mallory.app.code())).toHaveStatus(401)
  })

  test('takes the recovery codes along when it is removed; signing in then asks for a mailed link', async () => {
    const eve = await withApp(server)
    expect(await eve.client.deleteTotp()).toHaveStatus(204)
    expect((await eve.client.getSecondFactors()).body.data).toEqual({ mfa_enabled: true, totp: false, recovery_codes: 0, passkeys: [] })
    expect(needOf(await login(server, eve))).toEqual({ factors: ['email'] })
  })
})

describe('its secret', () => {
  test('is sealed, for its account alone, and never told again', async () => {
    const [eve, bob] = [await withApp(server), await withApp(server)]
    const rows = await server.database.query<{ sealed: string }>('select sealed from totp_secrets')
    const plain = Buffer.from(eve.app.secret)
    for (const { sealed } of rows) expect(Buffer.from(sealed, 'base64url').includes(plain)).toBe(false)
    expect(JSON.stringify((await eve.client.getSecondFactors()).body)).not.toContain(eve.app.secret)
    expect(server.logs.join('')).not.toContain(eve.app.secret)
    // Moved to another account it opens nothing: our fault, and no way in.
    await server.database.query(
      `update totp_secrets set sealed = (select sealed from totp_secrets t join users u on u.id = t.user_id where u.username = $1)
       where user_id = (select id from users where username = $2)`,
      [bob.username, eve.username],
    )
    expect(await finish(await challengeFor(server, eve), bob.app.code())).toHaveStatus(500)
  })

  test('is wrapped anew with everything else when the master key changes', async () => {
    const key = (id: string) => `${id}:${Buffer.alloc(32, id).toString('base64')}`
    await using old = await openTestServer({ config: { masterKeys: key('old') } })
    const eve = await withApp(old)
    const both = openMasterKeys(`${key('young')},${key('old')}`, '')
    expect(await rewrap(old.platform.database, both, () => {})).toMatchObject({ totpSecrets: 1, unneeded: ['old'] })
    expect(await rewrap(old.platform.database, both, () => {})).toMatchObject({ totpSecrets: 0 })
    await using young = await openTestServer({ beside: old, config: { masterKeys: key('young') } })
    await quietMoment()
    expect(await finish(await challengeFor(young, eve), eve.app.code(), young)).toHaveStatus(200)
  })
})
