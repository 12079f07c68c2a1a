import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'

/** The shape of access/decide.ts' Visibility that SQL needs. */
interface Visible {
  readonly prefix: string
  readonly expressions: readonly string[] | undefined
  readonly ownerId: number | null
}

/**
 * Keeps the rows the caller may see. `path` is the SQL of the row's containment path below the organization, such as
 * sql`':project:' || projects.canonical`; `owner` the column of its owner, if it can have one.
 */
export function whereVisible<D, T extends keyof D, R>(
  query: SelectQueryBuilder<D, T, R>,
  { prefix, expressions, ownerId }: Visible,
  path: RawBuilder<unknown>,
  owner?: string,
): SelectQueryBuilder<D, T, R> {
  if (expressions === undefined) return query
  const byRule = sql<boolean>`(${prefix} || ${path}) ~ any (${[...expressions]}::text[])`
  if (!owner || ownerId === null) return query.where(byRule)
  return query.where(sql<boolean>`(${byRule} or ${sql.ref(owner)} = ${ownerId})`)
}
