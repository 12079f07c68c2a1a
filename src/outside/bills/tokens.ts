/** Access tokens of Azure and Google for reading bills, remembered until shortly before they end. */
import { assertionForm, signedAssertion, UnusableKey } from '../google-token.ts'
import { type Agents, ask, refusalOf, textOf, unreachable } from './connection.ts'
import { SourceError } from './types.ts'

export interface TokenSource {
  /** @throws SourceError */
  token(): Promise<string>
}

const largest = 2 ** 20
const silence = 30_000

export interface AzureClient {
  tenantId: string
  clientId: string
  clientSecret: string
}

/** @param login such as `https://login.microsoftonline.com`; @param scope such as `https://storage.azure.com/.default` */
export function azureTokens(agents: Agents, login: string, scope: string, { tenantId, clientId, clientSecret }: AzureClient): TokenSource {
  const url = new URL(`/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`, login)
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope }
  return remembered(() => granted(agents, url, new URLSearchParams(form).toString(), 'Azure', 'tenant id, client id and client secret'))
}

export function googleTokens(agents: Agents, url: string, scope: string, keyFile: string): TokenSource {
  return remembered(async () => {
    const assertion = await signedAssertion(keyFile, scope, url).catch((error: unknown) => {
      throw error instanceof UnusableKey ? new SourceError(error.message) : error
    })
    return granted(agents, new URL(url), assertionForm(assertion), 'Google', 'service account and key')
  })
}

function remembered(fetch: () => Promise<{ token: string; until: number }>): TokenSource {
  let known: Promise<{ token: string; until: number }> | undefined
  return {
    async token() {
      if (known && (await known.catch(() => ({ until: 0 }))).until < Date.now() + 60_000) known = undefined
      known ??= fetch()
      return (await known).token
    },
  }
}

async function granted(agents: Agents, url: URL, body: string, who: string, parts: string): Promise<{ token: string; until: number }> {
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    const response = await ask(agents, url, { method: 'POST', headers, body }, silence)
    const text = await textOf(response, largest, silence)
    const { statusCode: status = 0 } = response
    const answer = objectOf(text)
    if (status >= 400 && status < 500 && status !== 429) {
      const { error } = answer
      const code = typeof error === 'string' && /^[a-z_]{1,50}$/.test(error) ? error : `status ${status}`
      throw new SourceError(`${who} refuses the credential (${code}): check ${parts}`)
    }
    const { access_token: token, expires_in: seconds } = answer
    if (status !== 200 || typeof token !== 'string') throw new Error(`no token: status ${status}`)
    return { token, until: Date.now() + (Number(seconds) || 300) * 1000 }
  } catch (error) {
    throw refusalOf(error, url.host) ?? unreachable(url.host, error)
  }
}

/** An object of JSON; anything else is an empty one. */
export function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
