import { readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { EnginePolicy } from './engine/embedded/policy.ts'
import type { GitPolicy } from './outside/git/types.ts'

/** Everything the outside may decide, read once. The README's table lists the variables; a test compares. */
export interface Config {
  readonly port: number
  readonly host: string
  /** Where data, keys and the embedded database live; absolute. */
  readonly home: string
  /** Undefined: the embedded Postgres in `home`. */
  readonly databaseUrl: string | undefined
  readonly databasePoolSize: number
  /** Where clients reach this API, without a slash at the end. */
  readonly apiUrl: string
  readonly consoleUrl: string
  /** `id:base64` pairs, the first wraps, all unwrap. Undefined: a key file in `home`. */
  readonly masterKeys: string | undefined
  /** Undefined: mail goes to the local outbox, readable at /dev/outbox. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  /** Run jobs in this process too. */
  readonly worker: boolean
  readonly workerConcurrency: number
  readonly logLevel: LogLevel
  /** How many proxies in front may be believed about the caller's address. */
  readonly trustedProxies: number
  /** Hours a session token lives. */
  readonly sessionHours: number
  /** Days after which a session ends, however often its token was refreshed. */
  readonly sessionDays: number
  /** Sign-in with a password that the platform keeps. */
  readonly passwordLogin: boolean
  /** Providers that the installation offers to everybody; undefined: not offered. */
  readonly oauth: OAuthConfig
  readonly saml: SamlConfig
  /** Undefined: nobody is asked to pay. */
  readonly stripe: StripeConfig | undefined
  /** Undefined: purchases on the AWS Marketplace are refused. */
  readonly marketplace: MarketplaceConfig | undefined
  /** Trust licences that `npm run licence -- issue --development` makes, whose private key is in the repository. */
  readonly developmentLicences: boolean
  /** Multiplies every rate limit; 0 turns them off, for load tests on a laptop. */
  readonly rateLimitFactor: number
  /** Answers are checked against the document; costs time, so for tests and development. */
  readonly validateResponses: boolean
  /** Hosts, addresses and networks (CIDR) that tenants may have the platform connect to although they are private. */
  readonly privateAddresses: readonly string[]
  readonly git: GitPolicy
  /** Catalog repositories are scanned again when the last look is older; 0 leaves it to people. */
  readonly catalogRefreshMinutes: number
  /** Pipelines run there; undefined: the embedded engine runs them. */
  readonly concourse: ConcourseAccess | undefined
  readonly engine: EnginePolicy
  readonly version: { version: string; revision: string; branch: string }
}

interface OAuthClient {
  readonly clientId: string
  readonly clientSecret: string
}
export interface OAuthConfig {
  /** `issuer`: where its OpenID configuration is found. */
  readonly google?: OAuthClient & { readonly issuer: string }
  /** `url`: of github.com or of a GitHub Enterprise Server, without a slash at the end. */
  readonly github?: OAuthClient & { readonly url: string }
  readonly azuread?: OAuthClient & { readonly issuer: string; readonly tenantId: string }
}

export interface SamlConfig {
  /** Addresses or absolute files of the metadata of identity providers. Empty: SAML2 is only what organizations bring. */
  readonly metadata: readonly string[]
}

export interface StripeConfig {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Another address of the API, for a double; undefined: Stripe's own. */
  readonly apiUrl: string | undefined
}

export interface MarketplaceConfig {
  readonly productCode: string
  readonly region: string
  /** Another address of AWS, for a double; undefined: AWS itself. */
  readonly endpoint: string | undefined
}

export interface ConcourseAccess {
  /** Without a slash at the end. */
  readonly url: string
  /** A local user that owns the team `main`. */
  readonly username: string
  readonly password: string
  /** Calls at once, of this process. */
  readonly concurrency: number
  /** Of one call. */
  readonly seconds: number
}

const megabyte = 2 ** 20
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
type LogLevel = (typeof logLevels)[number]

export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/** @throws ConfigError listing everything that is wrong, not only the first. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const text = (name: string) => env[name]?.trim() || undefined
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const value = text(name)
    if (value === undefined) return fallback
    const number = Number(value)
    if (Number.isInteger(number) && number >= min && number <= max) return number
    problems.push(`${name} must be a whole number from ${min} to ${max}, not "${value}"`)
    return fallback
  }
  const flag = (name: string, fallback: boolean) => {
    const value = text(name)?.toLowerCase()
    if (value === undefined) return fallback
    if (['1', 'true', 'yes', 'on'].includes(value)) return true
    if (['0', 'false', 'no', 'off'].includes(value)) return false
    problems.push(`${name} must be true or false, not "${value}"`)
    return fallback
  }
  const url = (name: string, protocols: readonly string[]) => {
    const value = text(name)
    if (value === undefined) return undefined
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/+$/, '')
    // The value may hold a password, so it is not repeated.
    problems.push(`${name} must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`)
    return undefined
  }
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T) => {
    const value = text(name)
    if (value === undefined) return fallback
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) problems.push(`${name} must be one of ${values.join(', ')}, not "${value}"`)
    return found ?? fallback
  }

  const list = (name: string) =>
    (text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
  const port = integer('PORT', 3001, 0, 65_535)
  const home = text('TROCHOID_HOME') ?? '.trochoid'
  const masterKeys = text('MASTER_KEYS')
  for (const pair of masterKeys?.split(',') ?? [])
    if (!/^[\w-]+:[A-Za-z0-9+/]{43}=$/.test(pair.trim()))
      problems.push('MASTER_KEYS must be id:key pairs separated by commas, each key 32 bytes in base64 (npm run keys -- new makes one)')
  const pairs = (name: string, isValue: (value: string) => boolean, valueIs: string) =>
    new Map(
      list(name).flatMap((pair) => {
        const mark = pair.indexOf('=')
        const [key, value] = [pair.slice(0, mark), pair.slice(mark + 1)]
        if (mark > 0 && isValue(value)) return [[key, value] as const]
        problems.push(`${name} must be name=value pairs separated by commas, each value ${valueIs}, not "${pair}"`)
        return []
      }),
    )
  /** All or none: half a configuration is a mistake that should not wait for the first sign-in. */
  const together = (...names: string[]) => {
    const given = names.filter((name) => text(name) !== undefined)
    if (given.length === 0) return false
    for (const name of names) if (!given.includes(name)) problems.push(`${name} must be set beside ${given.join(' and ')}`)
    return given.length === names.length
  }
  const client = (prefix: string) => ({ clientId: text(`${prefix}_CLIENT_ID`) ?? '', clientSecret: text(`${prefix}_CLIENT_SECRET`) ?? '' })
  const google = together('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET')
  const github = together('GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET')
  const azuread = together('AZUREAD_CLIENT_ID', 'AZUREAD_CLIENT_SECRET', 'AZUREAD_TENANT_ID')
  const tenantId = text('AZUREAD_TENANT_ID') ?? ''
  const stripe = together('STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET')
  const productCode = text('AWS_MARKETPLACE_PRODUCT_CODE')
  const samlMetadata = list('SAML_METADATA')
  for (const source of samlMetadata)
    if (!isAbsolute(source) && !(URL.canParse(source) && /^https?:$/.test(new URL(source).protocol)))
      problems.push(`SAML_METADATA must be addresses (https://…) or absolute files, separated by commas, not "${source}"`)
  const concourseUrl = url('CONCOURSE_URL', ['http:', 'https:'])
  for (const name of concourseUrl ? ['CONCOURSE_USERNAME', 'CONCOURSE_PASSWORD'] : [])
    if (!text(name)) problems.push(`${name} must be set beside CONCOURSE_URL: a local user that owns the team main`)
  const tasks = text('ENGINE_TASKS') ?? 'none'
  const taskUser = text('ENGINE_TASK_USER')
  const absoluteHome = isAbsolute(home) ? home : resolve(home)
  const databaseUrl = url('DATABASE_URL', ['postgres:', 'postgresql:'])
  // With a database of its own the platform is on a laptop, where whoever puts a repository there is whoever uses it.
  const localPaths = text('GIT_LOCAL_PATHS') ?? (databaseUrl ? 'none' : join(absoluteHome, 'repositories'))
  const knownHosts = text('GIT_SSH_KNOWN_HOSTS')
  const config: Config = {
    port,
    host: text('HOST') ?? '0.0.0.0',
    home: absoluteHome,
    databaseUrl,
    databasePoolSize: integer('DATABASE_POOL_SIZE', 20, 2, 1000),
    apiUrl: url('API_URL', ['http:', 'https:']) ?? `http://localhost:${port}`,
    consoleUrl: url('CONSOLE_URL', ['http:', 'https:']) ?? `http://localhost:${port}/console`,
    masterKeys,
    smtpUrl: url('SMTP_URL', ['smtp:', 'smtps:']),
    mailFrom: text('MAIL_FROM') ?? 'Trochoid <trochoid@localhost>',
    worker: flag('WORKER', true),
    workerConcurrency: integer('WORKER_CONCURRENCY', 4, 1, 100),
    logLevel: oneOf('LOG_LEVEL', logLevels, 'info'),
    trustedProxies: integer('TRUSTED_PROXIES', 0, 0, 10),
    sessionHours: integer('SESSION_HOURS', 24, 1, 24 * 365),
    sessionDays: integer('SESSION_DAYS', 30, 1, 365),
    passwordLogin: flag('PASSWORD_LOGIN', true),
    oauth: {
      ...(google
        ? { google: { ...client('GOOGLE'), issuer: url('GOOGLE_ISSUER', ['http:', 'https:']) ?? 'https://accounts.google.com' } }
        : {}),
      ...(github ? { github: { ...client('GITHUB'), url: url('GITHUB_URL', ['http:', 'https:']) ?? 'https://github.com' } } : {}),
      ...(azuread
        ? {
            azuread: {
              ...client('AZUREAD'),
              tenantId,
              issuer:
                url('AZUREAD_ISSUER', ['http:', 'https:']) ?? `https://login.microsoftonline.com/${encodeURIComponent(tenantId)}/v2.0`,
            },
          }
        : {}),
    },
    saml: { metadata: samlMetadata },
    stripe: stripe
      ? {
          secretKey: text('STRIPE_SECRET_KEY') ?? '',
          webhookSecret: text('STRIPE_WEBHOOK_SECRET') ?? '',
          apiUrl: url('STRIPE_API_URL', ['http:', 'https:']),
        }
      : undefined,
    marketplace: productCode
      ? {
          productCode,
          region: text('AWS_MARKETPLACE_REGION') ?? 'us-east-1',
          endpoint: url('AWS_MARKETPLACE_ENDPOINT', ['http:', 'https:']),
        }
      : undefined,
    developmentLicences: flag('LICENCE_DEVELOPMENT', false),
    rateLimitFactor: integer('RATE_LIMIT_FACTOR', 1, 0, 1_000_000),
    validateResponses: flag('VALIDATE_RESPONSES', false),
    privateAddresses: list('PRIVATE_ADDRESSES_ALLOWED'),
    git: {
      localPaths: localPaths === 'none' ? [] : localPaths.split(',').map((path) => resolve(path.trim())),
      plainHttp: flag('GIT_PLAIN_HTTP', false),
      hostKeys: oneOf('GIT_SSH_HOST_KEYS', ['accept-new', 'strict', 'off'] as const, 'accept-new'),
      knownHostsFile: knownHosts && resolve(knownHosts),
      limits: {
        repositoryBytes: integer('GIT_MAX_REPOSITORY_MB', 200, 1, 100_000) * megabyte,
        fileBytes: integer('GIT_MAX_FILE_MB', 1, 1, 16) * megabyte,
        files: integer('GIT_MAX_FILES', 20_000, 1, 10_000_000),
        seconds: integer('GIT_TIMEOUT_SECONDS', 60, 1, 3600),
      },
    },
    catalogRefreshMinutes: integer('CATALOG_REFRESH_MINUTES', 15, 0, 60 * 24 * 7),
    concourse: concourseUrl
      ? {
          url: concourseUrl,
          username: text('CONCOURSE_USERNAME') ?? '',
          password: text('CONCOURSE_PASSWORD') ?? '',
          concurrency: integer('CONCOURSE_CONCURRENCY', 8, 1, 100),
          seconds: integer('CONCOURSE_TIMEOUT_SECONDS', 10, 1, 300),
        }
      : undefined,
    engine: {
      tasks: tasks === 'none' || tasks === 'all' ? tasks : list('ENGINE_TASKS'),
      images: pairs('ENGINE_IMAGES', (value) => value === 'host' || isAbsolute(value), 'host or an absolute folder'),
      resourceTypes: pairs('ENGINE_RESOURCE_TYPES', isAbsolute, 'an absolute folder'),
      builds: integer('ENGINE_BUILDS', 4, 1, 1000),
      buildsPerOrganization: integer('BUILDS_PER_ORGANIZATION', 10, 0, 100_000),
      taskUser: taskUser === undefined ? undefined : integer('ENGINE_TASK_USER', 65_534, 1, 4_294_967_294),
      limits: {
        memoryBytes: integer('ENGINE_TASK_MEMORY_MB', 1024, 16, 1_000_000) * megabyte,
        outputBytes: integer('ENGINE_TASK_OUTPUT_MB', 32, 1, 10_000) * megabyte,
        seconds: integer('ENGINE_TASK_MINUTES', 60, 1, 60 * 24 * 7) * 60,
        diskBytes: integer('ENGINE_BUILD_DISK_MB', 1024, 1, 1_000_000) * megabyte,
        cacheBytes: integer('ENGINE_CACHE_MB', 64, 1, 900) * megabyte,
      },
      checkSeconds: integer('ENGINE_CHECK_SECONDS', 60, 1, 60 * 60 * 24),
      workFolder: join(absoluteHome, 'builds'),
    },
    version: { version: 'v6.0.98', revision: text('REVISION') ?? readRevision(), branch: text('BRANCH') ?? 'master' },
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

/** The commit of the checkout, read from .git without running git; zeros where there is none (a packaged build sets REVISION). */
function readRevision(): string {
  const read = (path: string) => readFileSync(new URL(`../.git/${path}`, import.meta.url), 'utf8').trim()
  try {
    const head = read('HEAD')
    const revision = head.startsWith('ref: ') ? read(head.slice('ref: '.length)) : head
    if (/^[0-9a-f]{40}$/.test(revision)) return revision
  } catch {}
  return '0'.repeat(40)
}
