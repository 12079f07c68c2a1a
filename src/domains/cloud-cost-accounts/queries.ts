import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { CostAccounts } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'

export type AccountRow = NonNullable<Awaited<ReturnType<typeof findAccount>>>
export type LinkedRow = NonNullable<Awaited<ReturnType<typeof findLinked>>>
export type CoveringRow = Awaited<ReturnType<typeof listCovering>>[number]
type Columns = Omit<Insertable<CostAccounts>, 'organization_id' | 'id'>

const ofImports = sql`i.organization_id = cost_accounts.organization_id and i.cost_account_id = cost_accounts.id`
const ofMonths = sql`m.organization_id = cost_accounts.organization_id and m.cost_account_id = cost_accounts.id and m.state = 'active'`

const selectAccounts = (tx: OrgTx) =>
  tx
    .selectFrom('cost_accounts')
    .leftJoin('credentials as k', (join) =>
      join.onRef('k.organization_id', '=', 'cost_accounts.organization_id').onRef('k.id', '=', 'cost_accounts.credential_id'),
    )
    .selectAll('cost_accounts')
    .select('k.canonical as credential_canonical')
    .select([
      // What waits while imports are stopped is not at work.
      sql<boolean>`exists (select from cost_imports i where ${ofImports}
        and (i.status = 'running' or (i.status = 'waiting' and cost_accounts.enabled)))`.as('is_importing'),
      sql<{ status: string; message: string } | null>`(select jsonb_build_object('status', i.status, 'message', i.message)
        from cost_imports i where ${ofImports} and (i.status <> 'waiting' or cost_accounts.enabled) order by i.id desc limit 1)`.as(
        'newest_import',
      ),
      sql<Date | null>`(select max(i.started_at) from cost_imports i where ${ofImports})`.as('last_started_at'),
      sql<Date | null>`(select max(i.ended_at) from cost_imports i where ${ofImports})`.as('last_ended_at'),
      sql<string | null>`(select m.phase from cost_months m where ${ofMonths} order by m.period desc limit 1)`.as('phase'),
      sql<string | null>`(select to_char(max(m.period), 'YYYY-MM') from cost_months m where ${ofMonths} and not m.finalized)`.as(
        'unfinalized_period',
      ),
    ])

export function listAccounts(
  tx: OrgTx,
  {
    cloud_cost_management_account_created_at_query: created,
    ...query
  }: PageQuery & { cloud_cost_management_account_created_at_query?: number },
  visible: Visibility,
) {
  let found = selectAccounts(tx)
  if (created !== undefined) found = found.where(sql<boolean>`floor(extract(epoch from cost_accounts.created_at)) = ${created}::numeric`)
  found = whereVisible(found, visible, sql`':cloud_cost_management_account:' || ${sql.ref('cost_accounts.canonical')}`)
  return page(found, query, {
    columns: {
      cloud_cost_management_account_canonical: 'cost_accounts.canonical',
      cloud_cost_management_account_name: 'cost_accounts.name',
      cloud_cost_management_account_created_at: 'cost_accounts.created_at',
    },
    tieBreaker: 'cost_accounts.id',
  })
}

export const findAccount = (tx: OrgTx, canonical: string) =>
  selectAccounts(tx).where('cost_accounts.canonical', '=', canonical).executeTakeFirst()

export const findAccountById = (tx: OrgTx, id: number) => selectAccounts(tx).where('cost_accounts.id', '=', id).executeTakeFirst()

/** Until the end nobody else changes it; what goes on in its imports changes nevertheless. */
export const lockAccount = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('cost_accounts').selectAll().where('canonical', '=', canonical).forUpdate().executeTakeFirst()

export const findAccountOfBackend = (tx: OrgTx, backendId: number) =>
  tx
    .selectFrom('cost_accounts')
    .select(['id', 'canonical', 'cloud_provider', 'enabled'])
    .where('external_backend_id', '=', backendId)
    .executeTakeFirst()

export const insertAccount = (tx: OrgTx, row: Columns) => tx.insertInto('cost_accounts', row).returning('id').executeTakeFirstOrThrow()

export const updateAccount = (tx: OrgTx, id: number, row: Updateable<CostAccounts>) =>
  tx.updateTable('cost_accounts').set(row).where('id', '=', id).execute()

