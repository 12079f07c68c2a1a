/** The few long-lived things, built once, disposed in reverse. Everything else is functions that are handed what they need. */
import { join } from 'node:path'
import { type KeyUse, openKeyUse } from './access/key-use.ts'
import { type Memory, openMemory } from './access/remember.ts'
import { openSessionTokens, type SessionTokens } from './access/session-tokens.ts'
import { openSessions, type Sessions } from './access/sessions.ts'
import { openStateTokenKey, type StateTokenKey } from './access/state-token-key.ts'
import type { Config } from './config.ts'
import type { OperationId } from './contract/operations.ts'
import { type CostWork, openCostWork } from './costs/import/work.ts'
import { openPostgresStore } from './costs/postgres/store.ts'
import type { CostStore } from './costs/types.ts'
import { assertWalls } from './db/assert-walls.ts'
import { openNotices } from './db/notices.ts'
import { type Database, openDatabase } from './db/pool.ts'
import { tellNewAddresses } from './domains/api-keys/new-address.ts'
import { enginePorts } from './domains/pipelines/engine-ports.ts'
import { openSaml, type Saml } from './domains/sso/saml-installation.ts'
import { openConcourseEngine } from './engine/concourse/engine.ts'
import { openEmbeddedEngine } from './engine/embedded/engine.ts'
import { openResourceTypes } from './engine/embedded/resources/types.ts'
import { openTaskRunner } from './engine/embedded/tasks/run.ts'
import type { PipelineEngine } from './engine/types.ts'
import type { Log } from './log.ts'
import { type Metrics, openMetrics } from './metrics.ts'
import { type AddressGuard, openAddressGuard } from './outside/address-guard.ts'
import { openGit } from './outside/git/git.ts'
import type { Git } from './outside/git/types.ts'
import { type Mailer, openSmtpMailer } from './outside/mail.ts'
import { type Marketplace, openMarketplace } from './outside/marketplace.ts'
import { type MasterKeys, openMasterKeys } from './outside/master-key.ts'
import { openOAuth } from './outside/oauth/oauth.ts'
import type { OAuthProviders } from './outside/oauth/types.ts'
import { openStripe } from './outside/stripe/stripe.ts'
import type { Stripe } from './outside/stripe/types.ts'
import { openPolicyEngine } from './policies/engine.ts'
import type { PolicyEngine } from './policies/types.ts'

