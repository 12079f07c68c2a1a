/**
 * An OpenID provider that really is one (the package oidc-provider), on 127.0.0.1: codes with PKCE only, nonce, `iss` in its
 * answers. Its pages are a login form and no consent, for a browser as well as for `walk`.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import type { Provider } from 'oidc-provider'
import { CookieJar } from './cookie-jar.ts'

/** What the provider says of an account beside `sub`, which is the account's name unless it is given here. */
export type OidcClaims = Readonly<Record<string, unknown>> & { readonly sub?: string }

export interface OidcClient {
  client_id: string
  client_secret: string
  redirect_uris: string[]
}

export interface OidcOptions {
  /** Claims by the name that is typed into the login form. Read at every sign-in, so that a test may change them. */
  accounts: Record<string, OidcClaims>
  clients: OidcClient[]
  /** Which scope has which claims; `openid` has `sub`, and `tid` and `oid` as Azure AD does, unless told. */
  claims?: Record<string, string[]>
}

export interface OidcProvider extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly issuer: string
  readonly url: string
  readonly accounts: Record<string, OidcClaims>
  /** Paths of every request since the start, without their query, like `POST /token`. */
  readonly requests: readonly string[]
  /**
   * What a browser does that was sent to `url` here: signs in as `account`, or declines with null.
   * Answers the address it is sent to in the end, which is not visited, and its cookies.
   * @param jar of a browser that has been here before: it is not asked again
   */
  walk(url: string, account: string | null, jar?: CookieJar): Promise<{ location: string; jar: CookieJar }>
}

const scopes: Record<string, string[]> = {
  openid: ['sub', 'tid', 'oid'],
  email: ['email', 'email_verified'],
  profile: ['name', 'given_name', 'family_name', 'picture', 'preferred_username', 'locale'],
}

export async function openOidcProvider({ accounts, clients, claims }: OidcOptions): Promise<OidcProvider> {
  const { Provider, interactionPolicy } = await quietly(() => import('oidc-provider'))
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown> = async () => undefined
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`)
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' }
  // What a client may ask for, so that whoever is signed in chooses once more.
  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  const provider = await quietly(
    async () =>
      new Provider(issuer, {
        clients: clients.map((client) => ({ ...client, grant_types: ['authorization_code'], response_types: ['code'] })),
        jwks: { keys: [key] },
        cookies: { keys: [randomBytes(16).toString('hex')] },
        claims: claims ?? scopes,
        // As Google and Azure AD do: who it is stands in the ID token, too.
        conformIdTokenClaims: false,
        pkce: { required: () => true },
        ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
        renderError: (context, { error, error_description: words }) => {
          context.type = 'text'
          context.body = `${error}: ${words}`
        },
        features: { devInteractions: { enabled: false } },
        interactions: { policy, url: (_, { uid }) => `/interaction/${uid}` },
        findAccount: (_, id) => accountOf(accounts, id),
        async loadExistingGrant({ oidc }) {
          const grant = new oidc.provider.Grant({ clientId: oidc.client?.clientId ?? '', accountId: oidc.session?.accountId ?? '' })
          grant.addOIDCScope(Object.keys(claims ?? scopes).join(' '))
          await grant.save()
          return grant
        },
      }),
  )
  const rest = provider.callback()
  handle = async (request, response) =>
    request.url?.startsWith('/interaction/') ? interact(provider, accounts, request, response) : rest(request, response)

  return {
    issuer,
    url: issuer,
    accounts,
    requests,
    walk: (url, account, jar = new CookieJar()) => walk(issuer, url, account, jar),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** By name or by `sub`: the package knows people by what stands in the ID token. */
function accountOf(accounts: OidcOptions['accounts'], id: string) {
  const found = Object.entries(accounts).find(([name, claims]) => (claims.sub ?? name) === id)
  return found && { accountId: id, claims: () => ({ ...found[1], sub: id }) }
}

/** The login form, and what it posts. */
async function interact(
  provider: Provider,
  accounts: OidcOptions['accounts'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt } = await provider.interactionDetails(request, response)
  const finish = (result: Parameters<Provider['interactionFinished']>[2]) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  const page = (status: number, sentence: string) =>
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(loginPage(sentence))
  if (request.method !== 'POST') return void page(200, 'Who are you?')
  const form = new URLSearchParams(await textOf(request))
  if (form.has('decline')) return finish({ error: 'access_denied', error_description: 'The person declined' })
  const name = form.get('account') ?? ''
  const known = accounts[name]
  if (!known) return void page(403, 'Nobody is called so here.')
  await finish({ [prompt.name]: {}, login: { accountId: known.sub ?? name } })
}

const loginPage = (sentence: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Identity provider</title>
<p>${sentence}</p>
<form method="post" autocomplete="off">
  <label>Account <input name="account" autofocus></label>
  <button>Sign in</button> <button name="decline" value="1">Decline</button>
</form></html>
`

async function walk(issuer: string, start: string, account: string | null, jar: CookieJar): Promise<{ location: string; jar: CookieJar }> {
  let url = start
  for (let steps = 0; steps < 15; steps++) {
    if (new URL(url).origin !== issuer) return { location: url, jar }
    const isForm = new URL(url).pathname.startsWith('/interaction/')
    const body = new URLSearchParams(account === null ? { decline: '1' } : { account })
    const answer = await jar.fetch(url, isForm ? { method: 'POST', body } : {})
    const location = answer.headers.get('location')
    if (!location) throw new Error(`The provider answers ${answer.status} at ${url}: ${await answer.text()}`)
    await answer.body?.cancel()
    url = new URL(location, url).href
  }
  throw new Error(`The provider redirects without end: ${url}`)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The package warns, at length, of what is meant here: memory, a short-lived key, this version of Node. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { warn, info } = console
  console.warn = console.info = () => {}
  try {
    return await run()
  } finally {
    Object.assign(console, { warn, info })
  }
}
