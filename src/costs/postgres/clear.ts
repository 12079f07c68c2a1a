/** Removes what nobody sees any more. */
import { sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Period } from '../../formats/billing/types.ts'
import { type CostScope, type CostStore, unseenSeconds } from '../types.ts'
import { periodIs } from './bulk.ts'
import { noteFirstDays } from './first-days.ts'
import { removeUnused } from './unused.ts'

/** Milliseconds after which it leaves the rest to the next time. */
const budget = 20_000
/** Blocks of a table from which rows are removed in one transaction: some 32 MB. */
const blocks = 4096

interface Version {
  id: number
  period: Period
}

/**
 * What is to go is said first (`replaced`), and goes ten minutes later: readers may be in the middle of it. Rows of a month go in parts,
 * so that no transaction takes long, and the little that is left goes with the month itself.
 */
export const clear: CostStore['clear'] = async (scope) => {
  const until = performance.now() + budget
  const write = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(scope.database, insideOf(scope.organizationId), run)
  await write(putAside)
  for (const version of await write(versionsToRemove)) {
    for (const table of ['cost_lines', 'cost_days'] as const) if (!(await removeRows(scope, table, version, until))) return { done: false }
    await write((tx) => tx.deleteFrom('cost_months').where('id', '=', version.id).where('state', '=', 'replaced').execute())
  }
  for (const version of await write(versionsWithOldLines))
    if (!(await removeRows(scope, 'cost_lines', version, until))) return { done: false }
  return { done: await write(removeUnused) }
}

async function putAside(tx: OrgTx): Promise<void> {
  const aside = sql`update cost_months m set state = 'replaced', ended_at = now()`
  // Who deletes an account or an organization has said of some already that they are to go, but not of their resources that they were never charged for:
  // that takes long. It is done once, and then they were never shown.
  const orphans = await tx.execute(sql<{ id: number }>`
    update cost_months m set state = 'replaced', activated_at = null, ended_at = case when m.state = 'replaced' then m.ended_at else now() end
    where m.cost_account_id is null and (m.state <> 'replaced' or m.activated_at is not null) returning id`)
  // What is merely too old to be kept was charged for all the same: its resources are not new when they appear again.
  if (orphans.rows.length > 0)
    await noteFirstDays(
      tx,
      orphans.rows.map(({ id }) => id),
    )
  await tx.execute(sql`${aside} where m.state in ('active', 'refused') and ${keptAs} < ${oldest('figures_months', 36)}`)
  await tx.execute(sql`${aside} where m.state = 'refused' and exists (
    select from cost_months other where other.cost_account_id = m.cost_account_id and other.period = m.period and other.id > m.id
      and other.state in ('active', 'refused'))`)
  // Nobody went on with it for a week.
  await tx.execute(sql`${aside} where m.state = 'loading' and m.created_at < now() - interval '7 days' and not exists (
    select from cost_imports i where i.id = m.import_id and i.alive_at > now() - interval '1 day')`)
}

/** By whose age it is kept: what a person handed over is as young as the day on which they did. */
const keptAs = sql`greatest(m.period, case when m.by_hand then (coalesce(m.activated_at, m.created_at) at time zone 'UTC')::date end)`

/** The first period of those that are kept; the current one is one of them. */
const oldest = (column: 'lines_months' | 'figures_months', otherwise: number) => sql`(
  date_trunc('month', now() at time zone 'UTC') - make_interval(months => coalesce((select ${sql.ref(column)} from cost_keeping), ${sql.lit(otherwise)}) - 1))::date`

async function versionsToRemove(tx: OrgTx): Promise<Version[]> {
  const { rows } = await tx.execute(sql<Version>`
    select id, period from cost_months
    where state = 'replaced' and coalesce(ended_at, created_at) < now() - make_interval(secs => ${sql.lit(unseenSeconds)}) order by id`)
  return rows
}

/** The versions stay; only active ones, since the others may still be added up. */
async function versionsWithOldLines(tx: OrgTx): Promise<Version[]> {
  const { rows } = await tx.execute(sql<Version>`
    select m.id, m.period from cost_months m
    where m.state = 'active' and ${keptAs} < ${oldest('lines_months', 4)} order by m.id`)
  return rows
}

/** At least some are removed, however little time is left. @returns whether all are gone */
async function removeRows(scope: CostScope, table: Table, version: Version, until: number): Promise<boolean> {
  const write = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(scope.database, insideOf(scope.organizationId), run)
  const { first, last } = await write((tx) => placeOf(tx, table, version))
  for (let block = first; block <= last; block += blocks) {
    if (block > first && performance.now() > until) return false
    await write((tx) =>
      tx.execute(sql`
        delete from ${rowsOf(tx, table, version)} and ctid >= ${`(${block},0)`}::tid and ctid < ${`(${block + blocks},0)`}::tid`),
    )
  }
  return true
}

type Table = 'cost_lines' | 'cost_days'

const rowsOf = (tx: OrgTx, table: Table, { id, period }: Version) =>
  sql`${sql.table(table)} where organization_id = ${tx.organizationId} and month_id = ${id} and ${periodIs('period', period)}`

/** The blocks in which its rows are, found by an index: the table is everybody's, and may be a hundred times as large. */
async function placeOf(tx: OrgTx, table: Table, version: Version): Promise<{ first: number; last: number }> {
  await tx.execute(sql`select set_config('enable_seqscan', 'off', true)`)
  const { rows } = await tx.execute(sql<{ first: number | null; last: number | null }>`
    select (min(ctid)::text::point)[0]::bigint as first, (max(ctid)::text::point)[0]::bigint as last from ${rowsOf(tx, table, version)}`)
  return { first: rows[0]?.first ?? 0, last: rows[0]?.last ?? -1 }
}
