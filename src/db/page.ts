import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { invalid } from '../errors.ts'

export interface PageQuery {
  page_index?: number
  page_size?: number
  order_by?: string
}
export interface Page<R> {
  rows: R[]
  pagination: { index: number; size: number; total: number }
}

/** Postgres' bigint is the end of the world for offsets; page 4294967295 of size 4294967295 lies beyond it. */
const lastOffset = 2n ** 62n

/**
 * One page and the number of all matches, in one statement. `columns` maps what order_by may name to SQL columns; the first
 * is the default order. `within` orders what is alike in an order that was asked for. `tieBreaker` is a unique column: without it, rows with equal values may be seen twice or never.
 * @throws Invalid for page 0, size 0 or an unknown order.
 */
export async function page<D, T extends keyof D, R>(
  query: SelectQueryBuilder<D, T, R>,
  { page_index: index = 1, page_size: size = 1000, order_by }: PageQuery,
  { columns, within, tieBreaker }: { columns: Columns; within?: RawBuilder<unknown>; tieBreaker: string },
): Promise<Page<R>> {
  assertPage(index, size)
  const { column, direction } = readOrder(order_by, columns)
  const offset = BigInt(index - 1) * BigInt(size)
  const ordered = query
    .select(sql<number>`count(*) over ()`.as('page_total'))
    .orderBy(typeof column === 'string' ? sql.ref(column) : column, direction)
    .$if(order_by !== undefined && within !== undefined, (query) => query.orderBy(within ?? sql``, 'asc'))
    .orderBy(sql.ref(tieBreaker), direction)
    .limit(size)
    .offset(String(offset > lastOffset ? lastOffset : offset) as never)
  const rows = (await ordered.execute()) as (R & { page_total: number })[]
  const total = rows[0]?.page_total ?? (index === 1 ? 0 : await count(query))
  return { rows, pagination: { index, size, total } }
}

/** The same for a list that is known without asking the database. */
export function pageOf<R>(items: readonly R[], { page_index: index = 1, page_size: size = 1000 }: Omit<PageQuery, 'order_by'>): Page<R> {
  assertPage(index, size)
  return { rows: items.slice((index - 1) * size, index * size), pagination: { index, size, total: items.length } }
}

function assertPage(index: number, size: number): void {
  if (index < 1) throw invalid('Pages are counted from 1', ['query.page_index: must be at least 1'])
  if (size < 1) throw invalid('A page holds at least one item', ['query.page_size: must be at least 1'])
}

/** Only for a page beyond the last: there no row carries the total. */
async function count<D, T extends keyof D, R>(query: SelectQueryBuilder<D, T, R>): Promise<number> {
  const [row] = await query.select(sql<number>`count(*) over ()`.as('page_total')).limit(1).execute()
  return (row as { page_total: number } | undefined)?.page_total ?? 0
}

type Columns = Readonly<Record<string, string | RawBuilder<unknown>>>

function readOrder(text: string | undefined, columns: Columns): { column: string | RawBuilder<unknown>; direction: 'asc' | 'desc' } {
  const [fallback] = Object.values(columns)
  if (fallback === undefined) throw new Error('a page needs an order')
  if (text === undefined) return { column: fallback, direction: 'asc' }
  // Where the document does not declare it, nothing has looked at it yet: repeated, it is a list.
  if (typeof text !== 'string') throw invalid('A list has one order', ['query.order_by: may be given once'])
  const [field = '', direction = 'asc', ...rest] = text.split(':')
  const column = Object.hasOwn(columns, field) ? columns[field] : undefined
  if (column === undefined || rest.length > 0 || (direction !== 'asc' && direction !== 'desc'))
    throw invalid(`This list cannot be ordered by "${text}"`, [
      `query.order_by: must be one of ${Object.keys(columns).join(', ')}, followed by :asc or :desc`,
    ])
  return { column, direction }
}
