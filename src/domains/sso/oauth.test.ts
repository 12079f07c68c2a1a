import { afterEach, describe, expect, test } from 'vitest'
import { fresh } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'
import { type Social, tenantId, useSignInWorld } from '../../../test/support/sign-in-world.ts'

const world = useSignInWorld()

const octocat = (name: string, id: number, verified = true) =>
  world.githubAccount(name, {
    id,
    login: name,
    name: 'Mona Lisa Octocat',
    emails: [
      { email: `${name}@private.example.com`, primary: false, verified: true },
      { email: `${name}@example.com`, primary: true, verified },
    ],
  })

/** Somebody at each of the three. */
const somebodyAt: Record<Social, () => string> = {
  google: () => world.googleAccount(fresh('ada')),
  azuread: () => world.azureAccount(fresh('grace')),
  github: () => octocat(fresh('mona'), Math.floor(Math.random() * 2 ** 40)),
}
const all = ['google', 'azuread', 'github'] as const

const sentenceIn = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { errors: { message: string }[] }).errors[0]?.message ?? ''

describe('a sign-in begins', () => {
  test.each(all)('at %s with state, nonce and PKCE, none of which is in the database in clear', async (type) => {
    const { location, cookie } = await world.begin(type)
    const asked = new URL(location).searchParams
    expect(asked.get('redirect_uri')).toBe(`http://api.example.com/user/${type}/oauth/callback`)
    expect(asked.get('code_challenge_method')).toBe('S256')
    expect(asked.get('scope')).toBe(type === 'github' ? 'user:email' : 'openid email profile')
    for (const name of ['state', 'code_challenge', ...(type === 'github' ? [] : ['nonce'])]) expect(asked.get(name)).toMatch(/^[\w-]{43}$/)
    const [flow] = await world.database.query('select * from sign_in_flows order by id desc limit 1')
    const kept = JSON.stringify(flow)
    for (const secret of [asked.get('state') ?? '', cookie.split('=')[1] ?? '']) expect(kept).not.toContain(secret)
    expect(flow?.provider).toBe(type)
  })

  test('with a cookie that no script reads, that goes nowhere else, and only over https where the platform is', async () => {
    const { headers } = await world.client().startOAuth({ path: { social_type: 'google' } })
    expect(headers.get('set-cookie')).toMatch(/^trochoid_sign_in=[\w-]{43}; Path=\/user; Max-Age=600; HttpOnly; SameSite=Lax$/)
    await using secure = await openTestServer({ beside: world, config: { ...world.config, apiUrl: 'https://api.example.com/v1' } })
    const answer = await secure.client().startOAuth({ path: { social_type: 'google' } })
    expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/v1\/user; .*; Secure$/)
  })

  test('only where the provider is configured; SAML begins elsewhere', async () => {
    await using bare = await openTestServer({ beside: world, config: { ...world.config, oauth: {} } })
    for (const social_type of all) {
      expect(await bare.client().startOAuth({ path: { social_type } })).toHaveStatus(404)
      expect(await bare.client().finishOAuth({ path: { social_type }, query: { code: 'x', state: 'y' } })).toHaveStatus(404)
    }
    expect(await world.client().startOAuth({ path: { social_type: 'saml2' } })).toHaveStatus(404)
    expect(await world.client().finishOAuth({ path: { social_type: 'saml2' } })).toHaveStatus(404)
  })

  test('is offered by the public configuration, without a secret', async () => {
    const { authentication } = (await world.client().getConfig()).body.data
    expect(authentication.local).toMatchObject({ enabled: true })
    expect(authentication.oauth).toEqual([
      { type: 'GoogleOAuthConfig', provider: 'google', client_id: 'trochoid-at-google' },
      { type: 'GitHubOAuthConfig', provider: 'github', client_id: 'trochoid-at-github', host_address: world.github.url },
      { type: 'AzureADAuthConfig', provider: 'azuread', client_id: 'trochoid-at-azuread', tenant_id: tenantId },
    ])
    await using closed = await openTestServer({ beside: world, config: { ...world.config, passwordLogin: false, oauth: {} } })
    const config = (await closed.client().getConfig()).body.data.authentication
    expect([config.local, config.oauth]).toMatchObject([{ enabled: false }, []])
  })
})

