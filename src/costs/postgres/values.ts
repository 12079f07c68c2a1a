/** What occurs, so that people know what they can ask for. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Period } from '../../formats/billing/types.ts'
import type { CostValues } from '../types.ts'
import { attributionColumns, attributionOf, periodsOf, type Question, rowsOf, type Table, withAll } from './filters.ts'

/** The rows of whole months; those of wide tags where such are asked for. */
const sourcesOf = (wide: readonly Period[]): { table: Table; which?: ReturnType<typeof sql> }[] => [
  { table: 'monthly' },
  ...(wide.length > 0 ? [{ table: 'days', which: sql`wide` } as const] : []),
]

/** Combinations that occur. */
export async function values(tx: OrgTx, question: Question): Promise<CostValues[]> {
  const wide = await periodsOf(tx, question, 'wide', true)
  const found = sql.join(
    sourcesOf(wide).map(({ table, which }) => {
      const attributed = attributionColumns.map((column) => sql`${attributionOf(table, column)} as ${sql.ref(column)}`)
      return sql`select f.dimension_id, ${sql.join(attributed)}
        ${rowsOf(table, question, { attributed: true, wholeMonths: true, which, periods: wide })}`
    }),
    sql` union all `,
  )
  const { rows } =
    await tx.execute(sql<CostValues>`${withAll(question, [sql`found as (select distinct * from (${found}) as any_of)`], true)}
    select d.provider, d.master_account, d.linked_account, d.service, d.category, d.region, d.instance_type, d.record_type, d.currency,
      x.project, x.environment, x.component
    from found x join cost_dimensions d on d.id = x.dimension_id`)
  return rows
}

/** Pairs, those on most lines first. Wide keys are not among them: a list of values as long as that of resources helps nobody. */
export async function tags(tx: OrgTx, question: Question, limit: number): Promise<{ key: string; value: string }[]> {
  const wide = await periodsOf(tx, question, 'wide', true)
  const groups = sql.join(
    sourcesOf(wide).map(({ table, which }) => {
      const group = sql.ref(table === 'days' ? 'a.tag_group_id' : 'f.tag_group_id')
      return sql`select ${group} as tag_group_id, sum(f.lines) as lines
        ${rowsOf(table, question, { attributed: true, wholeMonths: true, which, periods: wide })} group by 1`
    }),
    sql` union all `,
  )
  const { rows } = await tx.execute(sql<{ key: string; value: string }>`
    ${withAll(question, [sql`groups as (select tag_group_id, sum(lines) as lines from (${groups}) as any_of group by 1)`], true)}
    select t.key, t.value from groups x join cost_tag_groups g on g.id = x.tag_group_id cross join lateral jsonb_each_text(g.tags) as t (key, value)
    group by 1, 2 order by sum(x.lines) desc, 1, 2 limit ${limit}`)
  return rows
}

export async function tagKeys(tx: OrgTx): Promise<string[]> {
  const { rows } = await tx.execute(sql<{ key: string }>`select key from cost_tag_keys order by key`)
  return rows.map(({ key }) => key)
}
