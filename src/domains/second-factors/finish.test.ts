import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { challengeFor, follow, password, quietMoment, withApp } from '../../../test/support/proofs.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const server = useServer({ config: { rateLimitFactor: 100 } })

const wrongCode = (right: string) => String((Number(right) + 500_000) % 1_000_000).padStart(6, '0')

describe('the challenge of a sign-in', () => {
  test('takes exactly one proof', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const [recovery_code = ''] = eve.recoveryCodes
    for (const body of [{ challenge }, { challenge, totp: eve.app.code(), recovery_code }])
      expect(await server.client().finishLogin({ body })).toBeError('Invalid', 'exactly one')
    expect(await server.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(200)
  })

  test('works once', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    await quietMoment()
    expect(await server.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(200)
    expect(await server.client().finishLogin({ body: { challenge, totp: eve.app.code(1) } })).toBeError('Unauthenticated', 'begin again')
  })

  test('works once, when two processes get it with different right proofs at the same moment', async () => {
    await using second = await openTestServer({ beside: server, config: { rateLimitFactor: 100 } })
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const answers = await Promise.all(
      eve.recoveryCodes
        .slice(0, 4)
        .map((recovery_code, index) => (index % 2 ? server : second).client().finishLogin({ body: { challenge, recovery_code } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
  })

  test('lasts ten minutes', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const [id] = challenge.split('-')
    const [row] = await server.database.query<{ minutes: number }>(
      'select round(extract(epoch from expires_at - now()) / 60)::int as minutes from login_challenges where id = $1',
      [id],
    )
    expect(row?.minutes).toBe(10)
    await server.database.query('update login_challenges set expires_at = now() where id = $1', [id])
    expect(await server.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(401)
  })

  test('is over after five wrong proofs, even for the right one', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const totp = wrongCode(eve.app.code())
    for (let attempt = 1; attempt <= 4; attempt++)
      expect(await server.client().finishLogin({ body: { challenge, totp } })).toBeError('Unauthenticated', 'try again with a new code')
    expect(await server.client().finishLogin({ body: { challenge, totp } })).toBeError('Unauthenticated', 'too many wrong attempts')
    expect(await server.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toBeError('Unauthenticated', 'begin again')
    expect(await server.client().finishLogin({ body: { challenge: await challengeFor(server, eve), totp: eve.app.code() } })).toHaveStatus(
      200,
    )
    const failures = (await eve.client.listAccountEvents()).body.data.filter(({ action }) => action === 'sign_in_failed')
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]?.message).toContain('the second factor wrong')
  })

  test('counts wrong proofs that come all at once, on two processes', async () => {
    await using second = await openTestServer({ beside: server, config: { rateLimitFactor: 100 } })
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const totp = wrongCode(eve.app.code())
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 ? server : second).client().finishLogin({ body: { challenge, totp } })),
    )
    const messages = answers.map(({ body }) => JSON.stringify(body))
    expect(messages.filter((text) => text.includes('try again with a new code'))).toHaveLength(4)
    expect(messages.filter((text) => text.includes('too many wrong attempts'))).toHaveLength(1)
  })

  test('dies with the password that began the sign-in', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const account = (await eve.client.getUserAccount()).body.data
    const { username, given_name, family_name, locale, mfa_enabled = true } = account
    const body = { username, given_name, family_name, locale, mfa_enabled, password_update: { current: password, new: 'another horse' } }
    expect(await eve.client.call('updateUserAccount', { body })).toHaveStatus(200)
    await quietMoment()
    expect(await server.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toBeError('Unauthenticated', 'begin again')
    expect(await server.client().beginPasskeyLogin({ body: { challenge } })).toHaveStatus(401)
  })

  test('is no token: neither a session, nor a mailed link', async () => {
    const challenge = await challengeFor(server, await withApp(server))
    expect(await server.client(challenge).getUserAccount()).toHaveStatus(401)
    expect(await follow(server, challenge)).toHaveStatus(401)
  })

  test('is refused alike when it was forged, for an account that exists or not', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    const forged = [`${challenge.slice(0, -1)}${challenge.endsWith('0') ? '1' : '0'}`, `999999999-${'0'.repeat(40)}`, 'nonsense']
    const answers = await Promise.all(forged.map((one) => server.client().finishLogin({ body: { challenge: one, totp: eve.app.code() } })))
    for (const answer of answers) expect(answer).toHaveStatus(401)
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, request_id: '' }))).size).toBe(1)
  })
})

