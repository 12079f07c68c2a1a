/**
 * A SAML2 identity provider on 127.0.0.1, by the npm package samlp: metadata, a page on which one chooses who to be, and the form that
 * posts the answer, as a browser walks through them. `signIn` walks through them as a browser would.
 */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import samlp, { type ParsedRequest } from 'samlp'
import { makeServiceProviderKey } from '../../src/outside/saml/keys.ts'
import { escapeXml } from '../../src/outside/saml/xml.ts'

export interface IdentityProviderUser {
  /** What they are chosen by on the page. */
  name: string
  nameId: string
  nameIdFormat?: string
  email?: string
  groups?: string[]
  /** By the name of the attribute. */
  attributes?: Record<string, string[]>
}

export interface IdentityProviderOptions {
  users: IdentityProviderUser[]
  /** Instead of the address of the metadata. */
  entityId?: string
  /** Encrypts assertions for services that were registered; the algorithm is AES-GCM of 256 bits unless it says another. */
  encrypt?: boolean | string
  /** Signs the response, and the assertion too. */
  signResponse?: boolean
  lifetimeInSeconds?: number
}

/** What the browser posts to the service. */
export interface PostedAnswer {
  action: string
  samlResponse: string
  relayState: string
}

export interface TestIdentityProvider extends AsyncDisposable {
  readonly url: string
  readonly entityId: string
  /** GET it for the metadata. */
  readonly metadataUrl: string
  readonly ssoUrl: string
  /** All that the metadata lists, the oldest first. The last one signs. */
  readonly keys: { privateKey: string; certificate: string }[]
  /** Can be changed while it runs, as everything in it. */
  readonly options: IdentityProviderOptions
  /** What services asked, the newest last. */
  readonly requests: ParsedRequest[]
  metadata(): string
  /** A new key signs from now on. Metadata lists the old one as well, unless it is `forgotten`. */
  rotate(options?: { forgotten?: boolean }): Promise<void>
  /** Takes a service's metadata: its requests have to be signed from now on, and answers go only to its address. Answers its entity id. */
  register(serviceProviderMetadata: string): string
  /** Where a sign-in begins at the provider, without a request. With a user nobody is asked who they are. */
  startUrl(service: { acsUrl: string; entityId: string }, options?: { relayState?: string; user?: string }): string
  /** From the address to which the service sent the browser, or `startUrl`, to what the browser then posts. */
  signIn(url: string, user: string): Promise<PostedAnswer>
}

export const claims = {
  email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  groups: 'http://schemas.xmlsoap.org/claims/Group',
}

