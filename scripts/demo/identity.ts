import { Secret, TOTP } from 'otpauth'
import { as, call, chapter, mailedTo, session, step } from './steps.ts'

interface Demo {
  run: string
  person: { email: string; username: string; password: string; given_name: string; family_name: string }
}

const linkToken = /login\/confirm\?token=([\w.-]+)/

/** Where somebody is signed in, and what is asked of them: a mailed link, then an authenticator app. Ends signed in. */
export async function proveWhoYouAre({ run, person }: Demo): Promise<void> {
  const credentials = { email: person.email, password: person.password }
  chapter('Sessions and second factors')
  await step('somebody else tries a password', () => asNobody('POST', '/user/login', { ...credentials, password: `guess ${run}` }), 401)
  const lost = await asNobody('POST', '/user/login', credentials)
  await step(
    'sees where the account is signed in',
    () => call('GET', '/user/sessions'),
    ({ body }) => `${body.data.length} sessions, this one from ${body.data.find(({ current }: { current: boolean }) => current).address}`,
  )
  await step('ends the others', () => call('DELETE', '/user/sessions'), 204)
  await step('the lost phone is signed out at once', () => as(lost.body.data.token, 'GET', '/user'), 401)

  const { username, given_name, family_name } = person
  await step(
    'asks for a second factor from now on',
    () => call('PUT', '/user', { username, given_name, family_name, locale: 'en', mfa_enabled: true }),
    ({ body }) => `mfa_enabled: ${body.data.mfa_enabled}`,
  )
  const asked = await step('the password alone is no longer enough', () => asNobody('POST', '/user/login', credentials), 401)
  console.log(`             second_factor: ${asked.body.second_factor.factors.join(', ')}`)
  const link = linkToken.exec((await mailedTo(person.email, linkToken)) ?? '')?.[1]
  if (!link) return
  const proven = await step(
    'the mailed link finishes the sign-in',
    () => asNobody('PUT', `/user/email/authentication/${link}`),
    () => 'a session',
  )
  session.token = proven.body.data.token
  await step('and works once', () => asNobody('PUT', `/user/email/authentication/${link}`), 401)

  const made = await step(
    'sets up an authenticator app',
    () => call('POST', '/user/mfa/totp'),
    ({ body }) => `a picture of ${body.data.qr_code.length} characters to scan`,
  )
  const totp = new TOTP({ secret: Secret.fromBase32(made.body.data.secret) })
  await step(
    'proves that the app has the secret',
    () => call('PUT', '/user/mfa/totp', { code: totp.generate() }),
    ({ body }) => `${body.data.recovery_codes.length} recovery codes, shown once`,
  )
  const again = await asNobody('POST', '/user/login', credentials)
  const { challenge } = again.body.second_factor
  await step('a code works once', () => asNobody('POST', '/user/login/second_factor', { challenge, totp: totp.generate() }), 401)
  const next = totp.generate({ timestamp: Date.now() + 30_000 })
  const entered = await step(
    'the next code signs in',
    () => asNobody('POST', '/user/login/second_factor', { challenge, totp: next }),
    () => 'a session',
  )
  session.token = entered.body.data.token
  await step(
    'reads what happened to the account',
    () => call('GET', '/user/activity'),
    ({ body }) => `${body.data.length} entries, the newest: ${body.data[0].message}`,
  )
}

const asNobody = (method: string, path: string, body?: unknown) => as(undefined, method, path, body)
