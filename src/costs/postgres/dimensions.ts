/** What costs are filtered and grouped by gets a number, once. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Dimension } from '../../formats/billing/types.ts'
import { cleanText } from './literals.ts'

export const dimensionColumns = [
  'provider',
  'master_account',
  'linked_account',
  'service',
  'category',
  'region',
  'instance_type',
  'record_type',
  'currency',
] as const satisfies (keyof Dimension)[]

/** One for each, in the same order. */
export async function idsOfDimensions(tx: OrgTx, dimensions: readonly Dimension[]): Promise<number[]> {
  const keys = dimensions.map((dimension) => JSON.stringify(valuesOf(dimension)))
  const distinct = [...new Map(keys.map((key, index) => [key, dimensions[index]] as const)).entries()].map(
    ([key, dimension]) => ({ key, values: dimension ? valuesOf(dimension) : [] }) as const,
  )
  const ids = new Map<string, number>()
  // Once more for what somebody else added in between: the statement that met it does not see it yet.
  for (let attempt = 0; attempt < 5 && ids.size < distinct.length; attempt++) {
    const { rows } = await tx.execute(statement(tx, distinct))
    for (const { id, key } of rows) ids.set(key, id)
  }
  return keys.map((key) => {
    const id = ids.get(key)
    if (id === undefined) throw new Error('a dimension was lost that was just added')
    return id
  })
}

/** Azure writes the same subscription in other letters from one month to the next; it is one account to who filters by it. */
const valuesOf = (dimension: Dimension): string[] =>
  dimensionColumns.map((column) => {
    const value = bounded(cleanText(dimension[column]))
    return column === 'linked_account' && dimension.provider === 'azurerm' ? value.toLowerCase() : value
  })

/** All nine have to fit into an index, which holds 2,700 bytes. */
const bounded = (value: string): string => {
  let end = Math.min(value.length, 200)
  while (Buffer.byteLength(value.slice(0, end)) > 280) end--
  return value.slice(0, end)
}

function statement(tx: OrgTx, given: readonly { key: string; values: readonly string[] }[]) {
  const names = sql.join(dimensionColumns.map((column) => sql.ref(column)))
  const arrays = sql.join(dimensionColumns.map((_, index) => sql`${given.map(({ values }) => values[index])}::text[]`))
  const same = (table: string) =>
    sql.join(
      dimensionColumns.map((column) => sql`${sql.ref(`${table}.${column}`)} = ${sql.ref(`given.${column}`)}`),
      sql` and `,
    )
  return sql<{ id: number; key: string }>`
    with given as materialized (select * from unnest(${given.map(({ key }) => key)}::text[], ${arrays}) as g (key, ${names})),
    found as materialized (
      select d.id, given.key from given join cost_dimensions d on d.organization_id = ${tx.organizationId} and ${same('d')}),
    made as (
      insert into cost_dimensions (organization_id, ${names})
      select ${tx.organizationId}, ${names} from given where key not in (select key from found) order by ${names}
      on conflict (organization_id, ${names}) do nothing returning id, ${names})
    select id, key from found union all select made.id, given.key from made join given on ${same('made')}`
}
