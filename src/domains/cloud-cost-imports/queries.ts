import { type Insertable, sql, type Updateable } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { CostImports } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'

export type AccountRow = NonNullable<Awaited<ReturnType<typeof findAccount>>>

const accountColumns = ['id', 'canonical', 'name', 'account_id', 'external_backend_id', 'parent_account_id', 'enabled'] as const

export const findAccount = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('cost_accounts').select(accountColumns).where('canonical', '=', canonical).executeTakeFirst()

export const findAccountById = (tx: OrgTx, id: number) =>
  tx.selectFrom('cost_accounts').select(accountColumns).where('id', '=', id).executeTakeFirst()

export type ImportRow = NonNullable<Awaited<ReturnType<typeof findImport>>>

const selectImports = (tx: OrgTx) => tx.selectFrom('cost_imports').selectAll().$narrowType<{ problems: string[]; remarks: string[] }>()

export const findImport = (tx: OrgTx, id: number) => selectImports(tx).where('id', '=', id).executeTakeFirst()

export const findImportOf = (tx: OrgTx, costAccountId: number, id: number) =>
  selectImports(tx).where('cost_account_id', '=', costAccountId).where('id', '=', id).executeTakeFirst()

export const listImports = (tx: OrgTx, costAccountId: number, query: PageQuery) =>
  page(
    selectImports(tx).where('cost_account_id', '=', costAccountId),
    { ...query, order_by: 'id:desc' },
    { columns: { id: 'id' }, tieBreaker: 'id' },
  )

export const insertImport = (tx: OrgTx, row: Omit<Insertable<CostImports>, 'organization_id' | 'id'>) =>
  tx.insertInto('cost_imports', row).returningAll().$narrowType<{ problems: string[]; remarks: string[] }>().executeTakeFirstOrThrow()

export const updateImport = (tx: OrgTx, id: number, row: Updateable<CostImports>) =>
  tx.updateTable('cost_imports').set(row).where('id', '=', id).executeTakeFirst()

export const lockImport = (tx: OrgTx, id: number) => selectImports(tx).where('id', '=', id).forUpdate().executeTakeFirst()

export const deleteImport = (tx: OrgTx, id: number) => tx.deleteFrom('cost_imports').where('id', '=', id).execute()

export const findOpenImport = (tx: OrgTx, costAccountId: number) =>
  tx
    .selectFrom('cost_imports')
    .select('id')
    .where('cost_account_id', '=', costAccountId)
    .where('status', 'in', ['waiting', 'running'])
    .limit(1)
    .executeTakeFirst()

/** Runs of an account that could begin now; what still arrives cannot, and commands are begun elsewhere. */
export const listWaiting = (tx: OrgTx, costAccountId: number) =>
  selectWaiting(tx).where('cost_account_id', '=', costAccountId).limit(100).execute()

/** Of any account whose imports are not stopped, what has waited longest and nobody holds. */
export const findWaiting = (tx: OrgTx) =>
  selectWaiting(tx)
    .where('alive_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('cost_accounts as a')
          .select('a.id')
          .whereRef('a.organization_id', '=', 'cost_imports.organization_id')
          .whereRef('a.id', '=', 'cost_imports.cost_account_id')
          .where('a.enabled', '=', true),
      ),
    )
    .limit(1)
    .executeTakeFirst()

const selectWaiting = (tx: OrgTx) =>
  selectImports(tx)
    .where('status', '=', 'waiting')
    .where((eb) => eb.or([eb('source', 'in', ['backend', 'parent']), eb('source', '=', 'upload').and('digest', '<>', '')]))
    .orderBy('id')

/** The newest runs that failed. */
export const lockFailed = (tx: OrgTx, costAccountId: number) =>
  selectImports(tx)
    .where('cost_account_id', '=', costAccountId)
    .where('status', '=', 'failed')
    .orderBy('id', 'desc')
    .limit(100)
    .forUpdate()
    .execute()

/** Who asks for an import of it waits for who does, so that both see what waits. */
export const lockAccount = (tx: OrgTx, id: number) =>
  tx.selectFrom('cost_accounts').select('id').where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

