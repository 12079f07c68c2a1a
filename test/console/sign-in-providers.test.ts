/**
 * Coming in without a password: by a provider of the installation, by an organization's own, by a passkey. The providers are `127.0.0.1`
 * and the console is `localhost`: two sites, as outside.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { addAuthenticator, inBrowser, noBrowser, useBrowser } from '../support/browser.ts'
import { findings, overflow, picture } from '../support/console.ts'
import { builtConsole } from '../support/console-build.ts'
import { freePort } from '../support/free-port.ts'
import { openOidcProvider } from '../support/oidc-provider.ts'
import { password, resident } from '../support/proofs.ts'
import { openIdentityProvider } from '../support/saml-idp.ts'
import { fresh, member, organization, person, scenario } from '../support/scenario.ts'
import { useServer } from '../support/server.ts'

const browser = useBrowser()
const port = await freePort()
const apiUrl = `http://localhost:${port}`
const client = { client_id: 'trochoid', client_secret: 'the-secret-of-the-client' }
const google = await openOidcProvider({ accounts: {}, clients: [{ ...client, redirect_uris: [`${apiUrl}/user/google/oauth/callback`] }] })
const company = await openIdentityProvider({ users: [] })
afterAll(async () => {
  await google[Symbol.asyncDispose]()
  await company[Symbol.asyncDispose]()
})
const server = useServer(async () => ({
  config: {
    ...{ port, apiUrl, consoleUrl: `${apiUrl}/console`, rateLimitFactor: 100 },
    oauth: { google: { clientId: client.client_id, clientSecret: client.client_secret, issuer: google.issuer } },
    ...(noBrowser ? {} : { console: 'serve' as const, consoleFolder: await builtConsole() }),
  },
}))
const at = (path: string) => `${apiUrl}/console${path}`
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

const complaints: string[] = []
afterEach(() => expect(complaints.splice(0), 'what the browser complained about').toEqual([]))

async function open(as?: { readonly token: string | undefined }): Promise<Page> {
  const page = await browser.open({ locale: 'en-GB', viewport: { width: 1280, height: 900 } })
  if (as?.token) {
    const answer = await page.context().request.post(`${apiUrl}/user/browser_session`, { headers: { authorization: `Bearer ${as.token}` } })
    expect(answer.status()).toBe(200)
  }
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  return page
}

/** Somebody whom Google knows. */
function googler(): string {
  const name = fresh('ada')
  google.accounts[name] = {
    email: `${name}@example.com`,
    email_verified: true,
    given_name: 'Ada',
    family_name: 'Lovelace',
    name: 'Ada Lovelace',
  }
  return name
}

async function chooseAtGoogle(page: Page, name: string): Promise<void> {
  await page.waitForURL(`${google.issuer}/**`)
  await page.fill('[name=account]', name)
  await page.locator('button, [type=submit]').first().click()
}

describe.skipIf(noBrowser)(inBrowser('by a provider of the installation'), () => {
  test('somebody new checks what the provider says, has an account, and is where they wanted to go', async () => {
    await scenario(server, person(fresh('first')))
    const [page, name] = [await open(), googler()]
    await page.goto(at('/account/security'))
    await page.getByRole('button', { name: 'Sign in with Google' }).click()
    await chooseAtGoogle(page, name)
    await heading(page, 'Your account')
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(`${name}@example.com`)
    expect(await findings(page)).toEqual([])
    await picture(page, 'sign-up-by-provider')
    await page.getByLabel('User name').fill(name)
    await page.getByRole('button', { name: 'Create the account' }).click()
    await heading(page, 'Security')
    await page.getByText(`Google · ${name}@example.com`).waitFor()

    // Known from now on: no form any more.
    const later = await open()
    await later.goto(at('/login?to=/account'))
    await later.getByRole('button', { name: 'Sign in with Google' }).click()
    await chooseAtGoogle(later, name)
    await heading(later, 'Profile')
    expect(await later.evaluate('sessionStorage.getItem("trochoid.leaving")')).toBeNull()
  })

  test('a code that somebody else began signs nobody in before they have seen whose account it is', async () => {
    const name = googler()
    const mallory = await scenario(server, person(name))
    expect(mallory[name]).toBeDefined()
    const theirs = await open()
    // Their page gets no further than its address, so that the code in it stays good.
    await theirs.route(/\/user\/google\/oauth\?/, (route) => route.abort())
    await theirs.goto(at('/login'))
    await theirs.getByRole('button', { name: 'Sign in with Google' }).click()
    await chooseAtGoogle(theirs, name)
    await theirs.waitForURL(/\/sso\/google\?/)
    const stolen = theirs.url()

    const victim = fresh('victim')
    const cast = await scenario(server, person(victim))
    const page = await open(cast[victim])
    await page.goto(stolen)
    await heading(page, 'Is this you?')
    await page.getByText(`${name}@example.com`).waitFor()
    await page.getByText('You are signed in here as').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'This is not me' }).click()
    await page.goto(at('/account'))
    await expect.poll(() => page.getByLabel('User name').inputValue()).toBe(victim)
  })

  test('nor does one make an account that its owner could always enter, before whoever follows it has seen whose it is', async () => {
    const name = googler()
    await scenario(server, person(fresh('first')))
    const theirs = await open()
    await theirs.route(/\/user\/google\/oauth\?/, (route) => route.abort())
    await theirs.goto(at('/login'))
    await theirs.getByRole('button', { name: 'Sign in with Google' }).click()
    await chooseAtGoogle(theirs, name)
    await theirs.waitForURL(/\/sso\/google\?/)
    const page = await open()
    await page.goto(theirs.url())
    await page.getByText('this browser did not ask for').waitFor()
    await page.getByText(`${name}@example.com`).waitFor()
    expect(await page.getByLabel('User name').count()).toBe(0)
    expect(await findings(page)).toEqual([])
    await page.getByRole('link', { name: 'This is not me' }).click()
    await heading(page, 'Sign in')
  })

  test('an identity is linked to the account that asks for it, and unlinked again', async () => {
    const [name, me] = [googler(), await resident(server)]
    const page = await open()
    await page.goto(at('/login?to=/account/security'))
    await page.getByLabel('E-mail address or user name').fill(me.username)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await heading(page, 'Security')
    await page.getByRole('button', { name: 'Link Google' }).click()
    await chooseAtGoogle(page, name)
    await heading(page, 'Security')
    await page.getByText(`Google · ${name}@example.com`).waitFor()
    await page.getByRole('button', { name: /^Unlink Google/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
    await page.getByText(`Google · ${name}@example.com`).waitFor({ state: 'detached' })
  })
})

