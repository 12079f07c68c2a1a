import { describe, expect, test } from 'vitest'
import type { Lies } from '../../../test/support/authenticator.ts'
import { challengeFor, consoleOrigin, withApp, withPasskey } from '../../../test/support/proofs.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const config = { rateLimitFactor: 100, consoleUrl: `${consoleOrigin}/app`, apiUrl: 'https://api.example.com' }
const server = useServer({ config })

const begin = async (challenge?: string) => {
  const answer = await server.client().beginPasskeyLogin({ body: challenge === undefined ? {} : { challenge } })
  expect(answer).toHaveStatus(200)
  return answer.body.data
}
const finish = (challenge: string, response: Record<string, unknown>, on = server) =>
  on.client().passkeyLogin({ body: { challenge, response } })

const lies: [string, Lies][] = [
  ['signed on another origin', { origin: 'https://evil.example.com' }],
  ['signed on a page whose name begins alike', { origin: `${consoleOrigin}.evil.example` }],
  ['signed for another host', { rpId: 'example.com' }],
  ['signed for another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
  ['signed while nobody was there', { flags: { present: false } }],
  ['signed without looking who it is', { flags: { verified: false } }],
  ['signed in the page of somebody else', { crossOrigin: true }],
  ['signed by a key that counts backwards, so there is a copy of it', { counter: 1 }],
  ['signed for another account', { userHandle: Buffer.alloc(16).toString('base64url') }],
]

describe('signing in with a passkey alone', () => {
  test('needs no name and no password, and counts as two factors', async () => {
    const eve = await withPasskey(server)
    const { challenge, options } = await begin()
    expect(options).toMatchObject({ rpId: 'console.example.com', userVerification: 'required' })
    expect(options['allowCredentials']).toBeUndefined()
    const { token } = (await finish(challenge, eve.authenticator.get(options))).body.data
    const client = server.client(token)
    expect((await client.getUserAccount()).body.data.username).toBe(eve.username)
    expect((await client.listSessions()).body.data[0]).toMatchObject({ current: true, method: 'passkey', second_factor: 'passkey' })
    expect((await client.getSecondFactors()).body.data.passkeys[0]?.last_used_at).toBeGreaterThan(0)
    // Enough to change how the account is proven.
    expect(await client.createRecoveryCodes()).toHaveStatus(200)
  })

  test('takes an empty body for the beginning, or none', async () => {
    expect(await server.client().beginPasskeyLogin({ body: {} })).toHaveStatus(200)
    expect(await server.client().call('beginPasskeyLogin', {})).toHaveStatus(200)
  })

  test.each([-7, -8] as const)('works with keys of algorithm %i, and with those that do not count', async (algorithm) => {
    const eve = await withPasskey(server, { algorithm, counting: false })
    for (let round = 1; round <= 2; round++) {
      const { challenge, options } = await begin()
      expect(await finish(challenge, eve.authenticator.get(options))).toHaveStatus(200)
    }
  })

  test('leads into an organization, also one that asks for a second factor; into no foreign one', async () => {
    const eve = await withPasskey(server)
    const [acme, globex] = [fresh('acme'), fresh('globex')]
    await scenario(server, organization(acme, member(eve.username)), organization(globex))
    await server.database.query('update organizations set mfa_enabled = true where canonical = $1', [acme])
    const attempt = async (organization_canonical: string) => {
      const { challenge, options } = await begin()
      return server.client().passkeyLogin({ body: { challenge, response: eve.authenticator.get(options), organization_canonical } })
    }
    const { token } = (await attempt(acme)).body.data
    expect(await server.client(token).getOrg({ path: { organization_canonical: acme } })).toHaveStatus(200)
    expect(await attempt(globex)).toBeError('Unauthenticated', globex)
  })

  test.each(lies)('is refused when the answer was %s', async (_, lie) => {
    const eve = await withPasskey(server)
    const { challenge, options } = await begin()
    expect(await finish(challenge, eve.authenticator.get(options, lie))).toBeError(
      'Unauthenticated',
      'not known here, or its answer is not right',
    )
    const [failure] = (await eve.client.listAccountEvents()).body.data
    expect(failure).toMatchObject({ action: 'sign_in_failed' })
    // The person is not locked out by it.
    const again = await begin()
    expect(await finish(again.challenge, eve.authenticator.get(again.options))).toHaveStatus(200)
  })

  test('takes an answer once: the challenge is used up, also by a wrong one', async () => {
    const eve = await withPasskey(server)
    const { challenge, options } = await begin()
    const response = eve.authenticator.get(options)
    expect(await finish(challenge, response)).toHaveStatus(200)
    expect(await finish(challenge, response)).toHaveStatus(401)
    const second = await begin()
    expect(await finish(second.challenge, response)).toHaveStatus(401)
    expect(await finish(second.challenge, eve.authenticator.get(second.options))).toHaveStatus(401)
  })

  test('takes one answer once, on two processes at the same moment, counting or not', async () => {
    await using other = await openTestServer({ beside: server, config })
    for (const counting of [true, false]) {
      const eve = await withPasskey(server, { counting })
      const { challenge, options } = await begin()
      const response = eve.authenticator.get(options)
      const answers = await Promise.all([server, other, server, other].map((on) => finish(challenge, response, on)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
    }
  })

  test('takes one of two answers with the same count, though each has its own challenge: one is of a copy', async () => {
    const eve = await withPasskey(server)
    const begun = await Promise.all([begin(), begin(), begin()])
    const answers = await Promise.all(
      begun.map(({ challenge, options }) => finish(challenge, eve.authenticator.get(options, { counter: 50 }))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
  })

  test('is over after five minutes, and with the passkey', async () => {
    const eve = await withPasskey(server)
    const late = await begin()
    await server.database.query(`update login_challenges set expires_at = expires_at - interval '5 minutes' where id = $1`, [
      late.challenge.split('-')[0],
    ])
    expect(await finish(late.challenge, eve.authenticator.get(late.options))).toHaveStatus(401)
    expect(await eve.client.deletePasskey({ path: { passkey_id: eve.passkey.id } })).toHaveStatus(204)
    const { challenge, options } = await begin()
    expect(await finish(challenge, eve.authenticator.get(options))).toHaveStatus(401)
  })

  test('goes by what is signed: another key’s name on it is no use', async () => {
    const [eve, mallory] = [await withPasskey(server), await withPasskey(server)]
    const { challenge, options } = await begin()
    const id = eve.authenticator.credentials[0]?.id.toString('base64url')
    expect(await finish(challenge, { ...mallory.authenticator.get(options), id, rawId: id })).toHaveStatus(401)
  })
})

describe('a passkey as second factor', () => {
  const attempt = async (challenge: string, passkey: { challenge: string; response: Record<string, unknown> }) =>
    server.client().finishLogin({ body: { challenge, passkey } })

  test('finishes what a password began; only those of the person are asked for', async () => {
    const [eve] = [await withPasskey(server), await withPasskey(server)]
    const challenge = await challengeFor(server, eve)
    const asked = await begin(challenge)
    expect(asked.options['allowCredentials']).toMatchObject([{ id: eve.authenticator.credentials[0]?.id.toString('base64url') }])
    const { token } = (await attempt(challenge, { challenge: asked.challenge, response: eve.authenticator.get(asked.options) })).body.data
    expect((await server.client(token).listSessions()).body.data[0]).toMatchObject({ method: 'password', second_factor: 'passkey' })
  })

  test.each(lies)('is refused when the answer was %s', async (_, lie) => {
    const eve = await withPasskey(server)
    const challenge = await challengeFor(server, eve)
    const asked = await begin(challenge)
    expect(await attempt(challenge, { challenge: asked.challenge, response: eve.authenticator.get(asked.options, lie) })).toBeError(
      'Unauthenticated',
    )
    const again = await begin(challenge)
    expect(await attempt(challenge, { challenge: again.challenge, response: eve.authenticator.get(again.options) })).toHaveStatus(200)
  })

  test('is refused when it is somebody else’s', async () => {
    const [eve, mallory] = [await withPasskey(server), await withPasskey(server)]
    const challenge = await challengeFor(server, eve)
    const asked = await begin(challenge)
    expect(
      await attempt(challenge, { challenge: asked.challenge, response: mallory.authenticator.get(asked.options, { credential: 0 }) }),
    ).toHaveStatus(401)
    // Nor by way of a challenge that was made for mallory, or for nobody.
    for (const other of [await begin(await challengeFor(server, mallory)), await begin()])
      expect(await attempt(challenge, { challenge: other.challenge, response: mallory.authenticator.get(other.options) })).toHaveStatus(401)
  })

  test('has a challenge of its own, which signs nobody in alone', async () => {
    const eve = await withPasskey(server)
    const asked = await begin(await challengeFor(server, eve))
    expect(await finish(asked.challenge, eve.authenticator.get(asked.options))).toHaveStatus(401)
    const anybody = await begin()
    const response = eve.authenticator.get(anybody.options)
    expect(await attempt(await challengeFor(server, eve), { challenge: anybody.challenge, response })).toHaveStatus(401)
  })

  test('is not asked for where there is none', async () => {
    const eve = await withApp(server)
    const challenge = await challengeFor(server, eve)
    expect(await server.client().beginPasskeyLogin({ body: { challenge } })).toBeError('Invalid', 'no passkey')
    expect(await server.client().beginPasskeyLogin({ body: { challenge: `1-${'0'.repeat(40)}` } })).toBeError(
      'Unauthenticated',
      'begin again',
    )
  })
})

test('what nobody asked for is refused, however it looks', async () => {
  const eve = await withPasskey(server)
  const { options } = await begin()
  const good = eve.authenticator.get(options)
  const inner = good['response'] as Record<string, unknown>
  const long = 'A'.repeat(20_000)
  const answers: Record<string, unknown>[] = [
    {},
    { ...good, type: 'password' },
    { ...good, rawId: 'AAAA' },
    { ...good, id: { toString: 'x' } },
    { ...good, response: null },
    ...['clientDataJSON', 'authenticatorData', 'signature'].flatMap((name) =>
      [
        '',
        'AA',
        long,
        null,
        7,
        ['AA'],
        'not base64url!',
        Buffer.from('null').toString('base64url'),
        Buffer.from('{"a":').toString('base64url'),
      ].map((value) => ({
        ...good,
        response: { ...inner, [name]: value },
      })),
    ),
  ]
  const statuses = await Promise.all(answers.map(async (response) => (await finish((await begin()).challenge, response)).status))
  expect(answers.filter((_, index) => statuses[index] !== 401)).toEqual([])
  expect(server.logs.filter((line) => line.includes('unexpected error'))).toEqual([])
})
