/** What occurs, so that people know what they can ask for. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Period } from '../../formats/billing/types.ts'
import type { ValueList } from '../types.ts'
import { attributionColumns, attributionOf, periodsOf, type Question, rowsOf, type Table, withAll } from './filters.ts'

/** Nobody looks through more. */
const mostKeys = 10_000

/** The rows of whole months; those of wide tags where such are asked for. */
const sourcesOf = (wide: readonly Period[]): { table: Table; which?: ReturnType<typeof sql> }[] => [
  { table: 'monthly' },
  ...(wide.length > 0 ? [{ table: 'days', which: sql`wide` } as const] : []),
]

/** One list by the other, each bounded: a bill may hold any number of names. */
export async function values(tx: OrgTx, question: Question, lists: readonly ValueList[], limit: number): Promise<string[][][]> {
  if (lists.length === 0) return []
  const wide = await periodsOf(tx, question, 'wide', true)
  const found = sql.join(
    sourcesOf(wide).map(({ table, which }) => {
      const attributed = attributionColumns.map((column) => sql`${attributionOf(table, column)} as ${sql.ref(column)}`)
      return sql`select f.dimension_id, ${sql.join(attributed)}
        ${rowsOf(table, question, { attributed: true, wholeMonths: true, which, periods: wide })}`
    }),
    sql` union all `,
  )
  const { rows } = await tx.execute(
    sql<{ list: number; names: string[] }>`${withAll(
      question,
      [
        sql`found as materialized (select distinct * from (${found}) as any_of)`,
        sql`used as materialized (select d.* from cost_dimensions d where d.id in (select dimension_id from found))`,
      ],
      true,
    )} ${sql.join(
      lists.map((list, index) => bounded(list, index, limit)),
      sql` union all `,
    )}`,
  )
  const answer: string[][][] = lists.map(() => [])
  for (const { list, names } of rows) answer[list]?.push(names)
  return answer
}

function bounded(list: ValueList, index: number, limit: number) {
  const columns = list.map((column) => sql.ref(column))
  const from = (attributionColumns as readonly string[]).includes(list[0] ?? '') ? sql`found` : sql`used`
  return sql`(select ${sql.lit(index)} as list, array[${sql.join(columns)}] as names from ${from} where ${columns.at(-1) ?? sql`''`} <> ''
    group by ${sql.join(columns)} order by ${sql.join(columns.map((column) => sql`${column} collate "C"`))} limit ${sql.lit(limit)})`
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
  const { rows } = await tx.execute(sql<{ key: string }>`select key from cost_tag_keys order by key limit ${sql.lit(mostKeys)}`)
  return rows.map(({ key }) => key)
}
