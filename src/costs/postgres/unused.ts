/** Entries of dictionaries that no month refers to any more. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'

/** Entries of a dictionary that are removed in one transaction. */
const most = 20_000

const lock = (tx: OrgTx) => sql`hashtextextended('trochoid.cost_dictionaries', ${tx.organizationId})`

/** Until the end of the transaction no entry goes away: for who has found one and is about to refer to it. */
export const keepDictionaries = (tx: OrgTx) => tx.execute(sql`select pg_advisory_xact_lock_shared(${lock(tx)})`)

/**
 * Lines are not looked through: what they refer to is found in what was made of them, which lives as long as their month. So nothing is
 * removed while there are lines of which nothing was made yet, or an import remembers numbers of entries; and of kinds only those go
 * whose dimension is gone. A resource stays when anybody was ever charged for it, so that it is not new when it appears again, and goes with
 * its organization.
 * @returns whether all are gone that can be removed now
 */
export async function removeUnused(tx: OrgTx): Promise<boolean> {
  const { rows } = await tx.execute(sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${lock(tx)}) as taken`)
  if (!rows[0]?.taken) return true
  const busy = await tx.execute(sql`
    select from cost_months where organization_id = ${tx.organizationId} and state = 'loading'
    union all select from cost_imports where organization_id = ${tx.organizationId} and status = 'running' limit 1`)
  if (busy.rows.length > 0) return true
  let isDone = true
  for (const { table, unless, and } of dictionaries) {
    const unused = unless.map(
      ({ from, column, is }) =>
        sql`not exists (select from ${sql.table(from)} r where r.organization_id = ${tx.organizationId} and r.${sql.ref(column)} = e.${sql.ref(is)})`,
    )
    const { numAffectedRows = 0n } = await tx.execute(sql`
      delete from ${sql.table(table)} where organization_id = ${tx.organizationId} and id in (
        select e.id from ${sql.table(table)} e where e.organization_id = ${tx.organizationId} and ${sql.join(unused, sql` and `)} ${and ?? sql``}
        limit ${sql.lit(most)})`)
    if (Number(numAffectedRows) === most) isDone = false
  }
  if (isDone) await removeTagKeys(tx)
  return isDone
}

/** Each key of a month is in one of its groups of tags, or wide. */
const removeTagKeys = (tx: OrgTx) =>
  tx.execute(sql`
    delete from cost_tag_keys k where k.organization_id = ${tx.organizationId} and not exists (
      select from (
        select jsonb_object_keys(tags) as key from cost_tag_groups where organization_id = ${tx.organizationId}
        union select unnest(wide_keys) from cost_months where organization_id = ${tx.organizationId}) used
      where used.key = k.key)`)

interface Dictionary {
  table: string
  /** An entry is used when a row refers to it. */
  unless: readonly { from: string; column: string; is: string }[]
  and?: ReturnType<typeof sql>
}

const dictionaries: readonly Dictionary[] = [
  { table: 'cost_tag_sets', unless: [{ from: 'cost_month_tag_sets', column: 'tag_set_id', is: 'id' }] },
  { table: 'cost_tag_groups', unless: [{ from: 'cost_month_tag_sets', column: 'tag_group_id', is: 'id' }] },
  {
    table: 'cost_resources',
    unless: [{ from: 'cost_month_resources', column: 'resource_id', is: 'id' }],
    and: sql`and (e.first_day is null or not exists (select from organizations where id = e.organization_id))`,
  },
  { table: 'cost_kinds', unless: [{ from: 'cost_monthly', column: 'dimension_id', is: 'dimension_id' }] },
  {
    table: 'cost_dimensions',
    unless: [
      { from: 'cost_monthly', column: 'dimension_id', is: 'id' },
      { from: 'cost_kinds', column: 'dimension_id', is: 'id' },
    ],
  },
]
