/** Google and Azure AD: OpenID Connect, which the package openid-client speaks. Signature, issuer, audience, times and nonce are its work. */
import type * as OpenIdClient from 'openid-client'
import { ApiError } from '../../errors.ts'
import { misconfigured, notAnswering, refused, wordOf } from './refusal.ts'
import { addressOf, splitName, textOf } from './texts.ts'
import type { AzureAccess, OAuthDeps, OAuthProfile, OAuthProvider, OpenIdAccess } from './types.ts'

type Claims = Readonly<Record<string, unknown>>

interface Kind {
  /** For people. */
  name: string
  profile(claims: Claims): OAuthProfile
}

export function openGoogle(access: OpenIdAccess, deps: OAuthDeps): OAuthProvider {
  const profile = (claims: Claims): OAuthProfile => ({
    ...common(claims),
    provider: 'google',
    emailVerified: claims.email_verified === true && addressOf(claims.email) !== null,
  })
  return openOpenId(access, { name: 'Google', profile }, deps)
}

const manyTenants = ['common', 'organizations', 'consumers']
/** Of accounts that belong to people rather than to a company. */
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

export function openAzure(access: AzureAccess, deps: OAuthDeps): OAuthProvider {
  const tenant = access.tenantId.toLowerCase()
  const isOpen = manyTenants.includes(tenant)
  const profile = (claims: Claims): OAuthProfile => {
    assertTenant(claims, tenant)
    // Whoever runs a tenant writes any address into the claim `email`: only `xms_edov` says that the domain is theirs. In the one
    // tenant that the configuration names, the word of its administrators counts too.
    const emailVerified = claims.xms_edov === true || claims.xms_edov === '1' || (!isOpen && claims.email_verified === true)
    const preferred = textOf(claims.preferred_username)
    const email = addressOf(claims.email) ?? addressOf(preferred)
    return {
      ...common(claims),
      provider: 'azuread',
      email,
      emailVerified: emailVerified && addressOf(claims.email) !== null,
      username: preferred?.split('@', 1)[0] ?? null,
    }
  }
  return openOpenId(access, { name: 'Azure AD', profile }, deps)
}

/** The issuer was compared already; this says so once more in the configuration's own words. @throws Unauthenticated */
function assertTenant({ tid, iss }: Claims, tenant: string): void {
  const said = typeof tid === 'string' ? tid.toLowerCase() : ''
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenant)
  const fits =
    tenant === 'common' ||
    (tenant === 'organizations' && said !== personalTenant) ||
    (tenant === 'consumers' && said === personalTenant) ||
    (isGuid ? said === tenant : !manyTenants.includes(tenant) && String(iss).toLowerCase().includes(`/${said}/`))
  if (said === '' || !fits) throw refused('Azure AD', 'the person is of another tenant than the configured one')
}

const common = (claims: Claims) => ({
  issuer: String(claims.iss),
  subject: String(claims.sub),
  email: addressOf(claims.email),
  username: textOf(claims.preferred_username)?.split('@', 1)[0] ?? null,
  ...namesOf(claims),
  pictureUrl: textOf(claims.picture, 2000),
  locale: textOf(claims.locale, 35),
})

/** Azure AD gives only the full name unless asked for more. */
function namesOf({ given_name, family_name, name }: Claims): { givenName: string | null; familyName: string | null } {
  const [given, family] = [textOf(given_name), textOf(family_name)]
  if (given !== null || family !== null) return { givenName: given, familyName: family }
  return splitName(textOf(name))
}

/** Keys are looked up again by themselves; this is for addresses that move. */
const keptFor = 3600_000

function openOpenId(
  { issuer, clientId, clientSecret }: OpenIdAccess,
  { name, profile }: Kind,
  { log, fetch, seconds = 10 }: OAuthDeps,
): OAuthProvider {
  let kept: { configuration: OpenIdClient.Configuration; at: number } | undefined
  let asking: Promise<OpenIdClient.Configuration> | undefined

  const discover = async (client: typeof OpenIdClient): Promise<OpenIdClient.Configuration> => {
    const configuration = await client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretPost(clientSecret), {
      timeout: seconds,
      // http too: the address is the operator's, and a signature is asked for in any case.
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
      ...(fetch ? { [client.customFetch]: fetch as OpenIdClient.CustomFetch } : {}),
    })
    kept = { configuration, at: Date.now() }
    return configuration
  }
  /** One question at a time; a failure is forgotten, and what was read before serves on meanwhile. */
  const configured = async (client: typeof OpenIdClient): Promise<OpenIdClient.Configuration> => {
    if (kept && Date.now() - kept.at < keptFor) return kept.configuration
    asking ??= discover(client).finally(() => {
      asking = undefined
    })
    return asking.catch((error: unknown) => {
      if (!kept) throw asRefusal(client, name, error, true)
      log(`${name}: its OpenID configuration was not read again: ${reasonOf(error)}`)
      kept.at = Date.now() - keptFor + 60_000
      return kept.configuration
    })
  }
  const logged = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ApiError && error.cause instanceof Error) log(`${name}: ${error.cause.message}`)
      throw error
    }
  }

  return {
    authorizationUrl: ({ state, nonce, challenge, redirectUri }) =>
      logged(async () => {
        const client = await import('openid-client')
        const url = client.buildAuthorizationUrl(await configured(client), {
          redirect_uri: redirectUri,
          scope: 'openid email profile',
          state,
          nonce,
          code_challenge: challenge,
          code_challenge_method: 'S256',
        })
        return url.href
      }),

    exchange: ({ params, state, nonce, verifier, redirectUri }) =>
      logged(async () => {
        const client = await import('openid-client')
        const configuration = await configured(client)
        const came = new URL(redirectUri)
        came.search = new URLSearchParams({ code: params.code, state, ...(params.iss === undefined ? {} : { iss: params.iss }) }).toString()
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
        const tokens = await client.authorizationCodeGrant(configuration, came, checks).catch((error: unknown) => {
          throw asRefusal(client, name, error, false)
        })
        const claims = tokens.claims()
        if (!claims) throw refused(name, 'there is no ID token')
        return profile(claims)
      }),
  }
}

const ourFault = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']
const itsFault = ['server_error', 'temporarily_unavailable']
const silent = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR']

/** @param discovering then nothing was refused, and whatever is wrong is wrong for everybody */
function asRefusal(client: typeof OpenIdClient, name: string, error: unknown, discovering: boolean): ApiError {
  const reason = reasonOf(error)
  if (error instanceof client.ResponseBodyError) {
    if (ourFault.includes(error.error)) return misconfigured(name, reason)
    return itsFault.includes(error.error) || error.status >= 500 ? notAnswering(name, reason) : refused(name, reason)
  }
  // What `fetch` throws when nobody is there.
  const isDown = error instanceof TypeError || silent.includes(codeOf(error))
  return discovering || isDown ? notAnswering(name, reason) : refused(name, reason)
}

const codeOf = (error: unknown): string => wordOf((error as { code?: unknown } | null)?.code)

/** Codes and fixed sentences of the package: its causes hold tokens and claims. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error'
  const { error: said } = error as { error?: unknown }
  const below = error.cause instanceof Error ? [codeOf(error.cause), inner(error.cause)] : []
  return [error.message, codeOf(error), ...(said === undefined ? [] : [wordOf(said)]), ...below]
    .filter((part) => part !== '' && part !== 'an unknown error')
    .join(', ')
}

/** Such as `unexpected JWT "nonce" (nonce) claim value`, and not what the value was. */
const inner = ({ message }: Error): string => (message.length < 120 ? message : '')