describe('guessing', () => {
  test('is over after ten wrong codes for an account, however many challenges they are spread over', async () => {
    await using limited = await openTestServer()
    const eve = await withApp(limited)
    const statuses: number[] = []
    for (let round = 1; round <= 11; round++) {
      const challenge = await challengeFor(limited, eve)
      statuses.push((await limited.client().finishLogin({ body: { challenge, totp: wrongCode(eve.app.code()) } })).status)
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429])
    const challenge = await challengeFor(limited, eve)
    expect(await limited.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(429)
  })

  test('with forged challenges uses up nobody else’s attempts', async () => {
    await using limited = await openTestServer()
    const eve = await withApp(limited)
    const challenge = await challengeFor(limited, eve)
    const forged = `${challenge.split('-')[0]}-${'0'.repeat(40)}`
    for (let attempt = 1; attempt <= 12; attempt++) await limited.client().finishLogin({ body: { challenge: forged, totp: '000000' } })
    expect(await limited.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(200)
  })

  test('is not what somebody does who signs in often', async () => {
    await using limited = await openTestServer()
    const eve = await withApp(limited)
    for (let round = 0; round < 12; round++) {
      await limited.database.query('update totp_secrets set last_step = 0')
      const challenge = await challengeFor(limited, eve)
      expect(await limited.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(200)
    }
  })
})

describe('a recovery code', () => {
  test('stands in for a code of the app, once, however it is copied', async () => {
    const eve = await withApp(server)
    const [first = '', second = '', third = ''] = eve.recoveryCodes
    const attempt = async (recovery_code: string) => {
      const challenge = await challengeFor(server, eve)
      return server.client().finishLogin({ body: { challenge, recovery_code } })
    }
    const answer = await attempt(first)
    expect(answer).toHaveStatus(200)
    expect((await server.client(answer.body.data.token).listSessions()).body.data[0]).toMatchObject({ second_factor: 'recovery_code' })
    expect(await attempt(first)).toHaveStatus(401)
    expect(await attempt(second.toUpperCase().replaceAll('-', ' '))).toHaveStatus(200)
    expect(await attempt(third.replaceAll('-', '').replaceAll('0', 'O').replaceAll('1', 'l'))).toHaveStatus(200)
    expect(await attempt('0000-0000-0000-0000')).toHaveStatus(401)
    expect((await eve.client.getSecondFactors()).body.data.recovery_codes).toBe(7)
  })

  test('is one of ten different ones with many random letters, and is stored as a hash', async () => {
    const { username, recoveryCodes } = await withApp(server)
    expect(new Set(recoveryCodes).size).toBe(10)
    for (const code of recoveryCodes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
    const rows = await server.database.query('select r.* from recovery_codes r join users u on u.id = r.user_id where u.username = $1', [
      username,
    ])
    expect(rows).toHaveLength(10)
    for (const code of recoveryCodes) expect(JSON.stringify(rows)).not.toContain(code.replaceAll('-', ''))
  })

  test('works no more when new ones were made', async () => {
    const eve = await withApp(server)
    const [old = ''] = eve.recoveryCodes
    const { recovery_codes } = (await eve.client.createRecoveryCodes()).body.data
    expect(recovery_codes).toHaveLength(10)
    const challenge = await challengeFor(server, eve)
    expect(await server.client().finishLogin({ body: { challenge, recovery_code: old } })).toHaveStatus(401)
    expect(await server.client().finishLogin({ body: { challenge, recovery_code: recovery_codes[0] ?? '' } })).toHaveStatus(200)
  })

  test('of one account does not sign another in', async () => {
    const [eve, mallory] = [await withApp(server), await withApp(server)]
    const challenge = await challengeFor(server, eve)
    expect(await server.client().finishLogin({ body: { challenge, recovery_code: mallory.recoveryCodes[0] ?? '' } })).toHaveStatus(401)
  })

  test('is only for who has an app or a passkey', async () => {
    const eve = await withApp(server)
    await eve.client.deleteTotp()
    expect(await eve.client.createRecoveryCodes()).toBeError('Conflict', 'has neither')
  })
})

test('nothing that anybody makes up is a proof, and nothing of it is our fault', async () => {
  await using patient = await openTestServer({ config: { rateLimitFactor: 0 } })
  const eve = await withApp(patient)
  const real = await challengeFor(patient, eve)
  const hex = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 38, maxLength: 42 }).map((digits) => digits.join(''))
  const id = fc.oneof(
    fc.constant(real.split('-')[0]),
    fc.nat().map(String),
    fc.constantFrom('0', '-1', '1e3', '999999999999999', '9'.repeat(30)),
  )
  const token = fc.oneof(
    fc.string({ minLength: 5, maxLength: 200, unit: 'binary' }),
    fc.tuple(id, hex).map((parts) => parts.join('-')),
    fc.nat(real.length - 1).map((at) => `${real.slice(0, at)}${real[at] === 'a' ? 'b' : 'a'}${real.slice(at + 1)}`),
  )
  const answer = fc.record({ challenge: token, response: fc.object() })
  const proof = fc.oneof(
    fc.record({ totp: fc.stringMatching(/^[0-9]{6}$/) }),
    fc.record({ recovery_code: fc.string({ minLength: 8, maxLength: 40, unit: 'binary' }) }),
    fc.record({ passkey: answer }),
  )
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      token,
      proof,
      fc.nat(3).map((one) => one === 0),
      answer,
      async (made, other, known, signed) => {
        // A real challenge takes any proof but a right one; a made-up one takes none.
        const challenge = known ? await challengeFor(patient, eve) : made
        const answers = await Promise.all([
          patient.client().call('finishLogin', { body: { challenge, ...other } }),
          patient.client().call('beginPasskeyLogin', { body: { challenge: made } }),
          patient.client().call('passkeyLogin', { body: signed }),
          patient.client().call('emailAuthenticationVerification', { path: { authentication_token: made } }),
        ])
        for (const { status } of answers) seen.add(status)
      },
    ),
    { numRuns: 60 },
  )
  expect([...seen].filter((status) => ![401, 404, 422].includes(status))).toEqual([])
  expect(seen).toContain(401)
  const challenge = await challengeFor(patient, eve)
  expect(await patient.client().finishLogin({ body: { challenge, totp: eve.app.code() } })).toHaveStatus(200)
}, 120_000)