export async function openIdentityProvider(options: IdentityProviderOptions): Promise<TestIdentityProvider> {
  const keys = [await makeServiceProviderKey()]
  const requests: ParsedRequest[] = []
  const services = new Map<string, Service>()
  const application = express()
  const server = createServer(application).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const entityId = options.entityId ?? `${url}/metadata`
  const metadata = () => metadataOf(entityId, `${url}/sso`, keys)

  application.use(express.urlencoded({ extended: false }))
  application.get('/metadata', (_request, response) => void response.type('application/samlmetadata+xml').send(metadata()))
  application.get('/sso', async (request, response) => {
    try {
      const asked = await parsedRequest(request, services)
      requests.push(asked)
      response.send(loginPage(request.originalUrl, options.users))
    } catch (error) {
      response.status(400).send(escapeXml(String(error)))
    }
  })
  application.post('/sso', async (request, response) => {
    const { issuer = '', assertionConsumerServiceURL = '' } = await parsedRequest(request, services)
    answer(request, response, { entityId: issuer, acsUrl: assertionConsumerServiceURL })
  })
  application.all('/start', (request, response) => {
    const { acs, audience, user } = request.query
    if (request.method === 'GET' && !user) return void response.send(loginPage(request.originalUrl, options.users))
    answer(request, response, { entityId: String(audience), acsUrl: String(acs) })
  })

  function answer(request: Request, response: Response, { entityId: audience, acsUrl }: { entityId: string; acsUrl: string }): void {
    const { privateKey: key, certificate: cert } = keys.at(-1) ?? { privateKey: '', certificate: '' }
    const service = services.get(audience)
    const chosen = String(request.body?.user ?? request.query['user'])
    samlp.auth<IdentityProviderUser>({
      ...{ issuer: entityId, key, cert, audience, destination: acsUrl, recipient: acsUrl },
      ...(options.signResponse ? { signResponse: true } : {}),
      ...(service ? { signingCert: service.certificate } : {}),
      ...(options.encrypt && service ? encryptionFor(service.certificate, options.encrypt) : {}),
      RelayState: String(request.query['RelayState'] ?? ''),
      sessionIndex: `session-${Date.now()}`,
      lifetimeInSeconds: options.lifetimeInSeconds ?? 300,
      getUserFromRequest: () => options.users.find(({ name }) => name === chosen),
      profileMapper: (user) => ({ getClaims: () => claimsOf(user), getNameIdentifier: () => nameOf(user) }),
      getPostURL: (_audience, _request, _http, done) =>
        service && service.acsUrl !== acsUrl ? done(new Error('Not the address of that service')) : done(null, acsUrl),
    })(request, response, (error) => response.status(400).send(escapeXml(String(error))))
  }

  return {
    ...{ url, entityId, metadataUrl: `${url}/metadata`, ssoUrl: `${url}/sso`, keys, options, requests, metadata },
    async rotate({ forgotten = false } = {}) {
      const key = await makeServiceProviderKey()
      keys.splice(forgotten ? 0 : keys.length, forgotten ? keys.length : 0, key)
    },
    register(xml) {
      const service = serviceIn(xml)
      services.set(service.entityId, service)
      return service.entityId
    },
    startUrl: ({ acsUrl, entityId: audience }, { relayState, user } = {}) =>
      `${url}/start?${new URLSearchParams({ acs: acsUrl, audience, ...(relayState ? { RelayState: relayState } : {}), ...(user ? { user } : {}) })}`,
    signIn: (address, user) => walk(address, user),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function metadataOf(entityId: string, ssoUrl: string, keys: { certificate: string }[]): string {
  const bodies = keys.map(({ certificate }) => new X509Certificate(certificate).raw.toString('base64'))
  const binding = 'urn:oasis:names:tc:SAML:2.0:bindings'
  return `<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${escapeXml(entityId)}">
  <!-- Of a provider that is only there for tests -->
  <IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
${bodies.map((body) => `    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`).join('\n')}
    <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>
    <SingleSignOnService Binding="${binding}:HTTP-POST" Location="${escapeXml(ssoUrl)}"/>
    <SingleSignOnService Binding="${binding}:HTTP-Redirect" Location="${escapeXml(ssoUrl)}"/>
  </IDPSSODescriptor>
</EntityDescriptor>
`
}

interface Service {
  entityId: string
  acsUrl: string
  certificate: string
}

function serviceIn(metadata: string): Service {
  const found = (pattern: RegExp) => pattern.exec(metadata)?.[1] ?? ''
  const body = found(/X509Certificate>([^<]+)</)
  const read = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
  return {
    entityId: read(found(/entityID="([^"]+)"/)),
    acsUrl: read(found(/<md:AssertionConsumerService [^>]*Location="([^"]+)"/)),
    certificate: String(new X509Certificate(Buffer.from(body, 'base64'))),
  }
}

/** Refuses what is not signed by a service that is known. */
async function parsedRequest(request: Request, services: Map<string, Service>): Promise<ParsedRequest> {
  const parse = (options: { signingCert?: string }) =>
    new Promise<ParsedRequest>((resolve, reject) =>
      samlp.parseRequest(request, options, (error, data) => (error ? reject(error) : resolve(data ?? {}))),
    )
  const asked = await parse({})
  const service = services.get(asked.issuer ?? '')
  return service ? parse({ signingCert: service.certificate }) : asked
}

const encryptionFor = (certificate: string, algorithm: boolean | string) => ({
  encryptionCert: certificate,
  encryptionPublicKey: String(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' })),
  // It takes AES-CBC, which many providers still use, to be insecure.
  ...(typeof algorithm === 'string' ? { encryptionAlgorithm: algorithm } : {}),
  disallowEncryptionWithInsecureAlgorithm: false,
  warnOnInsecureEncryptionAlgorithm: false,
})

const claimsOf = ({ email, groups, attributes }: IdentityProviderUser) => ({
  ...(email ? { [claims.email]: email } : {}),
  ...(groups ? { [claims.groups]: groups } : {}),
  ...attributes,
})

const nameOf = ({ nameId, nameIdFormat }: IdentityProviderUser) => ({
  nameIdentifier: nameId,
  ...(nameIdFormat ? { nameIdentifierFormat: nameIdFormat } : {}),
})

const loginPage = (action: string, users: IdentityProviderUser[]) => `<!doctype html><html lang="en"><title>Identity provider</title>
<form method="post" action="${escapeXml(action)}"><h1>Who are you?</h1>
<select name="user">${users.map(({ name }) => `<option>${escapeXml(name)}</option>`).join('')}</select>
<button type="submit">Sign in</button></form></html>`

async function walk(address: string, user: string): Promise<PostedAnswer> {
  const read = async (response: globalThis.Response): Promise<string> => {
    const page = await response.text()
    if (!response.ok) throw new Error(`The identity provider answered ${response.status}: ${page}`)
    return page
  }
  const login = formIn(await read(await fetch(address)))
  const isDone = login.fields['SAMLResponse'] !== undefined
  const sent = { method: 'POST', body: new URLSearchParams({ user }) }
  const { action, fields } = isDone ? login : formIn(await read(await fetch(new URL(login.action, address), sent)))
  return { action, samlResponse: fields['SAMLResponse'] ?? '', relayState: fields['RelayState'] ?? '' }
}

function formIn(html: string): { action: string; fields: Record<string, string> } {
  const named = new Map([
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
  ])
  const read = (text = '') =>
    text.replace(/&(?:#(\d+)|(\w+));/g, (all, code?: string, name = '') =>
      code ? String.fromCharCode(Number(code)) : (named.get(name) ?? all),
    )
  const fields = [...html.matchAll(/<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    read(value),
  ])
  return { action: read(/<form[^>]*action="([^"]*)"/.exec(html)?.[1]), fields: Object.fromEntries(fields) }
}
