/**
 * The connection pool, and the two ways a statement reaches Postgres inside a scope. Domain code never sees this file: it
 * holds an OrgTx, AccountTx or PlatformTx.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import pg from 'pg'
import { unavailable } from '../errors.ts'
import type { DB } from './database.ts'
import { ScopedQuery } from './scoped-query.ts'
import { translateViolation } from './violations.ts'

/** Whose eyes a transaction looks through. Numbers and subjects come from the database, never from a caller. */
export type Scope =
  | { kind: 'organization'; organizationId: number; accountId: number | null; subjects: readonly string[]; epoch: number | null }
  | { kind: 'account'; accountId: number }
  | { kind: 'platform' }

/** Thrown when remembered rules turned out to be old; http/enter-organization.ts reads them again and repeats the request. */
export class StaleAccess extends Error {}

/** What a transaction can do beside statements. */
export interface WriteSession {
  /** Steps into another scope. */
  enter(scope: Scope): Promise<void>
  /** Sent together with `commit`, after everything else; its failure fails the transaction. */
  last(query: CompiledQuery): void
}

export interface Database {
  readonly pool: pg.Pool
  read<T>(scope: Scope, run: (db: Kysely<DB>) => Promise<T>): Promise<T>
  write<T>(scope: Scope, run: (db: Kysely<DB>, session: WriteSession) => Promise<T>): Promise<T>
  [Symbol.asyncDispose](): Promise<void>
}

// bigint and numeric counts fit a double here: ids are uint32, counts are small.
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === 20 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

export interface DatabaseOptions {
  url: string
  size: number
  /** Milliseconds after which one statement is given up; a tenant's regular expression must not hold a connection. */
  statementTimeout?: number
  onError?: (error: Error) => void
}

export function openDatabase({ url, size, statementTimeout = 15_000, onError }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types,
    // Whoever the URL says we are, we work as a role that owns nothing and bypasses nothing. Statements are prepared, and
    // planned once: with row-level security in them Postgres would plan most of them anew each time, which cost a list of
    // 20 projects a third of its time.
    options: `-c role=trochoid_app -c statement_timeout=${statementTimeout} -c idle_in_transaction_session_timeout=60000 -c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC`,
    application_name: 'trochoid',
    pipeline: true,
    // Every ScopedQuery finds its scope statement prepared.
    async onConnect(client: pg.ClientBase) {
      for (const { name, text, values } of Object.values(scopeStatements)) await client.query({ name, text, values: [...values] })
    },
  } as pg.PoolConfig)
  pool.on('error', (error) => onError?.(error))
  // The pool listens to idle connections only; one that breaks during a statement would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    pool,
    read: (scope, run) => lease(pool, (client) => run(kyselyOver(new ReadConnection(client, scope)))),
    write: (scope, run) => retrying(() => lease(pool, (client) => transaction(client, scope, run))),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

async function lease<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient
  try {
    client = await pool.connect()
  } catch (cause) {
    throw unavailable('The database cannot be reached for the moment', { cause })
  }
  let failure: Error | undefined
  try {
    return await run(client)
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error
    failure = error
    throw unavailable('The connection to the database broke: look whether the change was made, and repeat it if not', { cause: error })
  } finally {
    client.release(failure)
  }
}

/** The connection is in an unknown state and must not go back to the pool. */
class ConnectionLost extends Error {}

/**
 * One transaction. Statements are pipelined where nothing waits for them: `begin` travels with the first statement, and
 * what `last` holds (the audit event) with `commit`. Profile of a create at 20 connections: a third of the process' time
 * went into writing to the database's socket, six times a request; now it is twice.
 */
async function transaction<T>(client: pg.PoolClient, scope: Scope, run: (db: Kysely<DB>, write: WriteSession) => Promise<T>): Promise<T> {
  const last: CompiledQuery[] = []
  const begun = together(client, () => Promise.all([client.query(begin), enter(client, scope)]))
  begun.catch(() => {})
  const connection = new WriteConnection(client, begun)
  try {
    const session: WriteSession = {
      enter: async (other) => void (await enter(client, other)),
      last: (query) => void last.push(query),
    }
    const result = await run(kyselyOver(connection), session)
    await begun
    const sent = together(client, () => [...last.map((query) => connection.executeQuery(query)), client.query(commit)] as const)
    const ended = (await Promise.all(sent)).at(-1) as pg.QueryResult
    if (ended.command !== 'COMMIT') throw new Error(`the transaction ended with ${ended.command}`)
    return result
  } catch (error) {
    await client.query('rollback').catch((cause) => {
      throw new ConnectionLost('the transaction could not be rolled back', { cause })
    })
    throw translate(error)
  }
}

