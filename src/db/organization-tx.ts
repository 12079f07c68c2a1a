import {
  type CompiledQuery,
  type DeleteQueryBuilder,
  type DeleteResult,
  type Insertable,
  type InsertQueryBuilder,
  type InsertResult,
  type Kysely,
  type QueryResult,
  type RawBuilder,
  type SelectQueryBuilder,
  sql,
  type UpdateQueryBuilder,
  type UpdateResult,
} from 'kysely'
import type { DB, TenantDatabase, TenantTable } from './database.ts'
import type { Database, Scope, WriteSession } from './pool.ts'

/** Tables with a policy `shared`; db/README.md lists them. */
type SharedTable = 'stacks' | 'stack_files'
type OrganizationScope = Extract<Scope, { kind: 'organization' }>
type Columns<T extends TenantTable> = Omit<Insertable<DB[T]>, 'organization_id'>
/** A value, or the SQL that finds it. */
type Values<T extends TenantTable> = { [C in keyof Columns<T>]: Columns<T>[C] | RawBuilder<NonNullable<Columns<T>[C]>> }

/**
 * A transaction inside one organization. Every statement starts from a tenant table and already carries organization_id,
 * which cannot be written; row-level security stands behind it for joins and raw SQL. To be inside a transaction is to hold
 * one of these: the constructor is private.
 */
export class OrgTx {
  readonly organizationId: number
  readonly #db: Kysely<DB>
  readonly #session: WriteSession | null
  readonly #scope: OrganizationScope

  private constructor(scope: OrganizationScope, db: Kysely<DB>, session: WriteSession | null) {
    this.organizationId = scope.organizationId
    this.#scope = scope
    this.#db = db
    this.#session = session
  }

  static read<T>(database: Database, scope: OrganizationScope, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    return database.read(scope, (db) => run(new OrgTx(scope, db, null)))
  }

  static write<T>(database: Database, scope: OrganizationScope, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    return database.write(scope, (db, session) => run(new OrgTx(scope, db, session)))
  }

  /** Inside a transaction that another scope opened: see `inOrganization` and account-tx.ts. */
  static async within<T>(
    session: WriteSession,
    db: Kysely<DB>,
    scope: OrganizationScope,
    back: Scope,
    run: (tx: OrgTx) => Promise<T>,
  ): Promise<T> {
    await session.enter(scope)
    const result = await run(new OrgTx(scope, db, session))
    await session.enter(back)
    return result
  }

  selectFrom<T extends TenantTable>(table: T): SelectQueryBuilder<TenantDatabase, T, unknown> {
    const query = this.#db.selectFrom(table as TenantTable).where(sql.ref<number>(`${table}.organization_id`), '=', this.organizationId)
    return query as unknown as SelectQueryBuilder<TenantDatabase, T, unknown>
  }

  /** Reads that may leave the organization: what an ancestor shares, as the row-level policies named `shared` let through. */
  selectFromShared<T extends SharedTable>(table: T): SelectQueryBuilder<TenantDatabase, T, unknown> {
    return this.#db.selectFrom(table as SharedTable) as unknown as SelectQueryBuilder<TenantDatabase, T, unknown>
  }

  insertInto<T extends TenantTable>(
    table: T,
    values: Values<T> | readonly Values<T>[],
  ): InsertQueryBuilder<TenantDatabase, T, InsertResult> {
    const rows = (Array.isArray(values) ? values : [values]) as Values<T>[]
    const query = this.#db
      .insertInto(table as TenantTable)
      .values(rows.map((row) => ({ ...row, organization_id: this.organizationId })) as never)
    return query as unknown as InsertQueryBuilder<TenantDatabase, T, InsertResult>
  }

  updateTable<T extends TenantTable>(table: T): UpdateQueryBuilder<TenantDatabase, T, T, UpdateResult> {
    const query = this.#db.updateTable(table as TenantTable).where(sql.ref<number>(`${table}.organization_id`), '=', this.organizationId)
    return query as unknown as UpdateQueryBuilder<TenantDatabase, T, T, UpdateResult>
  }

  deleteFrom<T extends TenantTable>(table: T): DeleteQueryBuilder<TenantDatabase, T, DeleteResult> {
    const query = this.#db.deleteFrom(table as TenantTable).where(sql.ref<number>(`${table}.organization_id`), '=', this.organizationId)
    return query as unknown as DeleteQueryBuilder<TenantDatabase, T, DeleteResult>
  }

  /** For functions of the database and shapes the builder cannot say; only row-level security guards it, so only in queries.ts. */
  execute<R>(statement: RawBuilder<R>): Promise<QueryResult<R>> {
    return statement.execute(this.#db)
  }

  /** Sent together with `commit`: for what nobody waits for, such as the audit event of the change. */
  lastly(query: { compile(): CompiledQuery }): void {
    if (!this.#session) throw new Error('a read writes nothing')
    this.#session.last(query.compile())
  }

  /** A step into another organization in the same transaction, for creating a child together with its parent's event. */
  inOrganization<T>(organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    if (!this.#session) throw new Error('a read cannot step into another organization')
    const scope: OrganizationScope = { ...this.#scope, organizationId, epoch: null }
    return OrgTx.within(this.#session, this.#db, scope, { ...this.#scope, epoch: null }, run)
  }
}
