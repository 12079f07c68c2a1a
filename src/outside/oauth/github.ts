/** GitHub and GitHub Enterprise Server: OAuth without OpenID, so who it is, is asked of the API. */
import { ApiError } from '../../errors.ts'
import { misconfigured, notAnswering, refused, wordOf } from './refusal.ts'
import { addressOf, splitName, textOf } from './texts.ts'
import type { GitHubAccess, OAuthDeps, OAuthProfile, OAuthProvider } from './types.ts'

const name = 'GitHub'
const longestAnswer = 1024 * 1024
/** What GitHub says of a client, rather than of a code. */
const ourFault = ['incorrect_client_credentials', 'redirect_uri_mismatch', 'application_suspended']

export function openGitHub(
  { url, clientId, clientSecret }: GitHubAccess,
  { log, fetch: ask = fetch, seconds = 10 }: OAuthDeps,
): OAuthProvider {
  const api = url === 'https://github.com' ? 'https://api.github.com' : `${url}/api/v3`

  /** @throws ApiError, whose cause is a reason without secrets */
  const json = async (address: string, init: RequestInit): Promise<unknown> => {
    const { pathname } = new URL(address)
    try {
      const answer = await ask(address, { ...init, redirect: 'error', signal: AbortSignal.timeout(seconds * 1000) })
      const text = await readText(answer)
      if (answer.status === 401 || answer.status === 403) throw refused(name, `${pathname} answered ${answer.status}`)
      if (!answer.ok) throw notAnswering(name, `${pathname} answered ${answer.status}`)
      return JSON.parse(text)
    } catch (error) {
      if (error instanceof ApiError) throw error
      throw notAnswering(name, `${pathname} gave no answer that can be read: ${error instanceof Error ? error.name : 'unknown'}`)
    }
  }

  const tokenFor = async (code: string, verifier: string, redirectUri: string): Promise<string> => {
    const body = new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    })
    const answer = await json(`${url}/login/oauth/access_token`, {
      method: 'POST',
      headers: { accept: 'application/json', ...agent },
      body,
    })
    // It answers 200 to what it refuses.
    const { access_token, error } = recordOf(answer)
    if (typeof access_token === 'string' && access_token !== '') return access_token
    const word = wordOf(error)
    throw ourFault.includes(word) ? misconfigured(name, word) : refused(name, word)
  }

  const whoIs = async (token: string): Promise<OAuthProfile> => {
    const headers = {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      authorization: `Bearer ${token}`,
      ...agent,
    }
    const [person, addresses] = await Promise.all([json(`${api}/user`, { headers }), json(`${api}/user/emails?per_page=100`, { headers })])
    const { id, login, name: fullName, avatar_url } = recordOf(person)
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw refused(name, '/user named nobody')
    const primary = Array.isArray(addresses) ? addresses.map(recordOf).find((address) => address.primary === true) : undefined
    const email = addressOf(primary?.email)
    return {
      provider: 'github',
      issuer: url,
      // A login may be given up, and taken by somebody else; the number stays.
      subject: String(id),
      email,
      emailVerified: email !== null && primary?.verified === true,
      username: textOf(login),
      ...splitName(textOf(fullName)),
      pictureUrl: textOf(avatar_url, 2000),
      locale: null,
    }
  }

  return {
    async authorizationUrl({ state, challenge, redirectUri }) {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        // Names and picture are public; addresses are all that is asked for.
        scope: 'user:email',
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      return `${url}/login/oauth/authorize?${query}`
    },
    async exchange({ params, verifier, redirectUri }) {
      try {
        return await whoIs(await tokenFor(params.code, verifier, redirectUri))
      } catch (error) {
        if (error instanceof ApiError && error.cause instanceof Error) log(`${name}: ${error.cause.message}`)
        throw error
      }
    },
  }
}

const agent = { 'user-agent': 'trochoid' }

const recordOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? { ...value } : {})

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > longestAnswer) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
