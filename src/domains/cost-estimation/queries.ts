import { type Selectable, sql } from 'kysely'
import type { PriceBooks } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'

/** What every estimate asks first: which prices hold, and what the organization has set. One round trip. */
export interface BasisRow {
  books: { id: number; scope: string; published_at: string }[]
  overrides: unknown
  usage: unknown
}

export async function readBasis(tx: OrgTx): Promise<BasisRow> {
  const { rows } = await tx.execute(sql<BasisRow>`
    select
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'scope', scope, 'published_at', to_char(published_at, 'YYYY-MM-DD')) order by id), '[]')
       from price_books where active) as books,
      (select overrides from cost_settings where organization_id = ${tx.organizationId}) as overrides,
      (select usage from cost_settings where organization_id = ${tx.organizationId}) as usage`)
  const [row] = rows
  if (!row) throw new Error('a question without from has one row')
  return row
}

export type PriceBookRow = Selectable<PriceBooks>

export async function listBooks(tx: OrgTx): Promise<PriceBookRow[]> {
  const { rows } = await tx.execute(sql<PriceBookRow>`select * from price_books where active order by provider, scope`)
  return rows
}

/** Selectors that differ at most in their patterns. */
export interface ProductQuestion {
  number: number
  provider: string
  service: string
  /** Products without a region fit every region. */
  region: string
  family: string | null
  attributes: Readonly<Record<string, string>>
  /** Whose values are wanted: what patterns are about. */
  keys: readonly string[]
}

export interface CandidateRow {
  number: number
  id: number
  book_id: number
  sku: string
  region: string
  looked: Record<string, string | null> | null
}

/**
 * @param books of which products may be
 * @param most products for each question, by SKU
 */
export async function listCandidates(
  tx: OrgTx,
  questions: readonly ProductQuestion[],
  books: readonly number[],
  most: number,
): Promise<CandidateRow[]> {
  const rows: CandidateRow[] = []
  for (const known of [true, false]) {
    const some = questions.filter(({ family }) => (family !== null) === known)
    if (some.length === 0) continue
    // Two statements, since a condition on a family that may be absent keeps Postgres from its index.
    const ofFamily = known ? sql`and p.family = asked.family` : sql``
    const found = await tx.execute(sql<CandidateRow>`
      select asked.number, found.id, found.book_id, found.sku, found.region,
        (select jsonb_object_agg(key, found.attributes ->> key) from jsonb_array_elements_text(asked.keys) as key) as looked
      from jsonb_to_recordset(${JSON.stringify(some)}::jsonb)
        as asked (number integer, provider text, service text, region text, family text, attributes jsonb, keys jsonb)
      cross join lateral (
        select p.id, p.book_id, p.sku, p.region, p.attributes from price_products p
        where p.provider = asked.provider and p.service = asked.service and p.region in (asked.region, '') ${ofFamily}
          and p.attributes @> asked.attributes and p.book_id = any (${[...books]}::bigint[])
        order by p.sku limit ${most}
      ) as found`)
    rows.push(...found.rows)
  }
  return rows
}

export interface ProductRow {
  id: number
  sku: string
  service: string
  family: string
  region: string
  attributes: Record<string, string>
  /** Numbers are texts: JSON's would lose digits. Quantities and price are of the unit that the feed has. */
  rates: {
    purchase_option: string
    currency: string
    unit: string
    unit_quantity: string
    from_quantity: string
    to_quantity: string | null
    price: string
  }[]
}

export async function listProducts(tx: OrgTx, ids: readonly number[]): Promise<ProductRow[]> {
  const { rows } = await tx.execute(sql<ProductRow>`
    select p.id, p.sku, p.service, p.family, p.region, p.attributes,
      (select coalesce(jsonb_agg(jsonb_build_object('purchase_option', r.purchase_option, 'currency', r.currency, 'unit', r.unit,
          'unit_quantity', r.unit_quantity::text, 'from_quantity', r.from_quantity::text, 'to_quantity', r.to_quantity::text,
          'price', r.price::text) order by r.currency, r.from_quantity), '[]')
       from price_rates r where r.product_id = p.id) as rates
    from price_products p where p.id = any (${[...ids]}::bigint[])`)
  return rows
}

export const findSettings = (tx: OrgTx) => tx.selectFrom('cost_settings').select(['overrides', 'usage']).executeTakeFirst()

export const saveSettings = (tx: OrgTx, settings: { overrides: string; usage: string }) =>
  tx
    .insertInto('cost_settings', settings)
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ ...settings, updated_at: new Date() }))
    .execute()
