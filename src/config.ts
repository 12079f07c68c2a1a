import { readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CostConfig, readCostConfig } from './config-costs.ts'
import { type IdentityConfig, readIdentity } from './config-identity.ts'
import { ConfigError, openReader } from './config-reader.ts'
import { readTerraformConfig, type TerraformConfig } from './config-terraform.ts'
import type { EnginePolicy } from './engine/embedded/policy.ts'
import type { GitPolicy } from './outside/git/types.ts'

/** Everything the outside may decide, read once. The README's table lists the variables; a test compares. */
export interface Config extends IdentityConfig {
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
  /** Built when it is missing or old, served as it was built, or not there. */
  readonly console: 'build' | 'serve' | 'off'
  /** Its sources and, in `dist`, what was built of them; absolute. */
  readonly consoleFolder: string
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
  readonly terraform: TerraformConfig
  readonly costs: CostConfig
  readonly version: { version: string; revision: string; branch: string }
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

/** @throws ConfigError listing everything that is wrong, not only the first. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { problems, text, integer, flag, url, oneOf, list, pairs, together } = openReader(env)
  const port = integer('PORT', 3001, 0, 65_535)
  const home = text('TROCHOID_HOME') ?? '.trochoid'
  const masterKeys = text('MASTER_KEYS')
  for (const pair of masterKeys?.split(',') ?? [])
    if (!/^[\w-]+:[A-Za-z0-9+/]{43}=$/.test(pair.trim()))
      problems.push('MASTER_KEYS must be id:key pairs separated by commas, each key 32 bytes in base64 (npm run keys -- new makes one)')
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
  const apiUrl = url('API_URL', ['http:', 'https:']) ?? `http://localhost:${port}`
  const config: Config = {
    port,
    host: text('HOST') ?? '0.0.0.0',
    home: absoluteHome,
    databaseUrl,
    databasePoolSize: integer('DATABASE_POOL_SIZE', 20, 2, 1000),
    apiUrl,
    consoleUrl: url('CONSOLE_URL', ['http:', 'https:']) ?? `${apiUrl}/console`,
    console: oneOf('CONSOLE', ['build', 'serve', 'off'] as const, 'build'),
    consoleFolder: fileURLToPath(new URL('../console', import.meta.url)),
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
    ...readIdentity({ problems, text, url, list, together }),
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
    terraform: readTerraformConfig({ text, url, integer }),
    costs: readCostConfig({ url, integer }),
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
