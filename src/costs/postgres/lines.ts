/** Lines as they were read, to be handed out again. */
import { type RawBuilder, sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError, conflict } from '../../errors.ts'
import type { CostScope, CostStore, FocusRow } from '../types.ts'
import { blocksOf, periodIs } from './bulk.ts'
import { type Known, kindsOf, type LookUp, remembering, resourcesOf, tagsOf } from './lines-known.ts'

/** Blocks of the table that are looked at in one go: some 1,800 lines. */
const blocks = 32
/** And of the search for them: 128 MB. */
const step = 16_384
/** Bytes of what differs from line to line in one look, and of all of it in one part that is handed out. */
const part = 4 * 1024 * 1024

type Which = Parameters<CostStore['lines']>[1]

/**
 * In the order in which they are stored, which nothing changes. No transaction stays open for what may take long: every part is a
 * statement of its own, and that all lines were there is seen by counting: before the first of them, since old lines go bit by bit, and
 * with every part. A version that is replaced meanwhile stays for some minutes.
 * @throws NotFoundEntity when lines are not kept any more, were it only some
 */
export async function* lines(scope: CostScope, which: Which): AsyncGenerator<FocusRow[]> {
  const read: Read = (run) => OrgTx.read(scope.database, insideOf(scope.organizationId), run)
  const months = await read((tx) => monthsOf(tx, which))
  if (months.length === 0) return
  const { pieces, total } = await piecesOf(read, which, ids(months))
  const month = which.period.slice(0, 7)
  if (total < months.reduce((sum, { lines }) => sum + lines, 0))
    throw new ApiError('NotFoundEntity', `The lines of ${month} are not kept any more, or not all of them; figures of that month are`)
  const lookUp = { kinds: remembering(kindsOf), resources: remembering(resourcesOf), tags: remembering(tagsOf) }
  for (const { piece, count } of pieces) {
    let after = `(${piece * blocks},0)`
    for (let left = count; left > 0; ) {
      const rows = await read((tx) => linesOf(tx, which, ids(months), after, (piece + 1) * blocks))
      after = rows.at(-1)?.ctid ?? after
      left -= rows.length
      if (rows.length === 0 || left < 0)
        throw conflict(`The costs of ${month} were read anew in the meantime: begin again with their lines`)
      yield* wholeLines(read, lookUp, rows)
    }
  }
}

const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id)

/** With what they have in common, so many at a time that they take little memory, whatever is on them. */
async function* wholeLines(
  read: Read,
  lookUp: Record<'kinds' | 'resources' | 'tags', LookUp>,
  rows: readonly Row[],
): AsyncGenerator<FocusRow[]> {
  for (let at = 0; at < rows.length; ) {
    const rest = rows.slice(at)
    const kinds = await read((tx) => lookUp.kinds(tx, idsIn(rest, 'kind_id')))
    const resources = await read((tx) => lookUp.resources(tx, idsIn(rest, 'resource_id')))
    const tags = await read((tx) => lookUp.tags(tx, idsIn(rest, 'tag_set_id')))
    const lines: FocusRow[] = []
    let bytes = 0
    for (const row of rest) {
      const kind = kinds.get(row.kind_id)
      const resource = of(resources, row.resource_id)
      const set = of(tags, row.tag_set_id)
      if (!kind || !resource || !set || bytes > part) break
      bytes += kind.bytes + resource.bytes + set.bytes + row.bytes
      lines.push({ ...textsOf(row, periods), ...kind.focus, ...resource.focus, ...set.focus, ...row.extra, ...textsOf(row, numbers) })
    }
    at += lines.length
    yield lines
  }
}

const none = { bytes: 0, focus: {} }
const of = (known: ReadonlyMap<number, Known>, id: number | null): Known | undefined => (id === null ? none : known.get(id))

interface Row {
  ctid: string
  kind_id: number
  resource_id: number | null
  tag_set_id: number | null
  extra: Record<string, string> | null
  bytes: number
  [column: `c_${string}`]: string | null
}

