import { expect, test } from 'vitest'
import { fileOf } from '../../../test/support/read-bills.ts'
import { bytesOf, Cache, Memory } from './intern.ts'
import { readBill } from './read.ts'
import type { ChargeBatch } from './types.ts'

const header =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargeCategory,ProviderName,ServiceName,ChargeDescription,ResourceId,Tags'
const line = (more: { cost?: string; description?: string; resource?: string; tags?: string; rest?: string }) =>
  `${more.cost ?? '1'},1,USD,2026-07-01,2026-07-02,Usage,AWS,EC2,${more.description ?? ''},${more.resource ?? ''},"${(more.tags ?? '').replaceAll('"', '""')}"${more.rest ?? ''}\n`

function* bill(count: number, one: (n: number) => string, columns = header) {
  yield Buffer.from(`${columns}\n`)
  for (let n = 0; n < count; n++) yield Buffer.from(one(n))
}

async function batchesOf(chunks: Iterable<Buffer>, memory = new Memory()): Promise<ChargeBatch[]> {
  const batches: ChargeBatch[] = []
  for await (const batch of readBill(fileOf(chunks, 'bill.csv'), { memory })) batches.push(batch)
  return batches
}

const linesIn = (batches: readonly ChargeBatch[]) => batches.reduce((sum, { count }) => sum + count, 0)
const largest = (batches: readonly ChargeBatch[]) => Math.max(...batches.map(({ count }) => count))

test('where every line is of a kind, a resource and tags of its own, a batch has as many as a few megabytes hold', async () => {
  const wide = 'é漢'.repeat(1500)
  const batches = await batchesOf(
    bill(3000, (n) => line({ description: `${n}${wide}`, resource: `${n}${'r'.repeat(1000)}`, tags: `{"k":"${n}${'漢'.repeat(1000)}"}` })),
  )
  expect(linesIn(batches)).toBe(3000)
  for (const { kinds, resources, tags } of batches) {
    const texts = [
      ...new Set(kinds.flatMap(({ focus }) => Object.values(focus))),
      ...resources.map((resource) => resource?.resource ?? ''),
      ...tags.flatMap((set) => Object.values(set?.tags ?? {})),
    ]
    expect(texts.reduce((sum, text) => sum + bytesOf(text), 0)).toBeLessThan(4_000_000)
  }
})

test('amounts that are cut from long lines keep few of those alive', async () => {
  // A cell that nobody reads.
  const rest = `,${'x'.repeat(100_000)}`
  const batches = await batchesOf(bill(400, () => line({ cost: '1.00000000000001', rest }), `${header},Other`))
  expect(linesIn(batches)).toBe(400)
  expect(largest(batches)).toBeLessThan(80)
})

test('what is the provider’s own on each line is bounded, too', async () => {
  const batches = await batchesOf(bill(3000, (n) => line({ rest: `,${n}${'x'.repeat(4000)}` }), `${header},x_Own`))
  expect(linesIn(batches)).toBe(3000)
  expect(largest(batches)).toBeLessThan(800)
  expect(batches[0]?.extra[0]?.length).toBeLessThan(4200)
})

test('usual lines come 5,000 at a time', async () => {
  const batches = await batchesOf(
    bill(10_000, (n) => line({ description: `usage ${n % 50}`, resource: `i-${n % 500}`, tags: '{"env":"prod"}' })),
  )
  expect(batches.map(({ count }) => count)).toEqual([5000, 5000])
})

test('texts that are longer than any bill has together are refused, with line and column; tags are kept as far as they fit', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `x_SkuOwn${n}`)
  const columns = `${header},${names.join()}`
  const rest = `,${names.map((_, n) => 'x'.repeat(n === 7 ? 4050 : 4000)).join()}`
  const refused = batchesOf(bill(2, (n) => line({ rest: n === 0 ? ','.repeat(20) : rest }), columns))
  await expect(refused).rejects.toThrow('bill.csv, line 3: its texts are longer than 64 KB together, the longest of them is x_SkuOwn7')
  const own = batchesOf(bill(1, () => line({ rest }), columns.replaceAll('x_Sku', 'x_')))
  await expect(own).rejects.toThrow('bill.csv, line 2: its texts are longer than 64 KB together, the longest of them is x_Own7')
  const tags = JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`key ${n}`, 'v'.repeat(1000)])))
  const [batch] = await batchesOf(bill(1, () => line({ tags })))
  expect(Object.keys(batch?.tags[0]?.tags ?? {})).toHaveLength(65)
})

test('what is remembered is bounded by the bytes of keys and of what belongs to them', () => {
  const known = (cache: Cache<number>, key: (n: number) => string) =>
    Array.from({ length: 1000 }, (_, n) => cache.get(key(n))).filter(Number.isInteger)
  const heavy = new Cache<number>(1000, 100_000)
  for (let n = 0; n < 1000; n++) heavy.set(`key ${n}`, n, 10_000)
  expect(known(heavy, (n) => `key ${n}`).length).toBeLessThanOrEqual(20)
  const wide = new Cache<number>(1000, 100_000)
  for (let n = 0; n < 1000; n++) wide.set(`${n}${'漢'.repeat(5000)}`, n)
  expect(known(wide, (n) => `${n}${'漢'.repeat(5000)}`).length).toBeLessThanOrEqual(20)
})
