/** Organizations with identity providers of their own, and people who sign in through them as a browser would. */
import type { Schema } from '../../src/contract/operation.ts'
import type { Client } from './client.ts'
import { type Forgery, signedResponse } from './saml-forge.ts'
import type { IdentityProviderUser, TestIdentityProvider } from './saml-idp.ts'
import { fresh, member, organization, role, scenario, team } from './scenario.ts'
import type { TestServer } from './server.ts'

export type Provider = Schema<'IdentityProvider'>

/** Addresses that nobody has to reach: what is sent there goes to the test's server. */
export const samlConfig = {
  apiUrl: 'https://api.example.com',
  consoleUrl: 'https://console.example.com',
  privateAddresses: ['127.0.0.1'],
  rateLimitFactor: 100,
}

/** Where this server has what we tell others to be at another address. */
export const here = (server: Pick<TestServer, 'url'>, address: string): string => {
  const { pathname, search } = new URL(address)
  return `${server.url}${pathname}${search}`
}

export async function bringProvider(
  admin: Client,
  organization_canonical: string,
  idp: TestIdentityProvider,
  body: Partial<Schema<'NewIdentityProvider'>> = {},
): Promise<Provider> {
  const answer = await admin.createIdentityProvider({
    path: { organization_canonical },
    body: { name: 'Company login', metadata_url: idp.metadataUrl, ...body },
  })
  if (answer.status !== 200) throw new Error(`the identity provider was not taken: ${JSON.stringify(answer.body)}`)
  return answer.body.data
}

/** The provider as it is, with some settings changed. */
export const settingsOf = (
  provider: Provider,
  changes: Partial<Schema<'UpdateIdentityProvider'>> = {},
): Schema<'UpdateIdentityProvider'> => {
  const { name, enabled, required, idp_initiated, provision, default_role_canonical, attributes, group_mappings } = provider
  return { name, enabled, required, idp_initiated, provision, default_role_canonical, attributes, group_mappings, ...changes }
}

export interface Landing {
  status: number
  /** Null: the browser was not sent on. */
  location: URL | null
  code: string
  text: string
  headers: Headers
}

/**
 * An organization with an administrator, roles `deployer` and `reader`, teams `core` and `night`, a provider, and somebody (`zoe`)
 * whom only the provider knows.
 */
export async function openCompany(server: TestServer, idp: TestIdentityProvider, body: Parameters<typeof bringProvider>[3] = {}) {
  const [canonical, admin, zoe] = [fresh('acme'), fresh('ada'), fresh('zoe')]
  idp.options.users.push(employee(zoe))
  const rights: [string] = ['organization:project:*']
  const cast = await scenario<string>(
    server,
    organization(canonical, member(admin), role('deployer', rights), role('reader'), team('core'), team('night')),
  )
  const ada = cast[admin] as Client
  const path = { organization_canonical: canonical }
  return {
    canonical,
    admin,
    zoe,
    ada,
    path,
    provider: await bringProvider(ada, canonical, idp, body),
    /** What the organization's log has about one kind of thing, the oldest first. */
    async events(operation: string): Promise<string[]> {
      const rows = await server.database.query<{ message: string }>(
        'select message from events e join organizations o on o.id = e.organization_id where o.canonical = $1 and operation = $2 order by e.id',
        [canonical, operation],
      )
      return rows.map(({ message }) => message)
    },
    async memberNamed(username: string): Promise<Schema<'MemberOrg'>> {
      const [found] = (await ada.getOrgMembers({ path, query: { user_canonical: username } })).body.data
      if (!found) throw new Error(`${username} is no member of ${canonical}`)
      return found
    },
  }
}

/** What a browser does with the form that a provider gave it. */
export async function post(
  server: Pick<TestServer, 'url'>,
  acsUrl: string,
  form: { SAMLResponse?: string; RelayState?: string },
  headers: Record<string, string> = {},
): Promise<Landing> {
  const answer = await fetch(here(server, acsUrl), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(JSON.parse(JSON.stringify(form)) as Record<string, string>),
    headers,
  })
  const location = answer.headers.get('location')
  const url = location === null ? null : new URL(location)
  return {
    status: answer.status,
    location: url,
    code: url?.searchParams.get('code') ?? '',
    text: await answer.text(),
    headers: answer.headers,
  }
}

/** Where our login page sends the browser. */
export async function begin(server: Pick<TestServer, 'url'>, loginUrl: string): Promise<string> {
  const answer = await fetch(here(server, loginUrl), { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (answer.status !== 303 || location === null) throw new Error(`no sign-in began: ${answer.status} ${await answer.text()}`)
  return location
}

/** From our login page to the console's, with whoever is chosen at the provider. */
export async function walk(server: Pick<TestServer, 'url'>, provider: Provider, idp: TestIdentityProvider, user: string): Promise<Landing> {
  const posted = await idp.signIn(await begin(server, provider.service_provider.login_url), user)
  return post(server, posted.action, { SAMLResponse: posted.samlResponse, RelayState: posted.relayState })
}

/** What the console does with the code. */
export const redeem = (server: TestServer, oauth_code: string) =>
  server.client().getOAuthUser({ path: { social_type: 'saml2' }, query: { oauth_code } })

/** All of it. @throws Error when any step is refused */
export async function signInThrough(server: TestServer, provider: Provider, idp: TestIdentityProvider, user: string): Promise<Client> {
  const { code, status, text } = await walk(server, provider, idp, user)
  if (code === '') throw new Error(`the answer was not taken: ${status} ${text}`)
  const answer = await redeem(server, code)
  if (answer.status !== 200 || answer.body.data.token === undefined)
    throw new Error(`the code was not taken: ${answer.status} ${JSON.stringify(answer.body)}`)
  return server.client(answer.body.data.token)
}

/** An answer that the provider could have sent by itself; `changes` make it one that it did not. */
export const answerOf = (idp: TestIdentityProvider, { service_provider: to }: Provider, changes: Partial<Forgery> = {}): Forgery => {
  const key = idp.keys.at(-1)
  if (!key) throw new Error('the provider has no key')
  return { key, issuer: idp.entityId, acsUrl: to.acs_url, audience: to.entity_id, nameId: 'eve-at-idp', ...changes }
}

export const postAnswer = (server: Pick<TestServer, 'url'>, provider: Provider, forgery: Forgery, RelayState = ''): Promise<Landing> =>
  post(server, provider.service_provider.acs_url, { SAMLResponse: signedResponse(forgery), RelayState })

/** Somebody whom a provider knows, with an address nobody else has. */
export const employee = (name: string, more: Partial<IdentityProviderUser> = {}): IdentityProviderUser => ({
  name,
  nameId: `${name}-at-idp`,
  nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  email: `${name}@example.com`,
  ...more,
})

/** Why answers were refused, as the log says, the oldest first. */
export const reasonsIn = (logs: readonly string[]): string[] =>
  logs.flatMap((line) => {
    const { saml } = JSON.parse(line) as { saml?: { reason: string } }
    return saml ? [saml.reason] : []
  })
