/** Books of prices as they are written: in the platform scope, by commands and at the start. */
import { type Insertable, sql } from 'kysely'
import type { AccountTx } from '../../../db/account-tx.ts'
import type { PriceBooks } from '../../../db/database.ts'

export const listAllBooks = (tx: AccountTx) =>
  tx.db.selectFrom('price_books').selectAll().orderBy('provider').orderBy('scope').orderBy('id').execute()

export const findActiveBook = (tx: AccountTx, { provider, scope }: { provider: string; scope: string }) =>
  tx.db
    .selectFrom('price_books')
    .select(['id', 'version', 'rates'])
    .where('provider', '=', provider)
    .where('scope', '=', scope)
    .where('active', '=', true)
    .executeTakeFirst()

/** Versions of what comes with the platform. */
export const listStarterVersions = (tx: AccountTx) =>
  tx.db.selectFrom('price_books').select(['provider', 'version']).where('scope', '=', 'starter').where('active', '=', true).execute()

export const insertBook = (tx: AccountTx, row: Insertable<PriceBooks>) =>
  tx.db.insertInto('price_books').values(row).returning('id').executeTakeFirstOrThrow()

/** Two at once would both have been the next. */
export const lockScope = (tx: AccountTx, provider: string, scope: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtext('price_books'), hashtext(${`${provider} ${scope}`}))`)

export async function activateBook(
  tx: AccountTx,
  {
    id,
    provider,
    scope,
    ...rest
  }: { id: number; provider: string; scope: string; version: string; published_at: Date; sha256: string; rates: number },
): Promise<{ products: number }> {
  await tx.db
    .updateTable('price_books')
    .set({ active: false })
    .where('provider', '=', provider)
    .where('scope', '=', scope)
    .where('active', '=', true)
    .execute()
  return tx.db
    .updateTable('price_books')
    .set({
      ...rest,
      active: true,
      products: sql<number>`(select count(*) from price_products where book_id = ${id})`,
      imported_at: new Date(),
    })
    .where('id', '=', id)
    .returning('products')
    .executeTakeFirstOrThrow()
}

/** One rate, with what its product is; figures are texts. */
export interface RateRow {
  sku: string
  service: string
  family: string
  region: string
  attributes: Readonly<Record<string, string>>
  purchase_option: string
  currency: string
  unit: string
  unit_quantity: string
  from_quantity: string
  to_quantity: string | null
  price: string
}

const columns = sql.raw(`sku text, service text, family text, region text, attributes jsonb, purchase_option text, currency text, unit text,
  unit_quantity numeric, from_quantity numeric, to_quantity numeric, price numeric`)

/** What came twice is taken once. Two statements, since the second has to see the products of the first. */
export async function insertRates(tx: AccountTx, book: { id: number; provider: string }, rows: readonly RateRow[]): Promise<void> {
  const json = JSON.stringify(rows)
  await tx.execute(sql`
    insert into price_products (book_id, provider, sku, service, family, region, attributes)
    select distinct on (sku, region) ${book.id}::bigint, ${book.provider}, sku, service, family, region, attributes
    from jsonb_to_recordset(${json}::jsonb) as r (${columns})
    on conflict (book_id, sku, region) do nothing`)
  await tx.execute(sql`
    insert into price_rates (product_id, purchase_option, currency, unit, unit_quantity, from_quantity, to_quantity, price)
    select p.id, r.purchase_option, r.currency, r.unit, r.unit_quantity, r.from_quantity, r.to_quantity, r.price
    from jsonb_to_recordset(${json}::jsonb) as r (${columns})
    join price_products p on p.book_id = ${book.id}::bigint and p.sku = r.sku and p.region = r.region
    on conflict do nothing`)
}

/** A part of a book that is going away; its rates go with the products. @returns how many products went */
export async function deleteProducts(tx: AccountTx, book: number, most: number): Promise<number> {
  const { numAffectedRows } = await tx.execute(
    sql`delete from price_products where id in (select id from price_products where book_id = ${book} limit ${most})`,
  )
  return Number(numAffectedRows ?? 0)
}

export const deleteBook = (tx: AccountTx, id: number) => tx.db.deleteFrom('price_books').where('id', '=', id).execute()
