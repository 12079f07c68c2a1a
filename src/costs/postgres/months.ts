/** Versions of months: begun, gone on with, shown, refused. */
import { sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { notFound } from '../../errors.ts'
import { BillError, type Period } from '../../formats/billing/types.ts'
import type { CostStore, FileProgress, MonthRef } from '../types.ts'
import { noteFirstDays } from './first-days.ts'
import { keepDictionaries } from './unused.ts'
import { gone, openWriter } from './writer.ts'

/** Every month is room in tables that all organizations share: what is charged for lies within these. */
const oldestMonths = 240
const newestMonths = 2
/** That one import brings. */
const mostMonths = 36

export const openMonth: CostStore['openMonth'] = async (scope, wanted) => {
  assertPeriod(wanted.period)
  const writer = await openVersion(scope, wanted)
  // Afterwards, so that nobody takes empty room away while it is wanted; and on its own: it waits for who makes the same room, and nobody
  // should wait for that with a row in hand.
  await OrgTx.write(scope.database, insideOf(scope.organizationId), (tx) =>
    tx.execute(sql`select ensure_cost_partitions(${wanted.period}::date)`),
  )
  return writer
}

function assertPeriod(period: Period): void {
  if (!/^20\d\d-(?:0[1-9]|1[0-2])-01$/u.test(period))
    throw new BillError(`A billing period begins on ${period}, which is not the first day of a month of this century`)
  const now = new Date()
  const months = (Number(period.slice(0, 4)) - now.getUTCFullYear()) * 12 + Number(period.slice(5, 7)) - 1 - now.getUTCMonth()
  if (months < -oldestMonths)
    throw new BillError(`A billing period begins on ${period}: months more than ${oldestMonths / 12} years ago are not kept`)
  if (months > newestMonths)
    throw new BillError(`A billing period begins on ${period}, which lies more than ${newestMonths} months in the future`)
}

const openVersion: CostStore['openMonth'] = (scope, { costAccountId, importId, period, digest, statedTotal, statedLines }) =>
  OrgTx.write(scope.database, insideOf(scope.organizationId), async (tx) => {
    // Who clears unused entries away sees this version, or is waited for.
    await keepDictionaries(tx)
    const account = await tx.selectFrom('cost_accounts').select('id').where('id', '=', costAccountId).forNoKeyUpdate().executeTakeFirst()
    if (!account) throw notFound('cloud cost account')
    const versions = await tx
      .selectFrom('cost_months')
      .select(['id', 'state', 'phase', 'digest', 'files'])
      .where('cost_account_id', '=', costAccountId)
      .where('period', '=', period)
      .where('state', 'in', ['loading', 'active'])
      .orderBy('id', 'desc')
      .forUpdate()
      .execute()
    const lost = versions.find((version) => version.state === 'loading' && version.digest === digest)
    const others = versions.filter((version) => version.state === 'loading' && version !== lost).map(({ id }) => id)
    await replace(tx, others)
    const stated = { import_id: importId, stated_total: statedTotal ?? null, stated_lines: statedLines ?? null }
    if (lost) {
      await tx.updateTable('cost_months').set(stated).where('id', '=', lost.id).execute()
      return openWriter(scope, { id: lost.id, costAccountId, period }, lost.files as Record<string, FileProgress>)
    }
    await assertFew(tx, importId, period)
    const phase = versions.find(({ state }) => state === 'active')?.phase === 'green' ? 'blue' : 'green'
    const { id } = await tx
      .insertInto('cost_months', { ...stated, cost_account_id: costAccountId, period, state: 'loading', phase, digest })
      .returning('id')
      .executeTakeFirstOrThrow()
    return openWriter(scope, { id, costAccountId, period }, {})
  })

async function assertFew(tx: OrgTx, importId: number, period: Period): Promise<void> {
  const { months } = await tx
    .selectFrom('cost_months')
    .select(sql<number>`count(distinct period)`.as('months'))
    .where('import_id', '=', importId)
    .where('period', '<>', period)
    .executeTakeFirstOrThrow()
  if (months >= mostMonths)
    throw new BillError(
      `One import brings at most ${mostMonths} months, and ${period.slice(0, 7)} would be one more: split files that hold more of them; months of an export that are left out come with its next imports`,
    )
}

export const activate: CostStore['activate'] = (scope, month, { finalized }) =>
  OrgTx.write(scope.database, insideOf(scope.organizationId), async (tx) => {
    const versions = await lockVersions(tx, month)
    const chosen = versions.find(({ id }) => id === month.id)
    if (chosen?.state === 'active') return
    if (chosen?.state !== 'loading' && chosen?.state !== 'refused') throw gone(month)
    const others = versions.filter(({ id, state }) => state === 'active' || (state === 'refused' && id !== month.id))
    await replace(
      tx,
      others.map(({ id }) => id),
    )
    await tx
      .updateTable('cost_months')
      .set({ state: 'active', finalized, message: '', activated_at: sql<Date>`now()`, ended_at: null })
      .where('id', '=', month.id)
      .execute()
    await noteFirstDays(tx, [month.id, ...others.filter(({ state }) => state === 'active').map(({ id }) => id)])
    await noteAccounts(tx, month)
  })

export const refuse: CostStore['refuse'] = (scope, month, message) =>
  OrgTx.write(scope.database, insideOf(scope.organizationId), async (tx) => {
    const versions = await lockVersions(tx, month)
    if (!versions.some(({ id, state }) => id === month.id && (state === 'loading' || state === 'refused'))) throw gone(month)
    await replace(
      tx,
      versions.filter(({ id, state }) => state === 'refused' && id !== month.id).map(({ id }) => id),
    )
    await tx.updateTable('cost_months').set({ state: 'refused', message, ended_at: sql<Date>`now()` }).where('id', '=', month.id).execute()
  })

/** All versions of an account's month that are not cleared away yet, in an order in which nobody waits for each other. */
const lockVersions = (tx: OrgTx, { costAccountId, period }: MonthRef) =>
  tx
    .selectFrom('cost_months')
    .select(['id', 'state'])
    .where('cost_account_id', '=', costAccountId)
    .where('period', '=', period)
    .where('state', '<>', 'replaced')
    .orderBy('id', 'desc')
    .forUpdate()
    .execute()

/** Nobody sees them any more; they are cleared away later, since readers may be in the middle of them. */
async function replace(tx: OrgTx, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await tx.updateTable('cost_months').set({ state: 'replaced', ended_at: sql<Date>`now()` }).where('id', 'in', ids).execute()
}

/** Which accounts the bill is about, and what it calls them: what it says last counts. */
async function noteAccounts(tx: OrgTx, month: MonthRef): Promise<void> {
  await tx.execute(sql`
    with seen as materialized (select distinct dimension_id as id from cost_monthly where month_id = ${month.id}),
    named as (
      select d.linked_account, min(d.provider) as provider,
        coalesce((array_agg(k.focus ->> 'SubAccountName' order by k.id desc) filter (where k.focus ->> 'SubAccountName' <> ''))[1], '') as name
      from seen join cost_dimensions d on d.id = seen.id left join cost_kinds k on k.organization_id = d.organization_id and k.dimension_id = d.id
      where d.linked_account <> '' group by 1)
    insert into cost_linked_accounts as a (organization_id, cost_account_id, account_id, cloud_provider, billed_name)
    select ${tx.organizationId}, ${month.costAccountId}, linked_account, provider, name from named order by linked_account
    on conflict (organization_id, cost_account_id, account_id) do update set billed_name = excluded.billed_name
    where excluded.billed_name <> '' and a.billed_name <> excluded.billed_name`)
  await tx.execute(sql`
    update cost_accounts set account_id = found.master_account, updated_at = now()
    from (select d.master_account from cost_monthly f join cost_dimensions d on d.id = f.dimension_id
      where f.month_id = ${month.id} and d.master_account <> '' order by f.lines desc, d.master_account limit 1) as found
    where id = ${month.costAccountId} and account_id = ''`)
}
