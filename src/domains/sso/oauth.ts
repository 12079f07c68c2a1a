/** A browser goes to Google, GitHub or Azure AD, and comes back to where it left. */
import { createHash, randomBytes } from 'node:crypto'
import { countAttempt } from '../../access/attempts.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { notFound, unauthenticated } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import type { OAuthProvider, OAuthProviderName } from '../../outside/oauth/types.ts'
import type { Platform } from '../../platform.ts'
import { originOf } from '../login/sign-in.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { consoleAddress, isPath, issueCode } from './codes.ts'
import { deleteFlow, insertFlow } from './identity-queries.ts'
import { providerNames } from './link.ts'
import type { OutsideIdentity, SocialType } from './types.ts'

const cookieName = 'trochoid_sign_in'
const flowSeconds = 600

export const oauth = {
  async startOAuth({ platform, request, write }, { path, query }) {
    const { name, provider } = providerOf(platform, path.social_type)
    // Each begun sign-in is a row, and nobody has shown anything yet.
    await countAttempt(platform, request, 'signInFlow', request.address)
    const [state, nonce, verifier] = [random(), random(), random()]
    // Of the browser rather than of the flow, so that a second tab does not end what goes on in the first.
    const browser = readCookie(request.header('cookie')) ?? random()
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const location = await provider.authorizationUrl({ state, nonce, challenge, redirectUri: redirectUri(platform, name) })
    const stateHash = hashOf(state)
    await write((tx) =>
      insertFlow(tx, {
        provider: name,
        state_hash: stateHash,
        browser_hash: hashOf(browser),
        nonce,
        sealed_verifier: platform.master.wrap(Buffer.from(verifier), verifierContext(stateHash)),
        identity_provider_id: null,
        return_to: query.return_to !== undefined && isPath(query.return_to) ? query.return_to : null,
        expires_at: new Date(Date.now() + flowSeconds * 1000),
      }),
    )
    return { location, cookie: cookieOf(platform, browser) }
  },

  async finishOAuth(context, { path, query }) {
    const { platform, request, write } = context
    const { name, provider } = providerOf(platform, path.social_type)
    const attempt = await countAttempt(platform, request, 'signInFlow', request.address)
    const { state = '', code } = query
    const browser = readCookie(request.header('cookie'))
    const flow = browser === undefined ? undefined : await write((tx) => deleteFlow(tx, name, hashOf(state), hashOf(browser)))
    if (!flow)
      return refuse(
        context,
        name,
        `The sign-in did not begin in this browser, is older than ${flowSeconds / 60} minutes, or was finished already`,
      )
    if (query.error !== undefined || code === undefined) return refuse(context, name, sentenceOf(name, query.error))
    const verifier = platform.master.unwrap(flow.sealed_verifier ?? '', verifierContext(hashOf(state))).toString()
    const answer = { params: { code, iss: query.iss }, state, nonce: flow.nonce ?? '', verifier, redirectUri: redirectUri(platform, name) }
    const profile = await provider.exchange(answer).catch(async (error: unknown) => {
      await noteFailure(context, name)
      throw error
    })
    const identity: OutsideIdentity = { ...profile, identityProvider: null, groups: [] }
    const oneTime = await write((tx) => issueCode(tx, identity))
    await attempt.giveBack()
    return { location: consoleAddress(platform.config, name, oneTime, flow.return_to) }
  },
} satisfies Partial<DomainHandlers<'sso'>>

function providerOf({ oauth }: Platform, type: SocialType): { name: OAuthProviderName; provider: OAuthProvider } {
  // SAML begins at an address of its own.
  const provider = type === 'saml2' ? undefined : oauth[type]
  if (type === 'saml2' || !provider) throw notFound(`way to sign in with ${providerNames[type]}`)
  return { name: type, provider }
}

/** Registered at the provider. One for each, so that the answer of one cannot pass for another's. */
const redirectUri = ({ config }: Platform, name: OAuthProviderName): string => `${config.apiUrl}/user/${name}/oauth/callback`

/** What a provider writes into an address is not repeated: anybody can send somebody there. */
const sentenceOf = (name: OAuthProviderName, error: string | undefined): string =>
  error === 'access_denied'
    ? `The sign-in at ${providerNames[name]} was declined`
    : `${providerNames[name]} did not sign you in: begin again, and if it stays so, ask whoever runs this installation`

async function refuse(context: PublicContext, name: OAuthProviderName, sentence: string): Promise<never> {
  await noteFailure(context, name)
  throw unauthenticated(sentence)
}

const noteFailure = ({ write, request }: PublicContext, name: OAuthProviderName): Promise<void> =>
  write((tx) =>
    noteAccountEvent(tx, {
      userId: null,
      action: 'sign_in_failed',
      message: `A sign-in with ${providerNames[name]} was not accepted`,
      origin: originOf(request),
      confinedTo: null,
    }),
  )

const random = (): string => randomBytes(32).toString('base64url')
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
const verifierContext = (stateHash: string): string => `sign_in_flow:${stateHash}`

/** Comes along when the provider sends the browser back, which is a plain link from another site: Lax lets that through. */
function cookieOf({ config }: Platform, browser: string): string {
  const { protocol, pathname } = new URL(config.apiUrl)
  const path = `${pathname.replace(/\/+$/, '')}/user`
  return `${cookieName}=${browser}; Path=${path}; Max-Age=${flowSeconds}; HttpOnly; SameSite=Lax${protocol === 'https:' ? '; Secure' : ''}`
}

const readCookie = (header: string | undefined): string | undefined =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${cookieName}=`) && /=[\w-]{43}$/.test(pair))
    ?.slice(cookieName.length + 1)
