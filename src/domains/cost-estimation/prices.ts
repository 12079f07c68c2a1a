/**
 * Prices for one estimate: products of the active books, one for each selector, with the organization's own prices applied at
 * the end. What was found is remembered in the process as long as the same books are active; nothing of an organization is in it.
 */
import { Decimal } from 'decimal.js'
import { LRUCache } from 'lru-cache'
import type { Database } from '../../db/pool.ts'
import type { FoundPrice, PriceOverride, PriceSource, ProductSelector, Rate, UsageSettings } from '../../estimate/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { type PricedProduct, withOverrides } from './overrides.ts'
import {
  type BasisRow,
  type CandidateRow,
  listCandidates,
  listProducts,
  type ProductQuestion,
  type ProductRow,
  readBasis,
} from './queries.ts'
import { settingsOf } from './settings.ts'

type Asked = Parameters<PriceSource>[0][number]
type Reader = Pick<OrganizationContext, 'platform' | 'read'>

/** List price and what it is of; null where no product fits. */
type Known = { price: FoundPrice; product: PricedProduct } | null

/** Of one process and database; an entry takes about a kilobyte. */
const mostRemembered = 20_000
const memories = new WeakMap<Database, { books: string; known: LRUCache<string, { found: Known }> }>()

/** Products that one selector may leave for its patterns to choose from, and the questions that are asked at once. */
const mostCandidates = 5000
const questionsAtOnce = 400
/** Those of which prices are compared when a selector fits many. */
const mostCompared = 50

/** One look at the database; prices are then asked as they are needed. */
export async function openPrices({ platform, read }: Reader): Promise<{ prices: PriceSource; usage: UsageSettings }> {
  const basis = await read(readBasis)
  const { overrides, usage } = settingsOf(basis)
  const known = memoryOf(platform.database, basis)
  const prices: PriceSource = async (asked) => {
    const missing = new Map(asked.map((one) => [keyOf(one), one] as const).filter(([key]) => !known.has(key)))
    const found = missing.size > 0 ? await lookUp(read, basis, missing) : new Map<string, Known>()
    for (const [key, one] of found) known.set(key, { found: one })
    return asked.map((one) => {
      const key = keyOf(one)
      return priced(found.get(key) ?? known.get(key)?.found ?? null, overrides)
    })
  }
  return { prices, usage }
}

const priced = (known: Known, overrides: readonly PriceOverride[]): FoundPrice | undefined =>
  known === null ? undefined : withOverrides(known.price, known.product, overrides)

function memoryOf(database: Database, { books }: BasisRow) {
  const now = books.map(({ id }) => id).join(',')
  const memory = memories.get(database)
  if (memory?.books === now) return memory.known
  const known = new LRUCache<string, { found: Known }>({ max: mostRemembered })
  memories.set(database, { books: now, known })
  return known
}

const keyOf = ({ select, purchaseOption }: Asked): string =>
  JSON.stringify([
    select.provider,
    select.service,
    select.family ?? null,
    select.region,
    purchaseOption,
    select.attributes.map((one) => ('value' in one ? [one.key, one.value] : [one.key, null, one.pattern])),
  ])

async function lookUp(read: Reader['read'], basis: BasisRow, missing: ReadonlyMap<string, Asked>): Promise<Map<string, Known>> {
  const { questions, numbers } = questionsOf(missing)
  const candidates = new Map<number, CandidateRow[]>()
  const bookIds = basis.books.map(({ id }) => id)
  for (let start = 0; start < questions.length; ) {
    // What has patterns may leave thousands of products: fewer at once, so that no answer is too large.
    const size = (questions[start]?.keys.length ?? 0) > 0 ? 10 : questionsAtOnce
    const part = questions.slice(start, start + size)
    for (const row of await read((tx) => listCandidates(tx, part, bookIds, mostCandidates)))
      if (!candidates.get(row.number)?.push(row)) candidates.set(row.number, [row])
    start += size
  }
  const rankOf = ranks(basis)
  const chosen = new Map<string, CandidateRow[]>()
  for (const [key, one] of missing) chosen.set(key, fitting(one.select, candidates.get(numbers.get(key) ?? -1) ?? [], rankOf))
  const ids = [...new Set([...chosen.values()].flat().map(({ id }) => id))]
  const products = new Map<number, ProductRow>()
  for (let start = 0; start < ids.length; start += 2000)
    for (const row of await read((tx) => listProducts(tx, ids.slice(start, start + 2000)))) products.set(row.id, row)
  return new Map([...missing].map(([key, one]) => [key, pick(one, chosen.get(key) ?? [], products, basis)]))
}