export interface Platform {
  readonly config: Config
  readonly log: Log
  readonly database: Database
  readonly master: MasterKeys
  readonly tokens: SessionTokens
  /** What vouches for the tokens of Terraform states. */
  readonly stateTokens: StateTokenKey
  readonly memory: Memory
  readonly sessions: Sessions
  readonly keyUse: KeyUse
  /** Undefined: mail goes to the local outbox. */
  readonly mailer: Mailer | undefined
  /** Which hosts tenants may have us connect to. */
  readonly guard: AddressGuard
  readonly git: Git
  /** Undefined: nobody is asked to pay. */
  readonly stripe: Stripe | undefined
  /** Where everybody may sign in, as far as it is configured. */
  readonly oauth: OAuthProviders
  readonly saml: Saml
  /** Undefined: the product is not sold on the AWS Marketplace. */
  readonly marketplace: Marketplace | undefined
  /** What decides whether a plan is allowed. */
  readonly policies: PolicyEngine
  /** What keeps the costs of clouds, and the processes that bring them in. */
  readonly costs: CostStore
  readonly costWork: CostWork
  readonly metrics: Metrics
  /** What runs pipelines: Concourse where it is configured, otherwise our own. */
  readonly engine: PipelineEngine
  /** Of the embedded engine: the part that schedules and runs builds, for processes that do. */
  readonly startRunner: (() => Promise<AsyncDisposable>) | undefined
  /** Answers that last, to be ended when the process stops. */
  readonly lasting: Set<AbortController>
  /** Set when the process is asked to stop; new connections are sent elsewhere. */
  draining: boolean
  /** For tests, which fail on an answer that does not match its schema. */
  onBadAnswer?: (error: Error, id: OperationId) => void
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * @param url of the database; the service works as a role that owns nothing, whoever the URL names
 * @throws Error when the walls between tenants are not as the migrations left them, or the master key is another one
 */
export async function openPlatform(config: Config, log: Log, url: string): Promise<Platform> {
  const master = openMasterKeys(config.masterKeys, config.home)
  const database = openDatabase({
    url,
    size: config.databasePoolSize,
    // Sums over a month of costs fit into this, and need not be made in parts on disk (a fifth of their time).
    settings: ['work_mem=16MB'],
    onError: (err) => log.warn({ err }, 'an idle database connection broke'),
  })
  try {
    await assertWalls(database)
    const tokens = await openSessionTokens(database, master)
    const stateTokens = await openStateTokenKey(database, master)
    const keyUse = openKeyUse(database, log, tellNewAddresses)
    const guard = openAddressGuard({ allowed: config.privateAddresses })
    const policies = openPolicyEngine(config.terraform.policies, log)
    const { memoryMb, minutes } = config.costs
    // One place of the worker is left for other work on costs, and one for everything else.
    const imports = Math.max(1, Math.min(2, config.workerConcurrency - 2))
    const costWork = openCostWork({ databaseUrl: url, memoryMb, minutes, imports, privateAddresses: config.privateAddresses, log })
    const cacheFolder = join(config.home, 'git')
    const git = await openGit({ cacheFolder, policy: config.git, guard, log: (line) => log.debug({ git: true }, line) })
    const { engine, startRunner, notices } = await openEngine({ config, log, database, master, guard, git, url })
    return {
      config,
      log,
      database,
      master,
      tokens,
      stateTokens,
      memory: openMemory(database, tokens, { billing: config.stripe !== undefined }),
      sessions: openSessions(database),
      keyUse,
      mailer: config.smtpUrl ? openSmtpMailer(config.smtpUrl, config.mailFrom) : undefined,
      guard,
      git,
      stripe: config.stripe && openStripe(config.stripe, (reason) => log.warn({ reason }, 'Stripe cannot do what it was asked')),
      oauth: openOAuth(config.oauth, { log: (line) => log.warn({ sign_in: true }, line) }),
      saml: openSaml({ config, database, master, log }),
      marketplace:
        config.marketplace && openMarketplace(config.marketplace, (reason) => log.warn({ reason }, 'the AWS Marketplace cannot be asked')),
      policies,
      costs: openPostgresStore(),
      costWork,
      metrics: openMetrics(database, log),
      engine,
      startRunner,
      lasting: new Set(),
      draining: false,
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]()
        await costWork[Symbol.asyncDispose]()
        await policies[Symbol.asyncDispose]()
        await notices?.[Symbol.asyncDispose]()
        await git[Symbol.asyncDispose]()
        await keyUse[Symbol.asyncDispose]()
        await database[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

interface EngineDeps extends Pick<Platform, 'config' | 'log' | 'database' | 'master' | 'guard' | 'git'> {
  url: string
}

async function openEngine({ config, log, database, master, guard, git, url }: EngineDeps) {
  if (config.concourse) {
    const engine = await openConcourseEngine({ access: config.concourse, policy: config.engine, log })
    return { engine, startRunner: undefined, notices: undefined }
  }
  const ports = enginePorts({ database, master })
  // Keys and data, which tasks of a platform that is not root could read otherwise: they run as its own user then.
  const hidden = [config.home]
  const notices = openNotices(url, (err) => log.warn({ err }, 'the connection for notices broke'))
  const engine = openEmbeddedEngine({
    database,
    notices,
    policy: config.engine,
    ports,
    resourceTypes: openResourceTypes({ policy: config.engine, git, guard, ports, log, now: Date.now, hidden }),
    runTask: openTaskRunner({ policy: config.engine, log: (line, level) => log[level]({ tasks: true }, line), hidden }),
    log,
    apiUrl: config.apiUrl,
  })
  return { engine, startRunner: () => engine.startRunner(), notices }
}
