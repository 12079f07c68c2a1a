/** Many rows at once. */
import { type RawBuilder, sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf, manyTexts } from '../../db/pool.ts'
import type { Period } from '../../formats/billing/types.ts'
import type { CostScope } from '../types.ts'

/**
 * A statement over millions of rows that were stored a moment ago. The service owns no tables and may not have Postgres count what is
 * in them (`analyze`), so what it believes of a new month is that it has next to no rows: it would look up one after the other what
 * should be joined as a whole, and sort what should be hashed. Plans without a look at values (as every connection makes them, see
 * db/pool.ts) at least take a new month for one like the others.
 */
export async function inBulk<R>(tx: OrgTx, statement: RawBuilder<R>): Promise<R[]> {
  await tx.execute(sql`select set_config('enable_nestloop', 'off', true), set_config('enable_sort', 'off', true)`)
  const { rows } = await tx.execute(statement)
  await tx.execute(sql`select set_config('enable_nestloop', 'on', true), set_config('enable_sort', 'on', true)`)
  return rows
}

/**
 * After what was stored is committed: Postgres counts it, as far as there is much more of it than before. Measured with 105,000 of 315,000
 * rows: 13 s for a question, until autovacuum came by; 0.1 s after 0.2 s of this. Answers are right either way, so nothing fails when
 * this does.
 */
export async function countAnew({ database, organizationId }: CostScope): Promise<void> {
  await OrgTx.write(database, insideOf(organizationId), (tx) => tx.execute(sql`select analyze_costs()`)).catch(() => undefined)
}

/**
 * Billing periods as they stand in a condition on partitions. Plans are made without a look at values (see db/pool.ts), so a parameter
 * would lock the partitions of all months that anybody has, and with many of them Postgres runs out of locks; what stands in the text
 * leaves those of others alone.
 */
export const periodsIn = (periods: readonly Period[]): RawBuilder<unknown> =>
  periods.length === 0
    ? sql`(null::date)`
    : sql`${sql.raw(manyTexts)} (${sql.join(periods.map((period) => sql`${sql.lit(period)}::date`))})`

export const periodIs = (column: string, period: Period): RawBuilder<unknown> => sql`${sql.ref(column)} in ${periodsIn([period])}`

/** How large the partition is. Blocks tell where a row is (`ctid`), which is how a table without keys is gone through in parts. */
export async function blocksOf(tx: OrgTx, table: 'cost_lines' | 'cost_days', period: Period): Promise<number> {
  const partition = `${table}_${period.slice(0, 4)}_${period.slice(5, 7)}`
  const { rows } = await tx.execute(sql<{ size: number | null }>`
    select pg_relation_size(to_regclass(${partition})) / current_setting('block_size')::bigint as size`)
  return rows[0]?.size ?? 0
}