describe('a sign-in comes back', () => {
  test.each(all)('from %s to the console, with a code and the path that was asked for', async (type) => {
    const { location, cookie } = await world.begin(type, { returnTo: '/projects?tab=all#top' })
    const answer = await world.finish(type, await world.walk(type, location, somebodyAt[type]()), cookie)
    expect(answer.status).toBe(303)
    const back = new URL(answer.headers.get('location') ?? '')
    expect(back.href).toContain(`${world.platform.config.consoleUrl}/sso/${type}?`)
    expect(back.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
    expect(back.searchParams.get('return_to')).toBe('/projects?tab=all#top')
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a\nb', 'projects', ''])('but never to %j', async (returnTo) => {
    const { location, cookie } = await world.begin('google', { returnTo })
    const answer = await world.finish('google', await world.walk('google', location, somebodyAt.google()), cookie)
    expect(new URL(answer.headers.get('location') ?? '').searchParams.has('return_to')).toBe(false)
  })

  test('on another process than the one that it began on', async () => {
    await using other = await openTestServer({ beside: world, config: world.config })
    const { location, cookie } = await world.begin('google')
    expect((await world.finish('google', await world.walk('google', location, somebodyAt.google()), cookie, other)).status).toBe(303)
  })

  test('from two tabs of one browser, each with what it began', async () => {
    const first = await world.begin('google')
    const second = await world.begin('azuread', { cookie: first.cookie })
    const back = await world.walk('google', first.location, somebodyAt.google())
    expect((await world.finish('google', back, second.cookie)).status).toBe(303)
    expect((await world.finish('azuread', await world.walk('azuread', second.location, somebodyAt.azuread()), second.cookie)).status).toBe(
      303,
    )
  })
})

describe('a sign-in is refused', () => {
  const brought = async (type: Social = 'google') => {
    const { location, cookie } = await world.begin(type)
    return { address: await world.walk(type, location, somebodyAt[type]()), cookie }
  }
  const expectRefusal = async (answer: Response, words: string) => {
    expect(answer.status).toBe(401)
    expect(await sentenceIn(answer)).toContain(words)
  }

  test('in another browser than the one that began it, which may still finish', async () => {
    const { address, cookie } = await brought()
    const { cookie: foreign } = await world.begin('google')
    for (const wrong of ['', foreign, 'trochoid_sign_in=x'])
      await expectRefusal(await world.finish('google', address, wrong), 'this browser')
    expect((await world.finish('google', address, cookie)).status).toBe(303)
  })

  test('with a state that is not its own, or none', async () => {
    const { address, cookie } = await brought()
    const { location } = await world.begin('google', { cookie })
    const other = new URL(location).searchParams.get('state') ?? ''
    for (const state of ['', 'made-up', other.slice(1)]) {
      const changed = new URL(address)
      changed.searchParams.set('state', state)
      await expectRefusal(await world.finish('google', changed.href, cookie), 'did not begin')
    }
    // A state of the same browser, of another flow: its verifier is another one.
    const mixed = new URL(address)
    mixed.searchParams.set('state', other)
    await expectRefusal(await world.finish('google', mixed.href, cookie), 'was not accepted')
  })

  test('the second time', async () => {
    for (const type of all) {
      const { address, cookie } = await brought(type)
      expect((await world.finish(type, address, cookie)).status).toBe(303)
      await expectRefusal(await world.finish(type, address, cookie), 'finished already')
    }
  })

  test('all but once when it comes back many times at once, on two processes', async () => {
    await using other = await openTestServer({ beside: world, config: world.config })
    const { address, cookie } = await brought()
    const answers = await Promise.all([world, other, world, other, world, other].map((on) => world.finish('google', address, cookie, on)))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401, 401, 401])
  })

  test('after ten minutes', async () => {
    const { address, cookie } = await brought()
    await world.database.query(`update sign_in_flows set expires_at = now() - interval '1 second'`)
    await expectRefusal(await world.finish('google', address, cookie), 'older than 10 minutes')
  })

  test.each(all)('from %s when the code belongs to another challenge', async (type) => {
    const { location, cookie } = await world.begin(type)
    const tampered = new URL(location)
    tampered.searchParams.set('code_challenge', 'A'.repeat(43))
    await expectRefusal(await world.finish(type, await world.walk(type, tampered.href, somebodyAt[type]()), cookie), 'was not accepted')
  })

  test.each(['google', 'azuread'] as const)('from %s when the ID token carries another nonce', async (type) => {
    const { location, cookie } = await world.begin(type)
    const tampered = new URL(location)
    tampered.searchParams.set('nonce', 'another')
    await expectRefusal(await world.finish(type, await world.walk(type, tampered.href, somebodyAt[type]()), cookie), 'was not accepted')
    expect(world.logs.join('')).toContain('nonce')
  })

  test('when the answer says that it is of another issuer, or does not say of which', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const { address, cookie } = await brought()
      const changed = new URL(address)
      expect(changed.searchParams.get('iss')).toBe(world.google.issuer)
      changed.searchParams.delete('iss')
      if (iss) changed.searchParams.set('iss', iss)
      await expectRefusal(await world.finish('google', changed.href, cookie), 'was not accepted')
    }
  })

  test('when it comes from one provider to the address of another', async () => {
    const { address, cookie } = await brought('google')
    await expectRefusal(await world.finish('azuread', address, cookie), 'did not begin')
  })

  test('when the person is of another tenant of Azure AD, or of none', async () => {
    for (const tid of ['99999999-2222-3333-4444-555555555555', undefined]) {
      const { location, cookie } = await world.begin('azuread')
      const account = world.azureAccount(fresh('eve'), { tid })
      await expectRefusal(await world.finish('azuread', await world.walk('azuread', location, account), cookie), 'was not accepted')
    }
    expect(world.logs.join('')).toContain('another tenant')
  })

  test.each(all)('when the person declines at %s; the flow is over then', async (type) => {
    const { location, cookie } = await world.begin(type)
    const address = await world.walk(type, location, null)
    await expectRefusal(await world.finish(type, address, cookie), 'was declined')
    await expectRefusal(await world.finish(type, address, cookie), 'finished already')
  })

  test('without repeating what stands in the address', async () => {
    const { location, cookie } = await world.begin('google')
    const state = new URL(location).searchParams.get('state') ?? ''
    const words = 'Call 555-0100 and tell them your password'
    const query = new URLSearchParams({ state, error: words, error_description: words })
    const answer = await world.finish('google', `http://api.example.com/?${query}`, cookie)
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain('555')
  })

  test('and that is written down', async () => {
    const [before] = await world.database.query<{ count: string }>(`select count(*) from account_events where action = 'sign_in_failed'`)
    await world.finish('google', 'http://api.example.com/?code=x&state=y', '')
    const [after] = await world.database.query<{ count: string }>(`select count(*) from account_events where action = 'sign_in_failed'`)
    expect(Number(after?.count)).toBe(Number(before?.count) + 1)
  })
})

