/** Google and Azure AD (a real OpenID provider each) and GitHub (a double), with a platform that is registered at all three. */
import { afterAll, beforeAll } from 'vitest'
import type { Config } from '../../src/config.ts'
import type { Output, Schema } from '../../src/contract/operation.ts'
import type { SocialType } from '../../src/domains/sso/types.ts'
import type { Answer } from './client.ts'
import { type GitHubAccount, type GitHubDouble, openGitHubDouble } from './github-double.ts'
import { type OidcClaims, type OidcProvider, openOidcProvider } from './oidc-provider.ts'
import { openTestServer, type TestServer, type TestServerOptions } from './server.ts'

export type Social = Exclude<SocialType, 'saml2'>

/** Not where the server listens: whatever the browser is sent back to is handed on by `finish`. */
const apiUrl = 'http://api.example.com'
const secret = 'the-secret-of-the-client'
export const tenantId = '11111111-2222-3333-4444-555555555555'
const clientOf = (name: Social) => ({
  client_id: `trochoid-at-${name}`,
  client_secret: secret,
  redirect_uris: [`${apiUrl}/user/${name}/oauth/callback`],
})

export interface SignInWorld extends TestServer {
  google: OidcProvider
  azuread: OidcProvider
  github: GitHubDouble
  config: Partial<Config>
  /** People of the providers by the name they sign in with there. */
  googleAccount(name: string, claims?: OidcClaims): string
  azureAccount(name: string, claims?: OidcClaims): string
  githubAccount(name: string, account: GitHubAccount): string
  /** A browser begins: where it is sent, and the cookie it was given. */
  begin(type: Social, options?: { returnTo?: string; cookie?: string; on?: TestServer }): Promise<{ location: string; cookie: string }>
  /** It signs in there; answers where it is sent back to. */
  walk(type: Social, location: string, account: string | null): Promise<string>
  /** It is back. */
  finish(type: Social, address: string, cookie: string, on?: TestServer): Promise<Response>
  /** All of it: what the console is handed. */
  code(type: Social, account: string): Promise<string>
  exchange(type: SocialType, code: string, on?: TestServer): Promise<Answer<Output<'getOAuthUser'>>>
  /** The form of somebody whom the provider confirmed and who has no account. */
  formOf(type: Social, account: string): Promise<Schema<'NewOAuthUser'>>
  create(type: Social, body: Schema<'NewOAuthUser'>, on?: TestServer): Promise<Answer<Output<'createOAuthUser'>>>
}

export function useSignInWorld(options: TestServerOptions = {}): SignInWorld {
  const open: AsyncDisposable[] = []
  const world = {} as SignInWorld
  beforeAll(async () => {
    const claims = {
      openid: ['sub', 'tid', 'oid', 'xms_edov', 'email', 'email_verified'],
      email: [],
      profile: ['name', 'given_name', 'family_name', 'picture', 'preferred_username', 'locale'],
    }
    const google = await openOidcProvider({ accounts: {}, clients: [clientOf('google')], claims })
    const azuread = await openOidcProvider({ accounts: {}, clients: [clientOf('azuread')], claims })
    const at = { clientId: clientOf('github').client_id, clientSecret: secret, redirectUri: `${apiUrl}/user/github/oauth/callback` }
    const github = await openGitHubDouble(at, {})
    const config = {
      apiUrl,
      rateLimitFactor: 100,
      oauth: {
        google: { clientId: clientOf('google').client_id, clientSecret: secret, issuer: google.issuer },
        azuread: { clientId: clientOf('azuread').client_id, clientSecret: secret, issuer: azuread.issuer, tenantId },
        github: { clientId: clientOf('github').client_id, clientSecret: secret, url: github.url },
      },
      ...options.config,
    }
    const server = await openTestServer({ ...options, config })
    open.push(server, google, azuread, github)
    Object.assign(world, server, { google, azuread, github, config }, stepsOf(world))
  })
  afterAll(async () => {
    for (const one of open) await one[Symbol.asyncDispose]()
  })
  return world
}

function stepsOf(world: SignInWorld): Partial<SignInWorld> {
  return {
    googleAccount(name, claims) {
      world.google.accounts[name] = {
        email: `${name}@example.com`,
        email_verified: true,
        given_name: 'Ada',
        family_name: 'Lovelace',
        ...claims,
      }
      return name
    },
    azureAccount(name, claims) {
      world.azuread.accounts[name] = {
        tid: tenantId,
        oid: `object-${name}`,
        email: `${name}@example.com`,
        preferred_username: `${name}@contoso.example`,
        name: 'Grace Brewster Hopper',
        ...claims,
      }
      return name
    },
    githubAccount(name, account) {
      world.github.accounts[name] = account
      return name
    },
    async begin(type, { returnTo, cookie, on = world } = {}) {
      const answer = await on.client().startOAuth({
        path: { social_type: type },
        ...(returnTo === undefined ? {} : { query: { return_to: returnTo } }),
        ...(cookie === undefined ? {} : { headers: { cookie } }),
      })
      if (answer.status !== 303) throw new Error(`startOAuth answers ${answer.status}: ${JSON.stringify(answer.body)}`)
      const [pair = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
      return { location: answer.headers.get('location') ?? '', cookie: pair }
    },
    async walk(type, location, account) {
      if (type === 'github') return world.github.walk(location, account)
      return (await world[type].walk(location, account)).location
    },
    finish(type, address, cookie, on = world) {
      const { search } = new URL(address)
      return fetch(`${on.url}/user/${type}/oauth/callback${search}`, { redirect: 'manual', headers: cookie ? { cookie } : {} })
    },
    async code(type, account) {
      const { location, cookie } = await world.begin(type)
      const answer = await world.finish(type, await world.walk(type, location, account), cookie)
      const back = answer.headers.get('location')
      if (answer.status !== 303 || back === null) throw new Error(`finishOAuth answers ${answer.status}: ${await answer.text()}`)
      return new URL(back).searchParams.get('code') ?? ''
    },
    exchange: (type, oauth_code, on = world) => on.client().getOAuthUser({ path: { social_type: type }, query: { oauth_code } }),
    async formOf(type, account) {
      const { status, body } = await world.exchange(type, await world.code(type, account))
      if (status !== 200 || !body.data.user || body.data.token) throw new Error(`There is no form: ${status} ${JSON.stringify(body)}`)
      return body.data.user
    },
    create: (type, body, on = world) => on.client().createOAuthUser({ path: { social_type: type }, body }),
  }
}
