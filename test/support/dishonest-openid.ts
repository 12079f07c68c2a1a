/** An OpenID provider that says whatever a test wants: what the honest one (oidc-provider.ts) never would. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'

export interface DishonestOpenId extends Lies {
  readonly url: string
  readonly requests: string[]
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Lies {
  /** What the discovery says, over what is honest. */
  metadata: Record<string, unknown>
  /** Of the next ID token, over what is honest. */
  claims: Record<string, unknown>
  header: { alg?: string; kid?: string }
  /** Signs instead of the published key. */
  signer: KeyObject | Uint8Array | undefined
  /** The text of the ID token is handed through this at last. */
  mangle: (idToken: string) => string | undefined
  /** Instead of answering at a path. */
  broken: Record<string, { status: number; body: string } | 'silence'>
}

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

export async function openDishonestOpenId(clientId: string, nonce: string): Promise<DishonestOpenId> {
  const { publicKey, privateKey } = pair()
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '')
    double.requests.push(path)
    const broken = Object.entries(double.broken).find(([end]) => path.endsWith(end))?.[1]
    if (broken === 'silence') return
    if (broken) return void response.writeHead(broken.status, { 'content-type': 'application/json' }).end(broken.body)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await answer(path)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const answer = async (path: string): Promise<object> => {
    if (path.endsWith('/.well-known/openid-configuration'))
      return {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...double.metadata,
      }
    if (path.endsWith('/jwks')) return { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }] }
    const now = Math.floor(Date.now() / 1000)
    const honest = { iss: url, aud: clientId, sub: 'somebody', nonce, iat: now, exp: now + 60 }
    const claims = Object.fromEntries(Object.entries({ ...honest, ...double.claims }).filter(([, value]) => value !== undefined))
    const signed = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...double.header })
      .sign(double.signer ?? privateKey)
    const id_token = double.mangle(signed)
    return { access_token: 'opaque', token_type: 'Bearer', expires_in: 60, ...(id_token === undefined ? {} : { id_token }) }
  }

  const double: DishonestOpenId = {
    url,
    metadata: {},
    claims: {},
    header: {},
    signer: undefined,
    mangle: (idToken) => idToken,
    broken: {},
    requests: [],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
    [Symbol.asyncDispose]: () => double.close(),
  }
  return double
}

/** Of somebody who has no key of the provider. */
export const foreignKey = (): KeyObject => pair().privateKey
