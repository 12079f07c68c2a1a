/**
 * The connection pool, and the two ways a statement reaches Postgres inside a scope. Domain code never sees this file: it
 * holds an OrgTx, AccountTx or PlatformTx.
 */
import {
  CompiledQuery,
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
import { type Prepared, ScopedQuery } from './scoped-query.ts'
import { translateViolation } from './violations.ts'

/** Whose eyes a transaction looks through. Numbers and subjects come from the database, never from a caller. */
export type Scope =
  | { kind: 'organization'; organizationId: number; accountId: number | null; subjects: readonly string[]; epoch: number | null }
  | { kind: 'account'; accountId: number }
  | { kind: 'platform' }

/** Inside an organization on behalf of nobody, as jobs and commands are. */
export const insideOf = (organizationId: number) =>
  ({ kind: 'organization', organizationId, accountId: null, subjects: [], epoch: null }) as const satisfies Scope

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

// bigint and numeric counts fit a double here: ids are uint32, counts are small. A date is a day, and no instant.
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === 20 ? Number : oid === 1082 ? String : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

export interface DatabaseOptions {
  url: string
  size: number
  /** Milliseconds after which one statement is given up; a tenant's regular expression must not hold a connection. */
  statementTimeout?: number
  /** Settings of Postgres for every connection, `work_mem=128MB`, for work that is unlike that of a request. */
  settings?: readonly string[]
  onError?: (error: Error) => void
}

export function openDatabase({ url, size, statementTimeout = 15_000, settings = [], onError }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types,
    // Whoever the URL says we are, we work as a role that owns nothing and bypasses nothing. Statements are prepared, and
    // planned once: with row-level security in them Postgres would plan most of them anew each time, which cost it a third of
    // its time for a list of 20 projects (1,147 → 754 µs).
    options: `-c role=trochoid_app -c statement_timeout=${statementTimeout} -c idle_in_transaction_session_timeout=60000 -c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC${settings.map((setting) => ` -c ${setting}`).join('')}`,
    application_name: 'trochoid',
    pipeline: true,
    // Every ScopedQuery finds what it brings along prepared.
    async onConnect(client: pg.ClientBase) {
      for (const { name, text, values } of [begin, ...Object.values(scopeStatements), commit])
        await client.query({ name, text, values: [...values] })
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
 * One transaction. `begin` and the scope travel with its first statement, and `commit` with what `last` holds (the audit
 * event). Profile of a create at 20 connections: a fifth of the process' time went into writing to sockets, the database's six
 * times a request; now it is twice, and Postgres answers twice instead of six times.
 */
async function transaction<T>(client: pg.PoolClient, scope: Scope, run: (db: Kysely<DB>, write: WriteSession) => Promise<T>): Promise<T> {
  const connection = new WriteConnection(client, scope)
  const last: CompiledQuery[] = []
  try {
    const result = await run(kyselyOver(connection), { enter: (other) => connection.enter(other), last: (query) => void last.push(query) })
    await connection.commit(last)
    return result
  } catch (error) {
    await client.query('rollback').catch((cause) => {
      throw new ConnectionLost('the transaction could not be rolled back', { cause })
    })
    throw translate(error)
  }
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

const begin = { name: 'begin', text: 'begin', values: [] }
const commit = { name: 'commit', text: 'commit', values: [] }

const scopeStatement = (scope: Scope): Prepared => ({ name: scopeStatements[scope.kind].name, values: scopeValues(scope) })

/** Sends one statement with others before and after it; see ScopedQuery. */
function send<R>(client: pg.PoolClient, { sql, parameters }: CompiledQuery, before: readonly Prepared[], after?: Prepared) {
  return new Promise<{ rows: R[]; rowCount: number | null; ended: string | undefined }>((resolve, reject) => {
    const config = { name: statementName(sql), text: sql, values: parameters as unknown[], types }
    const query = new ScopedQuery(
      before,
      config,
      (error, result) => {
        if (error) reject(error)
        else resolve({ rows: (result?.rows ?? []) as R[], rowCount: result?.rowCount ?? null, ended: query.ended })
      },
      after,
    )
    client.query(query as unknown as pg.Submittable)
  })
}

/**
 * Reads need no begin and commit: Postgres treats what comes before one Sync as a transaction, so the scope and the
 * statement travel together and cost one round trip; begin, set_config and commit around it would be three more.
 */
class ReadConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #scope: Scope
  constructor(client: pg.PoolClient, scope: Scope) {
    this.#client = client
    this.#scope = scope
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { rows } = await send<R>(this.#client, query, [scopeStatement(this.#scope)])
      return { rows }
    } catch (error) {
      throw translate(error)
    }
  }
  // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing here streams rows through it.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed through a scope')
  }
}

class WriteConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #scope: Scope
  #begun = false
  constructor(client: pg.PoolClient, scope: Scope) {
    this.#client = client
    this.#scope = scope
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount } = await send<R>(this.#client, query, this.#beginning())
    return { rows, numAffectedRows: BigInt(rowCount ?? 0) }
  }
  async enter(other: Scope): Promise<void> {
    const { text } = scopeStatements[other.kind]
    await send(this.#client, CompiledQuery.raw(text, scopeValues(other)), this.#beginning())
  }
  async commit(last: readonly CompiledQuery[]): Promise<void> {
    if (!this.#begun && last.length === 0) return
    for (const query of last.slice(0, -1)) await this.executeQuery(query)
    const final = last.at(-1)
    const ended = final ? (await send(this.#client, final, this.#beginning(), commit)).ended : (await this.#client.query(commit)).command
    if (ended !== 'COMMIT') throw new Error(`the transaction ended with ${ended}`)
  }
  /** What the first statement brings along. */
  #beginning(): Prepared[] {
    if (this.#begun) return []
    this.#begun = true
    return [begin, scopeStatement(this.#scope)]
  }
  // biome-ignore lint/correctness/useYield: as above.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed through a scope')
  }
}

/**
 * Named statements are parsed and planned once per connection, and stay. Texts are few; past the bound they go unnamed. So do
 * long ones: those are long lists of values or filters, each length of which is another text; and those that say so.
 */
/** Stands in a statement that holds a value itself, so that there are as many texts as values. */
export const manyTexts = '/* one of many */'

const statementNames = new Map<string, string>()
function statementName(sql: string): string | undefined {
  const known = statementNames.get(sql)
  if (known !== undefined || statementNames.size >= 1000 || sql.length > 5000 || sql.includes(manyTexts)) return known
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
