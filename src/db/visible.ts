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
  visible: Visible,
  path: RawBuilder<unknown>,
  owner?: string,
): SelectQueryBuilder<D, T, R> {
  return visible.expressions === undefined ? query : query.where(isVisible(visible, path, owner))
}

/** The same as a condition, for what is looked at inside another statement. */
export function isVisible({ prefix, expressions, ownerId }: Visible, path: RawBuilder<unknown>, owner?: string): RawBuilder<boolean> {
  if (expressions === undefined) return sql`true`
  const byRule = sql<boolean>`(${prefix} || ${path}) ~ any (${[...expressions]}::text[])`
  return !owner || ownerId === null ? byRule : sql`(${byRule} or ${sql.ref(owner)} = ${ownerId})`
}
