/**
 * People sign in at providers as they do it: in a browser, which keeps cookies by its own rules, follows redirects from one site
 * to another and posts the forms that it is handed. The providers are `127.0.0.1`, the platform and its console `localhost`:
 * two sites, as outside.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { inBrowser, noBrowser, useBrowser } from './support/browser.ts'
import { ask, useFront } from './support/front.ts'
import { type OidcProvider, openOidcProvider } from './support/oidc-provider.ts'
import { openIdentityProvider, type TestIdentityProvider } from './support/saml-idp.ts'
import { fresh, member, organization, scenario, team } from './support/scenario.ts'
import { useServer } from './support/server.ts'

vi.setConfig({ testTimeout: 180_000 })

const browser = useBrowser()
const front = await useFront()
const client = { client_id: 'trochoid', client_secret: 'the-secret-of-the-client' }
const google: OidcProvider = await openOidcProvider({
  accounts: {},
  clients: [{ ...client, redirect_uris: [`${front.apiUrl}/user/google/oauth/callback`] }],
})
const company: TestIdentityProvider = await openIdentityProvider({ users: [] })
afterAll(async () => {
  await google[Symbol.asyncDispose]()
  await company[Symbol.asyncDispose]()
})
const server = useServer({
  config: {
    apiUrl: front.apiUrl,
    consoleUrl: front.consoleUrl,
    rateLimitFactor: 100,
    oauth: { google: { clientId: client.client_id, clientSecret: client.client_secret, issuer: google.issuer } },
  },
})
beforeAll(() => front.leadTo(server.url))

/** What the console is handed, once the browser is there. */
async function arrival(page: Page, provider: 'google' | 'saml2'): Promise<{ code: string; returnTo: string | null }> {
  await page.waitForURL(`${front.consoleUrl}/sso/${provider}?*`)
  const { searchParams } = new URL(page.url())
  return { code: searchParams.get('code') ?? '', returnTo: searchParams.get('return_to') }
}

/** By the console's own page. */
const exchange = (page: Page, provider: 'google' | 'saml2', code: string) =>
  ask(page, 'GET', `/user/${provider}/oauth?${new URLSearchParams({ oauth_code: code })}`)

const tokenIn = ({ body }: { body: unknown }): string => String((body as { data?: { token?: string } }).data?.token)

describe.skipIf(noBrowser)(inBrowser('at the identity provider of an organization'), () => {
  /** An organization that lets its company's provider say who belongs to it. */
  async function stage(more: { required?: boolean; idp_initiated?: boolean } = {}) {
    const [acme, globex, ada] = [fresh('acme'), fresh('globex'), fresh('ada')]
    const cast = await scenario(server, organization(acme, member(ada), team('core')), organization(globex, member(ada)))
    const created = await cast[ada]?.createIdentityProvider({
      path: { organization_canonical: acme },
      body: {
        name: 'Our company',
        metadata: company.metadata(),
        group_mappings: [{ group: 'engineers', role_canonical: 'default-project-viewer', team_canonical: 'core' }],
        ...more,
      },
    })
    expect(created).toHaveStatus(200)
    const { entity_id: entityId, acs_url: acsUrl } = created?.body.data.service_provider ?? { entity_id: '', acs_url: '' }
    return { acme, globex, admin: cast[ada], service: { entityId, acsUrl } }
  }

  function employee(): string {
    const name = fresh('grace')
    company.options.users.push({ name, nameId: `id-of-${name}`, email: `${name}@company.example`, groups: ['engineers'] })
    return name
  }

  async function choose(page: Page, name: string): Promise<void> {
    await page.waitForURL(`${company.url}/**`)
    await page.selectOption('select', name)
    await page.click('button')
  }

  test('somebody who starts here comes back with a code, and the code is a session of that organization', async () => {
    const { acme, globex } = await stage()
    const [page, name] = [await browser.open(), employee()]
    await page.goto(`${front.apiUrl}/saml2/login?organization_canonical=${acme}&return_to=/projects`)
    await choose(page, name)
    const { code, returnTo } = await arrival(page, 'saml2')
    expect(returnTo).toBe('/projects')

    const exchanged = await exchange(page, 'saml2', code)
    expect(exchanged.status).toBe(200)
    const token = tokenIn(exchanged)
    expect((await ask(page, 'GET', `/organizations/${acme}`, { token })).status).toBe(200)
    expect((await ask(page, 'GET', `/organizations/${globex}`, { token })).status).toBe(403)
    expect((await ask(page, 'GET', '/user/mfa', { token })).status).toBe(403)
    expect((await exchange(page, 'saml2', code)).status).toBe(401)
  })

  test('somebody who starts at the provider does, too', async () => {
    const { acme, admin, service } = await stage()
    const [page, name] = [await browser.open(), employee()]
    await page.goto(company.startUrl(service, { relayState: '/projects' }))
    await choose(page, name)
    const { code, returnTo } = await arrival(page, 'saml2')
    expect(returnTo).toBe('/projects')
    const token = tokenIn(await exchange(page, 'saml2', code))
    expect((await ask(page, 'GET', `/organizations/${acme}`, { token })).status).toBe(200)
    const { data } = (await admin?.getOrgMembers({ path: { organization_canonical: acme } }))?.body ?? { data: [] }
    expect(data.map(({ email }) => email)).toContain(`${name}@company.example`)
  })

  test('the same person a second time is the same member', async () => {
    const { acme } = await stage()
    const [page, name] = [await browser.open(), employee()]
    const who: unknown[] = []
    for (let time = 0; time < 2; time++) {
      await page.goto(`${front.apiUrl}/saml2/login?organization_canonical=${acme}`)
      await choose(page, name)
      const token = tokenIn(await exchange(page, 'saml2', (await arrival(page, 'saml2')).code))
      const { body } = await ask(page, 'GET', '/user', { token })
      who.push((body as { data?: { username?: string } }).data?.username)
    }
    expect(who[0]).toBeTypeOf('string')
    expect(who[1]).toBe(who[0])
  })

  test('an answer that is meant for another service is refused with a sentence', async () => {
    const { service } = await stage()
    const [page, name] = [await browser.open(), employee()]
    await page.goto(company.startUrl({ ...service, entityId: 'https://another.example/saml2' }))
    await choose(page, name)
    await page.waitForURL(service.acsUrl)
    await expectRefusal(page, 'made for another service')
  })

  test('an answer that the browser posts once more is refused with a sentence', async () => {
    const { service } = await stage()
    const [page, name] = [await browser.open(), employee()]
    const posted = page.waitForRequest((request) => request.method() === 'POST' && request.url() === service.acsUrl)
    await page.goto(company.startUrl(service))
    await choose(page, name)
    const fields = new URLSearchParams((await posted).postData() ?? '')
    await arrival(page, 'saml2')
    const again = [...fields].map(([key, value]) => `<input name="${key}" value="${value.replaceAll('"', '&quot;')}">`).join('')
    await page.goto(`${company.url}/metadata`).catch(() => {})
    await page.setContent(`<form method="post" action="${service.acsUrl}">${again}<button>Again</button></form>`)
    await page.click('button')
    await page.waitForURL(service.acsUrl)
    await expectRefusal(page, 'used already')
  })
})

