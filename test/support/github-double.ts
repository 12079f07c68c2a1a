/**
 * GitHub as its reference describes it, on 127.0.0.1: the authorize page, which asks nobody and takes whom the test names; the
 * token endpoint, which answers 200 to what it refuses; and the two calls of the API that say who somebody is.
 */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitHubAccount {
  id: number
  login: string
  name: string | null
  avatar_url?: string
  emails: { email: string; primary: boolean; verified: boolean; visibility?: string | null }[]
}

export interface GitHubDouble extends AsyncDisposable {
  readonly url: string
  accounts: Record<string, GitHubAccount>
  /** What every call answers instead, while it is set. */
  broken: { status: number; body: string } | undefined
  /** A browser that is signed in as `account`, or declines with null; answers the address it is sent to. */
  walk(url: string, account: string | null): Promise<string>
}

interface Grant {
  account: string
  redirectUri: string
  challenge: string | null
  scope: string
}

export async function openGitHubDouble(
  client: { clientId: string; clientSecret: string; redirectUri: string },
  accounts: Record<string, GitHubAccount>,
): Promise<GitHubDouble> {
  const codes = new Map<string, Grant>()
  const tokens = new Map<string, Grant>()

  const token = async (request: IncomingMessage): Promise<object> => {
    const form = new URLSearchParams(await textOf(request))
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    if (form.get('client_id') !== client.clientId || form.get('client_secret') !== client.clientSecret)
      return problem('incorrect_client_credentials')
    codes.delete(code)
    const verified =
      grant?.challenge ===
      createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
    if (!grant || !verified) return problem('bad_verification_code')
    if (form.get('redirect_uri') !== grant.redirectUri) return problem('redirect_uri_mismatch')
    const access_token = `gho_${randomBytes(18).toString('hex')}`
    tokens.set(access_token, grant)
    return { access_token, token_type: 'bearer', scope: grant.scope }
  }

  const api = (path: string, request: IncomingMessage): { status: number; body: unknown } => {
    const grant = tokens.get(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
    const account = grant && double.accounts[grant.account]
    if (!account) return { status: 401, body: { message: 'Bad credentials' } }
    const { emails, ...person } = account
    const shown = emails.find(({ primary, visibility }) => primary && visibility === 'public')
    if (path === '/user') return { status: 200, body: { type: 'User', avatar_url: null, ...person, email: shown?.email ?? null } }
    if (path !== '/user/emails' || !grant.scope.split(/[ ,]/).includes('user:email')) return { status: 404, body: { message: 'Not Found' } }
    return { status: 200, body: emails.map((email) => ({ visibility: null, ...email })) }
  }

  const server = createServer(async (request, response) => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
    if (double.broken) return void response.writeHead(double.broken.status).end(double.broken.body)
    const { pathname } = new URL(request.url ?? '/', double.url)
    if (pathname === '/login/oauth/access_token') return void send(200, await token(request))
    const { status, body } = api(pathname.replace(/^\/api\/v3/, ''), request)
    send(status, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const double: GitHubDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accounts,
    broken: undefined,
    async walk(url, account) {
      const { origin, pathname, searchParams } = new URL(url)
      const asked = (name: string) => searchParams.get(name)
      if (origin !== double.url || pathname !== '/login/oauth/authorize') throw new Error(`That is not the authorize page: ${url}`)
      if (asked('client_id') !== client.clientId || asked('redirect_uri') !== client.redirectUri) throw new Error(`Not registered: ${url}`)
      if (asked('code_challenge_method') !== 'S256') throw new Error(`Only S256 is taken: ${url}`)
      const back = new URL(client.redirectUri)
      back.searchParams.set('state', asked('state') ?? '')
      if (account === null) {
        back.searchParams.set('error', 'access_denied')
        back.searchParams.set('error_description', 'The user has denied your application access.')
        return back.href
      }
      const code = randomBytes(10).toString('hex')
      codes.set(code, { account, redirectUri: client.redirectUri, challenge: asked('code_challenge'), scope: asked('scope') ?? '' })
      back.searchParams.set('code', code)
      return back.href
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return double
}

const problem = (error: string) => ({ error, error_description: `It says ${error}, at length.`, error_uri: 'https://docs.github.com' })

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