/** Whoever measures what waits is alone with it until the transaction ends. */
export const lockUploads = (tx: OrgTx) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('trochoid uploads of bills ' || ${tx.organizationId}::text, 0))`)

/** @param unknown bytes of one whose size nobody knows before it has arrived */
export const measureUploads = (tx: OrgTx, costAccountId: number, unknown: number) =>
  tx
    .selectFrom('cost_imports')
    .select([
      sql<number>`(count(*) filter (where status = 'waiting' and cost_account_id = ${costAccountId}))::int`.as('of_account'),
      sql<number>`(count(*) filter (where status = 'waiting'))::int`.as('of_organization'),
      sql<number>`coalesce(sum(case when bytes_total = 0 then ${unknown}::bigint else bytes_total end), 0)::bigint`.as('bytes'),
    ])
    .where('source', '=', 'upload')
    .where('status', 'in', ['waiting', 'running'])
    .executeTakeFirstOrThrow()

/** What became of the run before this one that read the same. */
export const findPreviousEnd = (tx: OrgTx, { id, cost_account_id, source }: ImportRow) =>
  selectImports(tx)
    .where('cost_account_id', '=', cost_account_id)
    .where('source', '=', source)
    .where('status', 'in', ['succeeded', 'failed'])
    .where('id', '<', id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

export const insertChunk = (tx: OrgTx, importId: number, position: number, bytes: Buffer) =>
  tx.insertInto('cost_upload_chunks', { import_id: importId, position, bytes }).execute()

export const deleteUpload = (tx: OrgTx, importId: number) => tx.deleteFrom('cost_upload_chunks').where('import_id', '=', importId).execute()

export type MonthRow = Awaited<ReturnType<typeof listMonthsOfImports>>[number]

/** With the share of the cost for which energy could be estimated, and whether the present mapping attributed it. */
const selectMonths = (tx: OrgTx) =>
  tx
    .selectFrom('cost_months')
    .select([
      'id',
      'cost_account_id',
      'import_id',
      'period',
      'state',
      'phase',
      'lines',
      'currency',
      'billed',
      'effective',
      'stated_total',
      'finalized',
      'mapping_generation',
      'message',
      'created_at',
      'activated_at',
    ])
    .select((eb) => [
      eb
        .selectFrom('cost_monthly as m')
        .whereRef('m.organization_id', '=', 'cost_months.organization_id')
        .whereRef('m.month_id', '=', 'cost_months.id')
        .select(sql<number>`coalesce((sum(m.covered) / nullif(sum(m.effective), 0))::double precision, 0)`.as('coverage'))
        .as('coverage'),
      sql<number>`coalesce((select t.generation from cost_tag_mappings t where t.organization_id = cost_months.organization_id), 0)`.as(
        'present_generation',
      ),
    ])

export const listMonthsOfImports = (tx: OrgTx, importIds: readonly number[]) =>
  selectMonths(tx)
    .where('import_id', 'in', importIds.length === 0 ? [0] : importIds)
    .orderBy('period', 'desc')
    .orderBy('id', 'desc')
    .execute()

/** What readers see, what is being read, and the newest version that was refused; the rest is about to be cleared away. */
export const listMonths = (tx: OrgTx, costAccountId: number, query: PageQuery) =>
  page(
    selectMonths(tx).where('cost_account_id', '=', costAccountId).where('state', 'in', ['active', 'loading', 'refused']),
    { ...query, order_by: 'period:desc' },
    { columns: { period: 'period' }, tieBreaker: 'id' },
  )

export const findMonth = (tx: OrgTx, id: number) => selectMonths(tx).where('id', '=', id).executeTakeFirst()

export const findRefused = (tx: OrgTx, costAccountId: number, period: string) =>
  tx
    .selectFrom('cost_months')
    .select(['id', 'period', 'currency', 'lines', 'billed', 'message', 'import_id', 'finalized'])
    .where('cost_account_id', '=', costAccountId)
    .where('period', '=', period)
    .where('state', '=', 'refused')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Is there a month that another mapping attributed? */
export const isOutdated = async (tx: OrgTx): Promise<boolean> => {
  const found = await tx
    .selectFrom('cost_months')
    .select('id')
    .where('state', '=', 'active')
    .where(
      'mapping_generation',
      '<>',
      sql<number>`coalesce((select t.generation from cost_tag_mappings t where t.organization_id = ${tx.organizationId}), 0)`,
    )
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** Old runs say nothing any more; the last of each account stays, since it says how the account is. */
export const deleteOldImports = (tx: OrgTx, endedBefore: Date) =>
  tx
    .deleteFrom('cost_imports')
    .where('ended_at', '<', endedBefore)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('cost_imports as newer')
          .select('newer.id')
          .whereRef('newer.organization_id', '=', 'cost_imports.organization_id')
          .whereRef('newer.cost_account_id', '=', 'cost_imports.cost_account_id')
          .whereRef('newer.id', '>', 'cost_imports.id'),
      ),
    )
    .execute()

type At = { organization_id: number; id: number }

export const listDue = async (tx: AccountTx, lookedBefore: Date) =>
  (await tx.execute<At>(sql`select organization_id, id from due_cost_accounts(${lookedBefore})`)).rows

export const listLost = async (tx: AccountTx, silentSince: Date) =>
  (await tx.execute<At>(sql`select organization_id, id from lost_cost_imports(${silentSince})`)).rows

export const listChildren = async (tx: AccountTx, parentOrganization: number, accountId: string) =>
  (await tx.execute<At>(sql`select organization_id, id from children_of_cost_account(${parentOrganization}, ${accountId})`)).rows

export const listOrganizations = async (tx: AccountTx) =>
  (await tx.execute<{ id: number }>(sql`select o as id from cost_organizations() o`)).rows.map(({ id }) => id)

/** @returns whether there was one */
export const dropEmptyPartitions = async (tx: AccountTx): Promise<boolean> =>
  (await tx.execute<{ month: string | null }>(sql`select drop_empty_cost_partitions() as month`)).rows[0]?.month != null

export const findOrganizationCalled = async (tx: AccountTx, canonical: string): Promise<number | null> =>
  (await tx.execute<{ id: number | null }>(sql`select organization_called(${canonical}) as id`)).rows[0]?.id ?? null