/** Statements sent during this turn of the event loop leave in one packet. */
function together<T>(client: pg.PoolClient, send: () => T): T {
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection
  stream.cork()
  setImmediate(() => stream.uncork())
  return send()
}

/** Serialization failures and deadlocks are Postgres asking to try again; the whole transaction is repeated. */
async function retrying<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if ((code !== '40001' && code !== '40P01') || attempt === 5) throw error
      await new Promise((wake) => setTimeout(wake, Math.random() * 20 * 2 ** attempt))
    }
  }
}

/** Whoever steps back out of an organization no longer sees its rows. */
const outside = `set_config('trochoid.organization_id', '', true)`
const scopeStatements = {
  organization: { name: 'scope_organization', text: 'select enter_organization($1, $2, $3, $4)', values: ['0', null, '{}', null] },
  account: { name: 'scope_account', text: `select set_config('trochoid.account_id', $1, true), ${outside}`, values: [''] },
  platform: { name: 'scope_platform', text: `select set_config('trochoid.platform', 'on', true), ${outside}`, values: [] },
} as const

const numberText = (value: number | null) => (value === null ? null : String(value))

function scopeValues(scope: Scope): (string | null)[] {
  switch (scope.kind) {
    case 'organization':
      return [String(scope.organizationId), numberText(scope.accountId), `{${scope.subjects.join(',')}}`, numberText(scope.epoch)]
    case 'account':
      return [String(scope.accountId)]
    case 'platform':
      return []
  }
}

const begin = { name: 'begin', text: 'begin' }
const commit = { name: 'commit', text: 'commit' }

function enter(client: pg.PoolClient, scope: Scope): Promise<unknown> {
  const { name, text } = scopeStatements[scope.kind]
  return client.query({ name, text, values: scopeValues(scope) })
}

/**
 * Reads need no begin and commit: Postgres treats what comes before one Sync as a transaction, so the scope and the
 * statement travel together and cost one round trip. Measured on a list of 20 rows: 0.72 of a bare query's requests per
 * second with begin, set_config, commit; 0.95 this way.
 */
class ReadConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #scope: Scope
  constructor(client: pg.PoolClient, scope: Scope) {
    this.#client = client
    this.#scope = scope
  }
  executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    return new Promise((resolve, reject) => {
      const prefix = { name: scopeStatements[this.#scope.kind].name, values: scopeValues(this.#scope) }
      const config = { name: statementName(sql), text: sql, values: parameters as unknown[], types }
      const query = new ScopedQuery(prefix, config, (error, result) =>
        error ? reject(translate(error)) : resolve({ rows: (result?.rows ?? []) as R[] }),
      )
      this.#client.query(query as unknown as pg.Submittable)
    })
  }
  // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing here streams rows through it.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed through a scope')
  }
}

class WriteConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #begun: Promise<unknown>
  constructor(client: pg.PoolClient, begun: Promise<unknown>) {
    this.#client = client
    this.#begun = begun
  }
  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { rows, rowCount } = await this.#client.query({ name: statementName(sql), text: sql, values: parameters as unknown[] })
      return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
    } catch (error) {
      // When `begin` was refused, that is the reason; this statement only met an aborted transaction.
      await this.#begun
      throw error
    }
  }
  // biome-ignore lint/correctness/useYield: as above.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed through a scope')
  }
}

/**
 * Named statements are parsed and planned once per connection, and stay. Texts are few; past the bound they go unnamed. So do
 * long ones: those are long lists of values or filters, each length of which is another text.
 */
const statementNames = new Map<string, string>()
function statementName(sql: string): string | undefined {
  const known = statementNames.get(sql)
  if (known !== undefined || statementNames.size >= 1000 || sql.length > 5000) return known
  const name = `q${statementNames.size}`
  statementNames.set(sql, name)
  return name
}

const dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
}
const base = new Kysely<DB>({ dialect })
const driver = new DummyDriver()

function kyselyOver(connection: DatabaseConnection): Kysely<DB> {
  const executor = base.getExecutor().withConnectionProvider({ provideConnection: (consumer) => consumer(connection) })
  return new Kysely<DB>({ config: { dialect }, driver: driver as never, executor, dialect })
}

/** Postgres' words for what a caller did become ours; everything else stays as it is and ends as a 500. */
function translate(error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (code === 'TR001') return new StaleAccess()
  if (isBroken(error)) return unavailable('The connection to the database broke: try again', { cause: error })
  return translateViolation(error)
}

/** Postgres stops or was stopped (57P0x, 08xxx), or the network between us did. */
function isBroken(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return /^(?:57P0[1-3]|08...|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT)$/.test(code)
  return (
    typeof message === 'string' && /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/.test(message)
  )
}