/** Selectors that ask the same but for their patterns become one question; those with patterns stand last. */
function questionsOf(missing: ReadonlyMap<string, Asked>) {
  const byText = new Map<string, Omit<ProductQuestion, 'number'> & { keys: string[] }>()
  const texts = new Map<string, string>()
  for (const [key, { select }] of missing) {
    if (!storable(key)) continue
    const { provider, service, region, family = null } = select
    const attributes: Record<string, string> = Object.fromEntries(
      select.attributes.flatMap((one) => ('value' in one ? [[one.key, one.value]] : [])),
    )
    const patterns = select.attributes.flatMap((one) => ('pattern' in one ? [one.key] : []))
    const text = JSON.stringify([provider, service, region, family, Object.entries(attributes).sort(), patterns.length > 0])
    const question = byText.get(text) ?? { provider, service, region, family, attributes, keys: [] }
    question.keys = [...new Set([...question.keys, ...patterns])]
    byText.set(text, question)
    texts.set(key, text)
  }
  const order = [...byText].sort(([, a], [, b]) => Math.min(a.keys.length, 1) - Math.min(b.keys.length, 1))
  const questions = order.map(([, question], number): ProductQuestion => ({ ...question, number }))
  const numberOf = new Map(order.map(([text], number) => [text, number]))
  return { questions, numbers: new Map([...texts].map(([key, text]) => [key, numberOf.get(text) ?? -1])) }
}

/** What Postgres refuses in JSON no price list has either: NUL, and halves of characters. */
const storable = (text: string): boolean => !/\\u0000|\\ud[89a-f]/i.test(text)

/** Prices of an import go before those that come with the platform, and newer ones before older. */
function ranks({ books }: BasisRow): (book: number) => string {
  const rank = new Map(books.map(({ id, scope, published_at }) => [id, `${scope === 'starter' ? 0 : 1} ${published_at}`]))
  return (book) => rank.get(book) ?? ''
}

/** Of the best book that has any; a product of the region before one of every region. */
function fitting(select: ProductSelector, candidates: readonly CandidateRow[], rankOf: (book: number) => string): CandidateRow[] {
  const patterns = select.attributes.flatMap((one) => ('pattern' in one ? [{ key: one.key, pattern: new RegExp(one.pattern) }] : []))
  const all = candidates.filter(({ looked }) => patterns.every(({ key, pattern }) => pattern.test(looked?.[key] ?? '')))
  const near = all.some(({ region }) => region === select.region) ? all.filter(({ region }) => region === select.region) : all
  const best = near.reduce((highest, { book_id }) => (rankOf(book_id) > highest ? rankOf(book_id) : highest), '')
  return near.filter(({ book_id }) => rankOf(book_id) === best).slice(0, mostCompared * 4)
}

/** The one that fits; of several the one that costs least but something, then the first by SKU. */
function pick(
  { select, purchaseOption }: Asked,
  candidates: readonly CandidateRow[],
  products: ReadonlyMap<number, ProductRow>,
  { books }: BasisRow,
): Known {
  const offers = candidates.flatMap(({ id, book_id }) => {
    const product = products.get(id)
    const offered = product && offerOf(product, purchaseOption)
    return product && offered ? [{ product, book: book_id, ...offered }] : []
  })
  offers.sort((a, b) => compareLeast(a.least, b.least) || (a.product.sku < b.product.sku ? -1 : 1))
  const [first] = offers
  if (!first) return null
  const { product, book, currency, unit, rates } = first
  const day = books.find(({ id }) => id === book)?.published_at
  const prices = new Set(offers.map(({ least }) => String(least)))
  const notes = [...(day ? [`price of ${day}`] : []), ...(prices.size > 1 ? [`${offers.length} products fit: the cheapest was taken`] : [])]
  const { service, family, region, attributes, sku } = product
  return {
    price: { sku, currency, unit, rates, notes },
    product: { provider: select.provider, service, family, region, attributes },
  }
}

/** Its rates, in our unit; in US dollars where it has them. */
function offerOf(product: ProductRow, purchaseOption: string) {
  const all = product.rates.filter(({ purchase_option }) => purchase_option === purchaseOption)
  const [first] = all
  if (!first) return undefined
  const currency = all.some((rate) => rate.currency === 'USD') ? 'USD' : first.currency
  const rows = all.filter((rate) => rate.currency === currency)
  const rates = rows.map((row): Rate => {
    const size = new Decimal(row.unit_quantity)
    return {
      from: size.times(row.from_quantity),
      to: row.to_quantity === null ? null : size.times(row.to_quantity),
      price: new Decimal(row.price).div(size),
    }
  })
  rates.sort((a, b) => a.from.comparedTo(b.from))
  // Feeds may say only where a tier begins.
  for (const [index, rate] of rates.entries()) rate.to ??= rates[index + 1]?.from ?? null
  const costly = rates.filter(({ price }) => !price.isZero()).map(({ price }) => price)
  return { currency, unit: rows[0]?.unit ?? '', rates, least: costly.length > 0 ? Decimal.min(...costly) : null }
}

/** What costs nothing stands last: it is the other side of something that is billed elsewhere. */
function compareLeast(a: Decimal | null, b: Decimal | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return a.comparedTo(b)
}