describe.skipIf(noBrowser)(inBrowser('at Google'), () => {
  function account(): string {
    const name = fresh('mary')
    google.accounts[name] = { email: `${name}@example.com`, email_verified: true, given_name: 'Mary', family_name: 'Somerville' }
    return name
  }

  const begin = (page: Page) => page.goto(`${front.apiUrl}/user/google/oauth/start?return_to=/projects`)

  async function typeName(page: Page, name: string): Promise<void> {
    await page.waitForURL(`${google.issuer}/interaction/*`)
    await page.fill('input[name=account]', name)
    await page.click('text=Sign in')
  }

  /** Goes as far as to where the provider sends the browser back, which is the answer. */
  async function comeHalfway(page: Page, name: string): Promise<string> {
    const address = front.hold('/user/google/oauth/callback')
    await begin(page)
    await typeName(page, name)
    return address
  }

  test('somebody new fills in the form, and is known the next time', async () => {
    const [page, name] = [await browser.open(), account()]
    await begin(page)
    await typeName(page, name)
    const first = await arrival(page, 'google')
    expect(first.returnTo).toBe('/projects')
    const { status, body } = await exchange(page, 'google', first.code)
    expect(status).toBe(200)
    const { user } = (body as { data: { user: Record<string, string> } }).data
    expect(user).toMatchObject({ email: `${name}@example.com`, given_name: 'Mary', family_name: 'Somerville' })
    const { email, given_name, family_name, social_id } = user
    const made = await ask(page, 'POST', '/user/google/oauth', { body: { email, given_name, family_name, social_id, username: name } })
    expect(made.status).toBe(200)
    expect((await ask(page, 'GET', '/user', { token: tokenIn(made) })).status).toBe(200)

    await begin(page)
    const second = await exchange(page, 'google', (await arrival(page, 'google')).code)
    expect(second.status).toBe(200)
    expect((await ask(page, 'GET', '/organizations', { token: tokenIn(second) })).status).toBe(200)
  })

  test('the cookie of the flow is for this address and no script, and goes along from the provider’s site', async () => {
    const page = await browser.open()
    const address = await comeHalfway(page, account())
    const cookies = (await page.context().cookies(address)).filter(({ name }) => name.startsWith('trochoid'))
    expect(cookies).toMatchObject([{ domain: 'localhost', path: '/user', httpOnly: true, sameSite: 'Lax' }])
    await page.goto(address)
    await arrival(page, 'google')
  })

  test('the way back is refused to another browser, and stays open to the one that began', async () => {
    const [mine, theirs] = [await browser.open(), await browser.open()]
    const address = await comeHalfway(mine, account())
    await theirs.goto(address)
    await expectRefusal(theirs, 'this browser')
    // Also to one that is on its own way to the same provider.
    await comeHalfway(theirs, account())
    await theirs.goto(address)
    await expectRefusal(theirs, 'this browser')
    await mine.goto(address)
    await arrival(mine, 'google')
  })

  test('somebody who declines reads that', async () => {
    const page = await browser.open()
    await begin(page)
    await page.waitForURL(`${google.issuer}/interaction/*`)
    await page.click('text=Decline')
    await page.waitForURL(`${front.apiUrl}/user/google/oauth/callback?*`)
    await expectRefusal(page, 'declined')
  })
})

/** A page for people: a sentence, a way back, and nothing on it that loads or runs. */
async function expectRefusal(page: Page, words: string): Promise<void> {
  expect(new URL(page.url()).origin).toBe(front.apiUrl)
  expect(await page.textContent('h1 + p')).toContain(words)
  expect(await page.evaluate('document.contentType')).toBe('text/html')
  // The policy of the page lets its own style through.
  expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none')
  await page.click('a')
  await page.waitForURL(front.consoleUrl)
}