/** What every line has for itself: column of FOCUS to column of the table. */
const numbers = {
  BilledCost: sql`l.billed::text`,
  EffectiveCost: sql`l.effective::text`,
  ListCost: sql`l.list::text`,
  ContractedCost: sql`l.contracted::text`,
  PricingQuantity: sql`l.pricing_quantity::text`,
  ConsumedQuantity: sql`l.consumed_quantity::text`,
  ChargePeriodStart: timeOf(sql`l.charge_start at time zone 'UTC'`),
  ChargePeriodEnd: timeOf(sql`l.charge_end at time zone 'UTC'`),
} satisfies Record<string, RawBuilder<unknown>>

/** The month it is counted in, unless what is charged for says that the bill's period is another one. */
const periods = {
  BillingPeriodStart: timeOf(sql`l.period::timestamp`),
  BillingPeriodEnd: timeOf(sql`(l.period + interval '1 month')`),
} satisfies Record<string, RawBuilder<unknown>>

function timeOf(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`to_char(${value}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
}

function textsOf(row: Row, columns: Readonly<Record<string, unknown>>): FocusRow {
  const focus: Record<string, string> = {}
  for (const column of Object.keys(columns)) {
    const value = row[`c_${column}`]
    if (value !== null && value !== undefined) focus[column] = value
  }
  return focus
}

function monthsOf(tx: OrgTx, { period, costAccountIds }: Which): Promise<{ id: number; lines: number }[]> {
  let query = tx.selectFrom('cost_months').select(['id', 'lines']).where('period', '=', period).where('state', '=', 'active')
  query = costAccountIds ? query.where('cost_account_id', 'in', [...costAccountIds, 0]) : query.where('cost_account_id', 'is not', null)
  return query.orderBy('id').execute()
}

const linesIn = ({ period }: Which, months: readonly number[]) =>
  sql`from cost_lines l where ${periodIs('l.period', period)} and l.month_id = any (${[...months]}::bigint[])`

/** Is the line about the account at the provider that is asked for? */
const isAsked = ({ linkedAccount }: Which) =>
  linkedAccount === undefined
    ? sql`true`
    : sql`l.kind_id in (select k.id from cost_kinds k join cost_dimensions d on d.id = k.dimension_id where cost_account_key(d.linked_account) = cost_account_key(${linkedAccount}))`

interface Piece {
  piece: number
  count: number
}
type Read = <T>(run: (tx: OrgTx) => Promise<T>) => Promise<T>

/** Where the lines are, and how many the versions have: a table that is nearly all somebody else's is gone through once, in large steps. */
async function piecesOf(read: Read, which: Which, months: readonly number[]): Promise<{ pieces: Piece[]; total: number }> {
  const size = await read((tx) => blocksOf(tx, 'cost_lines', which.period))
  const pieces: Piece[] = []
  let total = 0
  for (let from = 0; from < size; from += step) {
    const { rows } = await read((tx) =>
      tx.execute(sql<Piece & { total: number }>`
        select ((l.ctid::text::point)[0]::bigint / ${sql.lit(blocks)}) as piece, count(*) as total, count(*) filter (where ${isAsked(which)}) as count
        ${linesIn(which, months)} and l.ctid >= ${`(${from},0)`}::tid and l.ctid < ${`(${from + step},0)`}::tid group by 1 order by 1`),
    )
    for (const row of rows) total += row.total
    pieces.push(...rows.filter(({ count }) => count > 0).map(({ piece, count }) => ({ piece, count })))
  }
  return { pieces, total }
}

async function linesOf(tx: OrgTx, which: Which, months: readonly number[], after: string, end: number): Promise<Row[]> {
  const columns = Object.entries({ ...periods, ...numbers }).map(([column, value]) => sql`${value} as ${sql.ref(`c_${column}`)}`)
  const { rows } = await tx.execute(sql<Row>`
    select * from (
      select l.ctid::text as ctid, l.kind_id, l.resource_id, l.tag_set_id, l.extra, ${sql.join(columns)}, row_number() over place as n,
        coalesce(octet_length(l.extra::text), 0) as bytes, sum(octet_length(l.extra::text)) over place as total
      ${linesIn(which, months)} and ${isAsked(which)} and l.ctid > ${after}::tid and l.ctid < ${`(${end},0)`}::tid
      window place as (order by l.ctid)) as next
    where total is null or total < ${part} or n = 1 order by n`)
  return rows
}

const idsIn = (rows: readonly Row[], column: 'kind_id' | 'resource_id' | 'tag_set_id'): number[] => [
  ...new Set(rows.flatMap((row) => row[column] ?? [])),
]
