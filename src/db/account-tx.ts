import type { Kysely, QueryResult, RawBuilder } from 'kysely'
import type { PoolClient } from 'pg'
import type { AccountDatabase, DB } from './database.ts'
import { OrgTx } from './organization-tx.ts'
import type { Database, Scope } from './pool.ts'

type OutsideScope = Extract<Scope, { kind: 'account' | 'platform' }>

/**
 * A transaction outside organizations. In the account scope it sees one person's rows and the organizations they belong
 * to; in the platform scope (sign-up, login, keys, mail) it sees all accounts, and no tenant's rows at all.
 */
export class AccountTx {
  readonly db: Kysely<AccountDatabase>
  readonly #db: Kysely<DB>
  readonly #client: PoolClient | null
  readonly #scope: OutsideScope

  private constructor(scope: OutsideScope, db: Kysely<DB>, client: PoolClient | null) {
    this.#scope = scope
    this.#db = db
    this.#client = client
    this.db = db as unknown as Kysely<AccountDatabase>
  }

  static read<T>(database: Database, scope: OutsideScope, run: (tx: AccountTx) => Promise<T>): Promise<T> {
    return database.read(scope, (db) => run(new AccountTx(scope, db, null)))
  }

  static write<T>(database: Database, scope: OutsideScope, run: (tx: AccountTx) => Promise<T>): Promise<T> {
    return database.write(scope, (db, client) => run(new AccountTx(scope, db, client)))
  }

  execute<R>(statement: RawBuilder<R>): Promise<QueryResult<R>> {
    return statement.execute(this.#db)
  }

  /** A step into an organization in the same transaction: founding one, accepting an invitation, leaving. */
  inOrganization<T>(organizationId: number, accountId: number | null, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    if (!this.#client) throw new Error('a read cannot step into an organization')
    const scope: Scope = { kind: 'organization', organizationId, accountId, subjects: [], epoch: null }
    return OrgTx.within(this.#client, this.#db, scope, this.#scope, run)
  }
}
