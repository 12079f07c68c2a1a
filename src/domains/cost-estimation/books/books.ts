/**
 * A book of prices comes in beside the one that estimates use, part by part; when it is whole, one transaction puts it in its
 * place. Whatever goes wrong before, the old one stays.
 *
 * COPY is not for this: Postgres refuses it for tables with row-level security, which these have.
 */
import { createHash } from 'node:crypto'
import { AccountTx } from '../../../db/account-tx.ts'
import type { Database } from '../../../db/pool.ts'
import { normaliseUnit } from '../../../estimate/units.ts'
import type { NormalisedRate } from '../../../formats/prices/types.ts'
import {
  activateBook,
  deleteBook,
  deleteProducts,
  findActiveBook,
  insertBook,
  insertRates,
  listAllBooks,
  lockScope,
  type RateRow,
} from './queries.ts'

export interface NewBook {
  provider: NormalisedRate['provider']
  scope: string
  /** In words, and where they can be looked up. */
  source: string
  sourceUrl?: string
  rates: AsyncIterable<NormalisedRate> | Iterable<NormalisedRate>
  /** Known when the file was read. */
  facts(): { version: string; publishedAt: Date; sha256?: string }
  /** Takes the book even when it has far fewer or more rates than the last one. */
  force?: boolean
  onProgress?: (rates: number) => void
}

/** A price list that cannot be meant; the sentence says why. */
export class BookRefused extends Error {}

const inPlatform = { kind: 'platform' } as const
/** Rates of one transaction: half a megabyte. */
const batch = 1000
/** Share by which a new book may have more or fewer rates than the last. */
const tolerance = 0.2
/** Of each scope: the active one, and the one before. */
const kept = 2

/** @throws BookRefused, and what the rates throw; nothing of the new book is left then */
export async function importBook(database: Database, book: NewBook): Promise<{ id: number; products: number; rates: number }> {
  const { provider, scope, source, sourceUrl = '' } = book
  const draft = { provider, scope, source, source_url: sourceUrl, version: '', published_at: new Date(), sha256: '' }
  const { id } = await AccountTx.write(database, inPlatform, (tx) => insertBook(tx, draft))
  try {
    const { rates, sha256: ofRates } = await insertAll(database, { id, provider }, book)
    const { version, publishedAt, sha256 = ofRates } = book.facts()
    const products = await AccountTx.write(database, inPlatform, async (tx) => {
      await lockScope(tx, provider, scope)
      const last = await findActiveBook(tx, { provider, scope })
      if (last && !book.force && Math.abs(rates - last.rates) > last.rates * tolerance)
        throw new BookRefused(
          `it has ${rates} rates, and the book in use ${last.rates}: more than ${tolerance * 100} % off, so perhaps a part is missing; --force takes it all the same`,
        )
      return (await activateBook(tx, { id, provider, scope, version, published_at: publishedAt, sha256, rates })).products
    })
    await pruneBooks(database, { provider, scope })
    return { id, products, rates }
  } catch (error) {
    await removeBook(database, id)
    throw error
  }
}

async function insertAll(database: Database, target: { id: number; provider: string }, { rates, onProgress }: NewBook) {
  const hash = createHash('sha256')
  let rows: RateRow[] = []
  let count = 0
  const flush = async () => {
    const part = rows
    rows = []
    if (part.length === 0) return
    await AccountTx.write(database, inPlatform, (tx) => insertRates(tx, target, part))
    count += part.length
    hash.update(JSON.stringify(part))
    onProgress?.(count)
  }
  for await (const rate of rates) {
    if (rate.price.startsWith('-')) throw new BookRefused(`the price of ${rate.sku} is ${rate.price}: prices are not negative`)
    rows.push(rowOf(rate))
    if (rows.length >= batch) await flush()
  }
  await flush()
  if (count === 0) throw new BookRefused('it has no rate that an estimate could use')
  return { rates: count, sha256: hash.digest('hex') }
}

function rowOf({ provider: _, purchaseOption, unit, from, to, ...rest }: NormalisedRate): RateRow {
  const { unit: word, quantity } = normaliseUnit(unit)
  const size = Number(quantity) > 0 ? quantity : '1'
  return { ...rest, purchase_option: purchaseOption, unit: word, unit_quantity: size, from_quantity: from, to_quantity: to }
}

/** What is left of imports whose process died, after a day, and old books. @returns the numbers of those that went */
export async function pruneBooks(database: Database, only?: { provider: string; scope: string }): Promise<number[]> {
  const books = await AccountTx.read(database, inPlatform, listAllBooks)
  const mine = books.filter(({ provider, scope }) => !only || (provider === only.provider && scope === only.scope))
  const yesterday = new Date(Date.now() - 24 * 3600_000)
  const finished = mine.filter(({ sha256 }) => sha256 !== '')
  const old = finished.filter((book) => {
    const newer = finished.filter(
      ({ provider, scope, id, active }) => provider === book.provider && scope === book.scope && (active || id > book.id),
    )
    return !book.active && newer.filter(({ id }) => id !== book.id).length >= kept
  })
  const lost = mine.filter(({ sha256, imported_at }) => sha256 === '' && imported_at < yesterday)
  const gone = [...old, ...lost].map(({ id }) => id)
  for (const id of gone) await removeBook(database, id)
  return gone
}

/** In parts: a large book takes longer than one statement may. */
async function removeBook(database: Database, id: number): Promise<void> {
  while ((await AccountTx.write(database, inPlatform, (tx) => deleteProducts(tx, id, 5000))) > 0);
  await AccountTx.write(database, inPlatform, (tx) => deleteBook(tx, id))
}
