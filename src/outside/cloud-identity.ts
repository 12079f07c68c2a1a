/** Whose cloud account a credential opens: proven by asking the provider with it, never believed. */
import { type AzureHosts, azureHosts } from './bills/azure-blob.ts'
import { ask, openAgents, textOf } from './bills/connection.ts'
import { azureTokens, googleTokens, objectOf, type TokenSource } from './bills/tokens.ts'
import { SourceError } from './bills/types.ts'
import { googleTokenUrl } from './google-token.ts'

export type IdentityAccess =
  /** Undefined endpoint: AWS itself; otherwise the operator's own. */
  | { kind: 'aws'; accessKey: string; secretKey: string; endpoint: string | undefined }
  | { kind: 'azure'; subscriptionId: string; tenantId: string; clientId: string; clientSecret: string; environment: string }
  | { kind: 'google'; keyFile: string }

/** Canonical of the provider, and the id of the account, subscription or project there, as bills name it. */
export interface CloudIdentity {
  provider: 'aws' | 'azurerm' | 'google'
  account: string
}

export interface IdentityHosts {
  azure?: Pick<AzureHosts, 'login' | 'management'>
  google?: { token: string; resources: string }
}

/** `message` is fit for a stranger. */
export class IdentityRefused extends Error {
  /** It may be answered later. */
  readonly isTemporary: boolean
  constructor(message: string, isTemporary: boolean, cause?: unknown) {
    super(message, { cause })
    this.isTemporary = isTemporary
  }
}

const silence = 15_000
const largest = 2 ** 20

/** @throws IdentityRefused */
export function proveIdentity(access: IdentityAccess, hosts: IdentityHosts = {}): Promise<CloudIdentity> {
  switch (access.kind) {
    case 'aws':
      return proveAws(access)
    case 'azure':
      return proveAzure(access, hosts.azure ?? azureHosts(access.environment))
    case 'google':
      return proveGoogle(access, hosts.google ?? { token: googleTokenUrl, resources: 'https://cloudresourcemanager.googleapis.com' })
  }
}

async function proveAws({ accessKey, secretKey, endpoint }: Extract<IdentityAccess, { kind: 'aws' }>): Promise<CloudIdentity> {
  // The package is large, and few ask.
  const sdk = await import('@aws-sdk/client-sts')
  const client = new sdk.STSClient({
    region: 'us-east-1',
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3000, requestTimeout: silence, throwOnRequestTimeout: true },
  })
  try {
    const { Account: account = '' } = await client.send(new sdk.GetCallerIdentityCommand({}))
    if (!/^\d{12}$/.test(account)) throw new IdentityRefused('AWS named no account', true)
    return { provider: 'aws', account }
  } catch (error) {
    if (error instanceof IdentityRefused) throw error
    // Messages of AWS may repeat who asked: the name says what went wrong.
    const { name = 'Error', $metadata: { httpStatusCode: status = 0 } = {} } = error as Failure
    const isRefused = status >= 400 && status < 500 && status !== 429
    const code = /^\w{1,100}$/.exec(name)?.[0] ?? 'Error'
    throw isRefused
      ? new IdentityRefused(`AWS refuses the credential (${code})`, false, new Error(code))
      : new IdentityRefused('AWS does not answer', true, new Error(code))
  } finally {
    client.destroy()
  }
}

async function proveAzure(
  access: Extract<IdentityAccess, { kind: 'azure' }>,
  { login, management }: Pick<AzureHosts, 'login' | 'management'>,
): Promise<CloudIdentity> {
  const account = access.subscriptionId.toLowerCase()
  if (!/^[0-9a-f-]{1,64}$/.test(account)) throw new IdentityRefused('the subscription id of the credential is none', false)
  const agents = openAgents(null)
  try {
    const tokens = azureTokens(agents, login, `${management}/.default`, access)
    const url = new URL(`/subscriptions/${account}?api-version=2022-12-01`, management)
    const found = await json(agents, url, tokens, `Azure shows no subscription ${account} to this credential`)
    if (String(found['subscriptionId']).toLowerCase() !== account) throw new IdentityRefused('Azure named another subscription', false)
    return { provider: 'azurerm', account }
  } finally {
    agents.destroy()
  }
}

async function proveGoogle(
  { keyFile }: Extract<IdentityAccess, { kind: 'google' }>,
  hosts: { token: string; resources: string },
): Promise<CloudIdentity> {
  const { project_id: account } = objectOf(keyFile)
  if (typeof account !== 'string' || !/^[a-z0-9.:-]{1,100}$/.test(account))
    throw new IdentityRefused('the key file names no project (project_id)', false)
  const agents = openAgents(null)
  try {
    const tokens = googleTokens(agents, hosts.token, 'https://www.googleapis.com/auth/cloud-platform.read-only', keyFile)
    const url = new URL(`/v1/projects/${encodeURIComponent(account)}`, hosts.resources)
    const found = await json(
      agents,
      url,
      tokens,
      `Google shows no project ${account} to this service account: it needs resourcemanager.projects.get`,
    )
    if (found['projectId'] !== account) throw new IdentityRefused('Google named another project', false)
    return { provider: 'google', account }
  } finally {
    agents.destroy()
  }
}

async function json(
  agents: ReturnType<typeof openAgents>,
  url: URL,
  tokens: TokenSource,
  refusal: string,
): Promise<Record<string, unknown>> {
  try {
    const authorization = `Bearer ${await tokens.token()}`
    const response = await ask(agents, url, { headers: { authorization, accept: 'application/json' } }, silence)
    const answer = objectOf(await textOf(response, largest, silence))
    const { statusCode: status = 0 } = response
    if (status === 200) return answer
    if (status >= 400 && status < 500 && status !== 429) throw new IdentityRefused(refusal, false)
    throw new IdentityRefused(`${url.host} does not answer as it should (status ${status})`, true)
  } catch (error) {
    if (error instanceof IdentityRefused) throw error
    if (error instanceof SourceError) throw new IdentityRefused(error.message, /does not answer/.test(error.message), error)
    throw new IdentityRefused(`${url.host} does not answer`, true, error)
  }
}

interface Failure {
  name?: string
  $metadata?: { httpStatusCode?: number }
}