describe.skipIf(noBrowser)(inBrowser('by the identity provider of an organization'), () => {
  async function stage() {
    const [acme, admin, name] = [fresh('acme'), fresh('ada'), fresh('grace')]
    const cast = await scenario(server, organization(acme, member(admin)))
    const made = await cast[admin]?.createIdentityProvider({
      path: { organization_canonical: acme },
      body: { name: 'Our company', metadata: company.metadata(), idp_initiated: true },
    })
    expect(made).toHaveStatus(200)
    company.options.users.push({ name, nameId: `id-of-${name}`, email: `${name}@company.example` })
    const { entity_id: entityId = '', acs_url: acsUrl = '' } = made?.body.data.service_provider ?? {}
    return { acme, name, service: { entityId, acsUrl } }
  }

  async function choose(page: Page, name: string): Promise<void> {
    await page.waitForURL(`${company.url}/**`)
    await page.selectOption('select', name)
    await page.click('button')
  }

  test('somebody names the organization and is in it, with a session for nothing else', async () => {
    const { acme, name } = await stage()
    const page = await open()
    await page.goto(at('/login'))
    await page.getByRole('button', { name: 'Sign in at my organization’s provider' }).click()
    await page.getByLabel('Organization', { exact: true }).fill(acme)
    await page.getByRole('button', { name: 'Go there' }).click()
    await choose(page, name)
    await page.waitForURL((url) => url.pathname === `/console/organizations/${acme}`)
    await page.goto(at('/account'))
    await page.getByText(`You signed in through the provider of ${acme}`).waitFor()
  })

  test('somebody who comes from the provider’s own page is asked whether it is them, once', async () => {
    const { acme, name, service } = await stage()
    const page = await open()
    await page.goto(company.startUrl(service, { relayState: '/account' }))
    await choose(page, name)
    await heading(page, 'Is this you?')
    expect(await overflow(page)).toBe(0)
    await page.getByRole('button', { name: /^Sign in as/ }).click()
    await page.getByText(`You signed in through the provider of ${acme}`).waitFor()
  })
})

describe.skipIf(noBrowser)(inBrowser('by a passkey'), () => {
  test('it is made in the account, and from then on signs in alone or as the second factor', async () => {
    const me = await resident(server)
    const page = await open()
    const device = await addAuthenticator(page)
    await page.goto(at('/login?to=/account/security'))
    await page.getByLabel('E-mail address or user name').fill(me.username)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await heading(page, 'Security')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('My laptop')
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('dialog', { name: 'Recovery codes' }).getByRole('listitem').nth(9).waitFor()
    await picture(page, 'recovery-codes')
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText('My laptop', { exact: true }).waitFor()
    expect(await device.credentials()).toHaveLength(1)

    // Signed out, on a page that offers it by itself: such a device answers without being asked.
    await page.context().clearCookies()
    await page.goto(at('/login?to=/account'))
    await heading(page, 'Profile')

    // A browser that offers nothing by itself has the button.
    await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false')
    await page.context().clearCookies()
    await page.goto(at('/login?to=/account'))
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await heading(page, 'Profile')

    // After the password, as the second factor.
    await page.context().clearCookies()
    await page.goto(at('/login?to=/account'))
    await page.getByLabel('E-mail address or user name').fill(me.username)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('button', { name: 'Use the passkey' }).click()
    await heading(page, 'Profile')
  })
})
