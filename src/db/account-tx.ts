import type { Kysely, QueryResult, RawBuilder } from 'kysely'
import type { AccountDatabase, DB } from './database.ts'
import { OrgTx } from './organization-tx.ts'
import type { Database, Scope, WriteSession } from './pool.ts'

type OutsideScope = Extract<Scope, { kind: 'account' | 'platform' }>

/**
 * A transaction outside organizations. In the account scope it sees one person's rows and the organizations they belong
 * to; in the platform scope (sign-up, login, keys, mail) it sees all accounts, and no tenant's rows at all.
 */
export class AccountTx {
  readonly db: Kysely<AccountDatabase>
  readonly #db: Kysely<DB>
  readonly #session: WriteSession | null
  readonly #scope: OutsideScope

  private constructor(scope: OutsideScope, db: Kysely<DB>, session: WriteSession | null) {
    this.#scope = scope
    this.#db = db
    this.#session = session
    this.db = db as unknown as Kysely<AccountDatabase>
  }

  static read<T>(database: Database, scope: OutsideScope, run: (tx: AccountTx) => Promise<T>): Promise<T> {
    return database.read(scope, (db) => run(new AccountTx(scope, db, null)))
  }

  static write<T>(database: Database, scope: OutsideScope, run: (tx: AccountTx) => Promise<T>): Promise<T> {
    return database.write(scope, (db, session) => run(new AccountTx(scope, db, session)))
  }

  execute<R>(statement: RawBuilder<R>): Promise<QueryResult<R>> {
    return statement.execute(this.#db)
  }

  /** A step into an organization in the same transaction: founding one, accepting an invitation, leaving. */
  inOrganization<T>(organizationId: number, accountId: number | null, run: (tx: OrgTx) => Promise<T>): Promise<T> {
    if (!this.#session) throw new Error('a read cannot step into an organization')
    const scope: Scope = { kind: 'organization', organizationId, accountId, subjects: [], epoch: null }
    return OrgTx.within(this.#session, this.#db, scope, this.#scope, run)
  }
}