describe('GitHub', () => {
  afterEach(() => {
    world.github.broken = undefined
  })

  test('that is down is one to try again with, and is said to be', async () => {
    for (const broken of [
      { status: 502, body: '<html>Unicorn</html>' },
      { status: 200, body: '<html>Unicorn</html>' },
    ]) {
      const { location, cookie } = await world.begin('github')
      const address = await world.walk('github', location, somebodyAt.github())
      world.github.broken = broken
      const answer = await world.finish('github', address, cookie)
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
      expect(await sentenceIn(answer)).toContain('GitHub does not answer')
      world.github.broken = undefined
    }
  })

  test('whose secret was changed is the operator’s to look at', async () => {
    const oauth = {
      github: { ...world.platform.config.oauth.github, clientId: 'trochoid-at-github', clientSecret: 'old', url: world.github.url },
    }
    await using stale = await openTestServer({ beside: world, config: { ...world.config, oauth } })
    const { location, cookie } = await world.begin('github', { on: stale })
    const answer = await world.finish('github', await world.walk('github', location, somebodyAt.github()), cookie, stale)
    expect(answer.status).toBe(503)
    expect(await sentenceIn(answer)).toContain('does not know this installation')
    expect(stale.logs.join('')).toContain('incorrect_client_credentials')
  })
})

test('nothing of a code, token, verifier or secret is in a log line', async () => {
  const codes = await Promise.all(all.map((type) => world.code(type, somebodyAt[type]())))
  const { location, cookie } = await world.begin('google')
  const address = await world.walk('google', location, somebodyAt.google())
  await world.finish('google', address, '')
  await world.finish('google', address, cookie)
  const logs = world.logs.join('\n')
  const { searchParams } = new URL(address)
  for (const secret of [
    ...codes,
    searchParams.get('code'),
    searchParams.get('state'),
    cookie.split('=')[1],
    'the-secret-of-the-client',
    'gho_',
  ])
    expect(logs).not.toContain(secret)
})
