/**
 * Passkeys as a browser makes and uses them: Chromium with an authenticator of its own (WebAuthn of the DevTools protocol), on a
 * page of the console. What the browser refuses to do by itself, such as on another site, is part of what protects people.
 */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../src/access/password.ts'
import { addAuthenticator, inBrowser, noBrowser, useBrowser } from './support/browser.ts'
import { ask, useFront, usePasskey } from './support/front.ts'
import { fresh, member, organization, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'

vi.setConfig({ testTimeout: 180_000 })

const browser = useBrowser()
const front = await useFront()
const server = useServer({ config: { apiUrl: front.apiUrl, consoleUrl: front.consoleUrl, rateLimitFactor: 100 } })
beforeAll(() => front.leadTo(server.url))

const password = 'correct horse'
const hashed = hashPassword(password)

interface Options {
  challenge: string
  options: Record<string, unknown>
}

/** What the API answers in `data`, where it answers as it should. */
async function must<T>(asked: Promise<{ status: number; body: unknown }>): Promise<T> {
  const { status, body } = await asked
  expect(status, JSON.stringify(body)).toBe(200)
  return (body as { data: T }).data
}

const logIn = (page: Page, username: string) => ask(page, 'POST', '/user/login', { body: { username, password } })

/** Somebody on the console, with a device, and signed in by a password. */
async function stage() {
  const [acme, eve] = [fresh('acme'), fresh('eve')]
  await scenario(server, organization(acme, member(eve)))
  await server.database.query('update users set password_hash = $2 where username = $1', [eve, await hashed])
  const page = await browser.open()
  await page.goto(front.consoleUrl)
  const device = await addAuthenticator(page)
  const { token } = await must<{ token: string }>(logIn(page, eve))
  return { acme, eve, page, device, token }
}

async function addPasskey(page: Page, token: string, name = 'My laptop') {
  const { challenge, options } = await must<Options>(ask(page, 'POST', '/user/mfa/passkeys/options', { token }))
  const response = await usePasskey(page, 'create', options)
  return must<{ passkey: { name: string }; recovery_codes?: string[] }>(
    ask(page, 'POST', '/user/mfa/passkeys', { token, body: { challenge, name, response } }),
  )
}

/** @param body the challenge of a login that waits for its second factor */
const beginLogin = (page: Page, body: object = {}) => must<Options>(ask(page, 'POST', '/user/login/passkey/options', { body }))

async function passwordless(page: Page, organization?: string) {
  const { challenge, options } = await beginLogin(page)
  const response = await usePasskey(page, 'get', options)
  const place = organization ? { organization_canonical: organization } : {}
  return ask(page, 'POST', '/user/login/passkey', { body: { challenge, response, ...place } })
}

describe.skipIf(noBrowser)(inBrowser('a passkey'), () => {
  test('is made on the console, kept by the device, and listed', async () => {
    const { page, device, token } = await stage()
    const { passkey, recovery_codes } = await addPasskey(page, token)
    expect(passkey.name).toBe('My laptop')
    expect(recovery_codes).toHaveLength(10)
    expect(await device.credentials()).toMatchObject([{ rpId: 'localhost', isResidentCredential: true }])
    const again = await must<{ token: string }>(passwordless(page))
    const factors = await must<{ mfa_enabled: boolean; passkeys: unknown[] }>(ask(page, 'GET', '/user/mfa', { token: again.token }))
    expect(factors).toMatchObject({ mfa_enabled: true, passkeys: [{ name: 'My laptop' }] })
  })

  test('signs in without a name and a password, and counts as two factors', async () => {
    const { acme, eve, page, token } = await stage()
    await addPasskey(page, token)
    const session = await must<{ token: string }>(passwordless(page, acme))
    expect((await ask(page, 'GET', `/organizations/${acme}`, { token: session.token })).status).toBe(200)
    const account = await must<{ username: string }>(ask(page, 'GET', '/user', { token: session.token }))
    expect(account.username).toBe(eve)
    const sessions = await must<{ current: boolean }[]>(ask(page, 'GET', '/user/sessions', { token: session.token }))
    expect(sessions.find(({ current }) => current)).toMatchObject({ method: 'passkey', second_factor: 'passkey' })
  })

  test('is the second factor after a password', async () => {
    const { eve, page, token } = await stage()
    await addPasskey(page, token)
    const { status, body } = await logIn(page, eve)
    expect(status).toBe(401)
    const { second_factor } = body as { second_factor: { challenge: string; factors: string[] } }
    expect(second_factor.factors).toContain('passkey')
    const { challenge, options } = await beginLogin(page, { challenge: second_factor.challenge })
    const response = await usePasskey(page, 'get', options)
    const proof = { challenge: second_factor.challenge, passkey: { challenge, response } }
    const session = await must<{ token: string }>(ask(page, 'POST', '/user/login/second_factor', { body: proof }))
    const sessions = await must<{ current: boolean }[]>(ask(page, 'GET', '/user/sessions', { token: session.token }))
    expect(sessions.find(({ current }) => current)).toMatchObject({ method: 'password', second_factor: 'passkey' })
  })

  test('is not made twice on one device', async () => {
    const { page, token } = await stage()
    await addPasskey(page, token)
    const { token: later } = await must<{ token: string }>(passwordless(page))
    await expect(addPasskey(page, later)).rejects.toThrow('InvalidStateError')
  })

  test('does nothing for whom the device does not recognise', async () => {
    const { acme, page, device, token } = await stage()
    await addPasskey(page, token)
    await device.recognise(false)
    await expect(passwordless(page, acme)).rejects.toThrow('NotAllowedError')
    await device.recognise(true)
    expect((await passwordless(page, acme)).status).toBe(200)
  })

  test('does nothing on a page of another site', async () => {
    const { page, token } = await stage()
    await addPasskey(page, token)
    await page.goto(front.consoleUrl.replace('localhost', '127.0.0.1'))
    const { options } = await beginLogin(page)
    await expect(usePasskey(page, 'get', options)).rejects.toThrow('SecurityError')
  })

  test('that was removed signs in no more', async () => {
    const { acme, page, token } = await stage()
    await addPasskey(page, token)
    const { token: later } = await must<{ token: string }>(passwordless(page, acme))
    const { passkeys } = await must<{ passkeys: { id: number }[] }>(ask(page, 'GET', '/user/mfa', { token: later }))
    expect((await ask(page, 'DELETE', `/user/mfa/passkeys/${passkeys[0]?.id}`, { token: later })).status).toBe(204)
    expect((await passwordless(page, acme)).status).toBe(401)
  })
})
