import {
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
import type { PoolClient } from 'pg'
import type { DB, TenantDatabase, TenantTable } from './database.ts'
import { type Database, type Scope, scopeText } from './pool.ts'

type OrganizationScope = Extract<Scope, { kind: 'organization' }>
type Values<T extends TenantTable> = Omit<Insertable<DB[T]>, 'organization_id'>

/**
 * A transaction inside one organization. Every statement starts from a tenant table and already carries organization_id,
 * which cannot be written; row-level security stands behind it for joins and raw SQL. To be inside a transaction is to hold
 * one of these: the constructor is private.
 */
export class OrgTx {
  readonly organizationId: number
  readonly #db: Kysely<DB>
  readonly #client: PoolClient | null
  readonly #scope: OrganizationScope

  private constructor(scope: OrganizationScope, db: Kysely<DB>, client: PoolClient | null) {
    this.organizationId = scope.organizationId
    this.#scope = scope
    this.#db = db
    this.#client = client
  }

  static read<T>(database: Database, scope: OrganizationScope, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    return database.read(scope, (db) => run(new OrgTx(scope, db, null)))
  }

  static write<T>(database: Database, scope: OrganizationScope, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    return database.write(scope, (db, client) => run(new OrgTx(scope, db, client)))
  }

  /** Inside a transaction that another scope opened: see `inOrganization` and account-tx.ts. */
  static async within<T>(client: PoolClient, db: Kysely<DB>, scope: OrganizationScope, back: Scope, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    await client.query(scopeText(scope))
    const result = await run(new OrgTx(scope, db, client))
    await client.query(scopeText(back))
    return result
  }

  selectFrom<T extends TenantTable>(table: T): SelectQueryBuilder<TenantDatabase, T, unknown> {
    const query = this.#db.selectFrom(table as TenantTable).where(sql.ref<number>(`${table}.organization_id`), '=', this.organizationId)
    return query as unknown as SelectQueryBuilder<TenantDatabase, T, unknown>
  }

  insertInto<T extends TenantTable>(table: T, values: Values<T> | readonly Values<T>[]): InsertQueryBuilder<TenantDatabase, T, InsertResult> {
    const rows = (Array.isArray(values) ? values : [values]) as Values<T>[]
    const query = this.#db.insertInto(table as TenantTable).values(rows.map((row) => ({ ...row, organization_id: this.organizationId })) as never)
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

  /** A step into another organization in the same transaction, for creating a child together with its parent's event. */
  inOrganization<T>(organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    if (!this.#client) throw new Error('a read cannot step into another organization')
    const scope: OrganizationScope = { ...this.#scope, organizationId, epoch: null }
    return OrgTx.within(this.#client, this.#db, scope, { ...this.#scope, epoch: null }, run)
  }
}
