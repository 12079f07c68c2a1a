import { describe, expect, test } from 'vitest'
import { organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { NormalisedRate } from '../../formats/prices/types.ts'
import { importBook, type NewBook } from './books/books.ts'
import { openPrices } from './prices.ts'

const server = useServer()

const rate = (sku: string, price: string, more: Partial<NormalisedRate> = {}): NormalisedRate => ({
  provider: 'aws',
  sku,
  service: 'AmazonEC2',
  family: 'Compute Instance',
  region: 'us-east-1',
  attributes: { instanceType: sku },
  purchaseOption: 'on_demand',
  currency: 'USD',
  unit: 'Hrs',
  from: '0',
  to: null,
  price,
  ...more,
})
const bring = (rates: NewBook['rates'], more: Partial<NewBook> = {}) =>
  importBook(server.platform.database, {
    provider: 'aws',
    scope: 'test',
    source: 'a test',
    rates,
    facts: () => ({ version: '1', publishedAt: new Date('2026-01-01') }),
    ...more,
  })
const ask = async (wanted: Record<string, string | RegExp>) => {
  const { platform } = server
  const { prices } = await openPrices({ platform, read: (run) => OrgTx.read(platform.database, insideOf(1), run) })
  const attributes = Object.entries(wanted).map(([key, value]) =>
    typeof value === 'string' ? { key, value } : { key, pattern: value.source },
  )
  const select = { provider: 'aws', service: 'AmazonEC2', region: 'us-east-1', attributes } as const
  const [found] = await prices([{ select, purchaseOption: 'on_demand' }])
  return found && { ...found, rates: found.rates.map(({ from, to, price }) => [Number(from), to && Number(to), price.toFixed()]) }
}
const priceOf = async (instanceType: string) => (await ask({ instanceType }))?.rates[0]?.[2]
const many = (count: number, price: string) => Array.from({ length: count }, (_, index) => rate(`i${index}`, price))
const books = () =>
  server.database.query<{ scope: string; active: boolean; rates: number }>('select scope, active, rates from price_books order by id')

describe('a book of prices', () => {
  test('takes the place of the last one at once and as a whole, while others estimate', async () => {
    await scenario(server, organization('acme'))
    await bring(many(3000, '1'))
    let seen: unknown[] = []
    let over = false
    const reader = (async () => {
      while (!over) seen.push([await priceOf('i0'), await priceOf('i2999')])
    })()
    await bring(many(3000, '2'))
    over = true
    await reader
    seen = [...new Set(seen.map(String))]
    expect(seen.filter((pair) => !['1,1', '2,2', '1,2'].includes(String(pair)))).toEqual([])
    expect(await priceOf('i2999')).toBe('2')
    expect(await books()).toEqual([
      { scope: 'test', active: false, rates: 3000 },
      { scope: 'test', active: true, rates: 3000 },
    ])
  })

  test('that is broken, empty, negative or of another size leaves the old one, and nothing of itself', async () => {
    const broken = async function* () {
      yield* many(2500, '9')
      throw new Error('the network is gone')
    }
    await expect(bring(broken())).rejects.toThrow('the network is gone')
    await expect(bring([])).rejects.toThrow('it has no rate')
    await expect(bring([...many(3000, '3'), rate('bad', '-1')])).rejects.toThrow('prices are not negative')
    await expect(bring(many(2000, '3'))).rejects.toThrow('it has 2000 rates, and the book in use 3000')
    expect(await priceOf('i0')).toBe('2')
    expect(await books()).toHaveLength(2)
    const [left] = await server.database.query<{ count: string }>('select count(*) from price_products')
    expect(Number(left?.count)).toBe(6000)
  })

  test('of another size is taken by force; of each scope the newest two are kept', async () => {
    await bring(many(10, '4'), { force: true })
    expect(await priceOf('i0')).toBe('4')
    expect((await books()).map(({ rates }) => rates)).toEqual([3000, 10])
  })

  test('gives tiers in our units, the cheapest that costs something of several, and those of an import before what came along', async () => {
    await bring(
      [
        rate('tiers', '0', { to: null }),
        rate('tiers', '0.2', { from: '10' }),
        rate('free', '0', { attributes: { kind: 'several', usagetype: 'USE2-Box' } }),
        rate('dear', '3', { attributes: { kind: 'several', usagetype: 'Box' } }),
        rate('fair', '2', { attributes: { kind: 'several', usagetype: 'EU-Box' } }),
        rate('ten', '0.4', { unit: '10K', attributes: { instanceType: 'thousands' } }),
      ],
      { scope: 'more' },
    )
    await bring([rate('i0', '0.5')], { scope: 'starter' })
    expect((await ask({ instanceType: 'tiers' }))?.rates).toEqual([
      [0, 10, '0'],
      [10, null, '0.2'],
    ])
    expect(await ask({ kind: 'several', usagetype: /^([A-Z0-9]+-)?Box$/ })).toMatchObject({
      sku: 'fair',
      notes: ['price of 2026-01-01', '3 products fit: the cheapest was taken'],
    })
    expect(await ask({ instanceType: 'thousands' })).toMatchObject({ unit: 'request', rates: [[0, null, '0.00004']] })
    expect(await priceOf('i0')).toBe('4')
    expect(await ask({ kind: 'none' })).toBeUndefined()
  })
})