/** @param id of one account, otherwise of all */
export async function putBillsAside(tx: OrgTx, id: number | undefined): Promise<void> {
  let months = tx.updateTable('cost_months').set({ state: 'replaced', ended_at: new Date() })
  if (id !== undefined) months = months.where('cost_account_id', '=', id)
  await months.execute()
}

export const deleteAccount = (tx: OrgTx, id: number) => tx.deleteFrom('cost_accounts').where('id', '=', id).execute()

/** In the order in which imports take them. */
export const lockAccounts = (tx: OrgTx) => tx.selectFrom('cost_accounts').select('id').orderBy('id').forUpdate().execute()

/** Canonicals that begin so, to find one that is free. */
export async function listCanonicals(tx: OrgTx, beginning: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('cost_accounts')
    .select('canonical')
    .where(sql<boolean>`starts_with(canonical, ${beginning}::text)`)
    .execute()
  return rows.map(({ canonical }) => canonical)
}

/** What the other accounts read. */
export const listOtherExports = (tx: OrgTx, backendId: number) =>
  tx
    .selectFrom('cost_accounts')
    .innerJoin('external_backends as b', (join) =>
      join.onRef('b.organization_id', '=', 'cost_accounts.organization_id').onRef('b.id', '=', 'cost_accounts.external_backend_id'),
    )
    .select(['cost_accounts.canonical', 'b.configuration'])
    .where('b.id', '!=', backendId)
    .orderBy('cost_accounts.id')
    .execute()

export const insertImport = (tx: OrgTx, row: { cost_account_id: number; source: string; user_id: number | null; forced: boolean }) =>
  tx
    .insertInto('cost_imports', { ...row, alive_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()

/** The oldest that nobody holds; of everything that the account's bills are read from, where it is asked for as forced or not. */
export function findWaitingImport(tx: OrgTx, accountId: number, forced?: boolean) {
  let query = tx.selectFrom('cost_imports').select('id').where('cost_account_id', '=', accountId)
  if (forced !== undefined)
    query = query.where('source', 'in', ['backend', 'parent']).where('period', 'is', null).where('forced', '=', forced)
  return query.where('status', '=', 'waiting').where('alive_at', 'is', null).orderBy('id').limit(1).forUpdate().executeTakeFirst()
}

/** Who looks whether an account reads the same bill already is alone with that until the transaction ends. */
export const lockSources = (tx: OrgTx) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('trochoid sources of bills ' || ${tx.organizationId}::text, 0))`)

export const listLinked = (tx: OrgTx, accountId: number) =>
  tx.selectFrom('cost_linked_accounts').selectAll().where('cost_account_id', '=', accountId).orderBy('account_id').limit(100_000).execute()

export const findLinked = (tx: OrgTx, accountId: number, cloudAccount: string) =>
  tx
    .selectFrom('cost_linked_accounts')
    .selectAll()
    .where('cost_account_id', '=', accountId)
    .where('account_id', '=', cloudAccount)
    .executeTakeFirst()

export const nameLinked = (tx: OrgTx, id: number, name: string | null) =>
  tx.updateTable('cost_linked_accounts').set({ name }).where('id', '=', id).returningAll().executeTakeFirstOrThrow()

/** A child that takes its part of that bill already. */
export const findChild = (tx: OrgTx, parentOrganizationId: number, parentAccountId: string, accountId: string) =>
  tx
    .selectFrom('cost_accounts')
    .select('canonical')
    .where('parent_organization_id', '=', parentOrganizationId)
    .where(sql<boolean>`cost_account_key(parent_account_id) = cost_account_key(${parentAccountId})`)
    .where(sql<boolean>`cost_account_key(account_id) = cost_account_key(${accountId})`)
    .executeTakeFirst()

/** Accounts here and in ancestors on whose bills a cloud account appears, the nearest first. Only for one that was proven to be theirs. */
export async function listCovering(tx: OrgTx, provider: string, cloudAccount: string) {
  const { rows } = await tx.execute(
    sql<{
      organization_id: number
      id: number
      canonical: string
      name: string
      account_id: string
      cloud_provider: string
      enabled: boolean
      created_at: Date
      updated_at: Date
      /** The cloud account, as the bill writes it. */
      linked_account: string
      importing: boolean
      failed: boolean
      last_started_at: Date | null
      last_ended_at: Date | null
    }>`select * from covering_cost_accounts(${provider}, ${cloudAccount})`,
  )
  return rows
}
