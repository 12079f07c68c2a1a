/** People who sign in with more than a password. The server must run a worker where mails are read. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret, TOTP } from 'otpauth'
import { expect } from 'vitest'
import { hashPassword } from '../../src/access/password.ts'
import { type Authenticator, openAuthenticator } from './authenticator.ts'
import type { Answer, Client } from './client.ts'
import { until } from './newcomers.ts'
import { fresh, person, scenario } from './scenario.ts'
import type { TestServer } from './server.ts'

export const password = 'correct horse'
const hashed = hashPassword(password)

export interface SecondFactorBody {
  challenge?: string
  factors: string[]
}

/** What a 401 says about going on. */
export const needOf = (answer: Answer<unknown> | undefined): SecondFactorBody | undefined =>
  (answer?.body as { second_factor?: SecondFactorBody } | undefined)?.second_factor

export interface Resident {
  username: string
  email: string
}

/** @param username of somebody who is there already; otherwise somebody new */
export async function resident(server: TestServer, username = fresh('eve')): Promise<Resident> {
  await scenario(server, person(username))
  await server.database.query('update users set password_hash = $2 where username = $1', [username, await hashed])
  return { username, email: `${username}@example.com` }
}

export const login = (server: TestServer, { username }: Resident, organization_canonical?: string) =>
  server.client().login({ body: { username, password, ...(organization_canonical ? { organization_canonical } : {}) } })

/** A client of a session that a password began. */
export async function signedIn(server: TestServer, who: Resident): Promise<Client> {
  const answer = await login(server, who)
  expect(answer).toHaveStatus(200)
  return server.client(answer.body.data.token)
}

/** The challenge that a right password gets. */
export async function challengeFor(server: TestServer, who: Resident, organization_canonical?: string): Promise<string> {
  const answer = await login(server, who, organization_canonical)
  expect(answer).toHaveStatus(401)
  const { challenge } = needOf(answer) ?? {}
  if (challenge === undefined) throw new Error(`no challenge: ${JSON.stringify(answer.body)}`)
  return challenge
}

export const mailsTo = (server: TestServer, to: string, subject: string) =>
  server.database.query<{ body: string }>('select body from mails where recipient = $1 and subject = $2 order by id', [to, subject])

/** The bare token of the newest link that finishes a sign-in, once there are `count` of them. */
export async function mailedToken(server: TestServer, { email }: Resident, count = 1): Promise<string> {
  const mail = await until(async () => {
    const mails = await mailsTo(server, email, 'Finish signing in')
    return mails.length >= count ? mails.at(-1) : undefined
  })
  const [token] = /^\d+-[0-9a-f]+$/m.exec(mail.body) ?? []
  if (!token) throw new Error(`the mail holds no token: ${mail.body}`)
  return token
}

export const follow = (server: TestServer, authentication_token: string) =>
  server.client().emailAuthenticationVerification({ path: { authentication_token } })

/** Lets the queue of mails run dry: what has not been mailed by then never will be. */
export const mailsAreOut = (server: TestServer): Promise<true> =>
  until(async () => {
    const [row] = await server.database.query<{ waiting: number }>(
      `select count(*)::int as waiting from graphile_worker.jobs where task_identifier like 'secondFactors.%'`,
    )
    return row?.waiting === 0 ? true : undefined
  })

export interface App {
  secret: string
  /** @param steps half minutes from now */
  code(steps?: number): string
}

export const appWith = (secret: string): App => ({
  secret,
  code: (steps = 0) => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + steps * 30_000 }),
})

/** A code that is right now should still be when it arrives. */
export async function quietMoment(): Promise<void> {
  const left = 30_000 - (Date.now() % 30_000)
  if (left < 4000) await sleep(left + 50)
}

/** Somebody with an app; any code of now may be used again, though the app was confirmed with one. */
export async function withApp(
  server: TestServer,
  who?: Resident,
): Promise<Resident & { app: App; client: Client; recoveryCodes: string[] }> {
  const one = who ?? (await resident(server))
  const client = await signedIn(server, one)
  const made = await client.createTotp()
  expect(made).toHaveStatus(200)
  const app = appWith(made.body.data.secret)
  await quietMoment()
  const confirmed = await client.confirmTotp({ body: { code: app.code() } })
  expect(confirmed).toHaveStatus(200)
  await forgetCodes(server, one)
  return { ...one, app, client, recoveryCodes: confirmed.body.data.recovery_codes }
}

export const forgetCodes = (server: TestServer, { username }: Resident) =>
  server.database.query('update totp_secrets set last_step = 0 where user_id = (select id from users where username = $1)', [username])

export const consoleOrigin = 'https://console.example.com'

export async function addPasskey(client: Client, authenticator: Authenticator, name = 'Laptop') {
  const begun = await client.beginPasskey()
  expect(begun).toHaveStatus(200)
  const { challenge, options } = begun.body.data
  return client.createPasskey({ body: { challenge, name, response: authenticator.create(options) } })
}

/** Somebody with one passkey, on a server whose console is at `consoleOrigin`. */
export async function withPasskey(server: TestServer, how: Parameters<typeof openAuthenticator>[1] = {}) {
  const one = await resident(server)
  const client = await signedIn(server, one)
  const authenticator = openAuthenticator(consoleOrigin, how)
  const added = await addPasskey(client, authenticator)
  expect(added).toHaveStatus(200)
  return { ...one, client, authenticator, passkey: added.body.data.passkey, recoveryCodes: added.body.data.recovery_codes ?? [] }
}
