import { describe, expect, test } from 'vitest'
import { openAuthenticator } from '../../../test/support/authenticator.ts'
import type { Client } from '../../../test/support/client.ts'
import { until } from '../../../test/support/newcomers.ts'
import {
  addPasskey,
  challengeFor,
  consoleOrigin,
  follow,
  login,
  mailedToken,
  mailsAreOut,
  mailsTo,
  quietMoment,
  type Resident,
  resident,
  signedIn,
  withApp,
  withPasskey,
} from '../../../test/support/proofs.ts'
import { apiKey, child, fresh, member, organization, scenario, sessionToken } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer({ worker: true, config: { rateLimitFactor: 100, consoleUrl: consoleOrigin } })

const idOf = async ({ username }: Resident) =>
  Number((await server.database.query<{ id: string }>('select id from users where username = $1', [username]))[0]?.id)
const told = async ({ email }: Resident) => (await mailsTo(server, email, 'Your second factor was changed')).map(({ body }) => body)

/** Everything that changes how an account is proven. */
const changes = (client: Client): Promise<{ status: number }>[] => [
  client.createTotp(),
  client.confirmTotp({ body: { code: '123456' } }),
  client.deleteTotp(),
  client.createRecoveryCodes(),
  client.beginPasskey(),
  client.createPasskey({ body: { challenge: `1-${'0'.repeat(40)}`, name: 'x', response: {} } }),
  client.deletePasskey({ path: { passkey_id: 1 } }),
]
const statuses = async (client: Client) => new Set((await Promise.all(changes(client))).map(({ status }) => status))

describe('changing what an account is proven by', () => {
  test('is refused to a session that began more than an hour ago: a stolen one is not enough', async () => {
    const eve = await resident(server)
    const client = await signedIn(server, eve)
    await server.database.query(`update sessions set created_at = now() - interval '61 minutes' where user_id = $1`, [await idOf(eve)])
    expect(await statuses(client)).toEqual(new Set([403]))
    expect(await client.createTotp()).toBeError('StaleSignIn', 'within 60 minutes of signing in')
    await server.database.query(`update sessions set created_at = now() - interval '59 minutes' where user_id = $1`, [await idOf(eve)])
    expect(await client.createTotp()).toHaveStatus(200)
  })

  test('is refused to a session that began without the second factor that the account has', async () => {
    const eve = await withApp(server)
    const client = server.client(await sessionToken(server, { id: await idOf(eve), username: eve.username }))
    expect(await statuses(client)).toEqual(new Set([403]))
    // Also where the person has turned it off, and has it only for an organization that asks.
    await server.database.query('update users set mfa_enabled = false where username = $1', [eve.username])
    expect(await statuses(client)).toEqual(new Set([403]))
    expect(await client.createTotp()).toBeError('StaleSignIn', 'with your second factor')
  })

  test('is refused to a password alone when an organization asks for a second factor, or the password would be enough there', async () => {
    const [acme, kid, username] = [fresh('acme'), fresh('kid'), fresh('eve')]
    await scenario(server, organization(acme, child(kid, member(username))))
    const eve = await resident(server, username)
    const before = await signedIn(server, eve)
    expect(await before.createTotp()).toHaveStatus(200)
    await server.database.query('update organizations set mfa_enabled = true where canonical = $1', [acme])
    expect(await statuses(before)).toEqual(new Set([403]))
    expect(await before.createTotp()).toBeError('StaleSignIn', 'An organization of yours asks for a second factor')
    expect(await login(server, eve, kid)).toHaveStatus(401)
    const { token } = (await follow(server, await mailedToken(server, eve))).body.data
    expect(await server.client(token).createTotp()).toHaveStatus(200)
  })

  test('is refused to keys, to strangers, and to sessions of an organization’s own identity provider', async () => {
    const [acme, key, username] = [fresh('acme'), fresh('robot'), fresh('eve')]
    const { [key]: robot } = await scenario(server, organization(acme, member(username), apiKey(key)))
    const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [acme])
    const eve = await resident(server, username)
    const confined = await sessionToken(server, { id: await idOf(eve), username }, { method: 'saml2', confinedTo: Number(row?.id) })
    expect(await statuses(server.client(confined))).toEqual(new Set([403]))
    expect(await statuses(server.client())).toEqual(new Set([401]))
    expect(await statuses(robot as Client)).toEqual(new Set([422]))
  })

  test('is told to the person by mail each time, without a word that somebody else chose', async () => {
    const eve = await withApp(server)
    await quietMoment()
    expect(await addPasskey(eve.client, openAuthenticator(consoleOrigin), 'Buy gold at evil.example')).toHaveStatus(200)
    const { passkeys } = (await eve.client.getSecondFactors()).body.data
    await eve.client.createRecoveryCodes()
    await eve.client.deletePasskey({ path: { passkey_id: passkeys[0]?.id ?? 0 } })
    await eve.client.deleteTotp()
    const mails = await until(async () => ((await told(eve)).length >= 5 ? told(eve) : undefined))
    for (const words of [
      'app was set up',
      'passkey was added',
      'new recovery codes',
      'a passkey of your',
      'app of your Trochoid account was removed',
    ])
      expect(mails.filter((body) => body.includes(words))).toHaveLength(1)
    expect(mails.join('')).not.toContain('evil.example')
    for (const body of mails) expect(body).toContain('change your password')
  })

  test('is not told for a secret that nobody confirmed', async () => {
    const eve = await resident(server)
    const client = await signedIn(server, eve)
    await client.createTotp()
    await client.deleteTotp()
    await mailsAreOut(server)
    expect(await told(eve)).toEqual([])
  })

  test('is written down, with where it came from', async () => {
    const eve = await withPasskey(server)
    const { data } = (await eve.client.listAccountEvents()).body
    expect(data.find(({ action }) => action === 'second_factor_changed')).toMatchObject({
      message: `${eve.username} added a passkey`,
      address: expect.stringContaining('127.0.0.1'),
      user_agent: 'node',
    })
  })
})

test('a recovery code that was used is told by mail, with how many are left', async () => {
  const eve = await withApp(server)
  const challenge = await challengeFor(server, eve)
  expect(await server.client().finishLogin({ body: { challenge, recovery_code: eve.recoveryCodes[0] ?? '' } })).toHaveStatus(200)
  const mail = await until(async () => (await told(eve)).find((body) => body.includes('with a recovery code')))
  expect(mail).toContain('9 recovery codes left')
})

test('nobody sees the second factors of somebody else', async () => {
  const [eve, bob] = [await withPasskey(server), await resident(server)]
  const seen = (await (await signedIn(server, bob)).getSecondFactors()).body.data
  expect(seen).toEqual({ mfa_enabled: false, totp: false, recovery_codes: 0, passkeys: [] })
  expect(await server.client().getSecondFactors()).toHaveStatus(401)
  expect((await eve.client.getSecondFactors()).body.data.passkeys).toHaveLength(1)
})
