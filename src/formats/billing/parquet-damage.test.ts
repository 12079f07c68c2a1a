import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { withDuck } from '../../../test/support/duck.ts'
import { fileOf, linesOf, problemOf } from '../../../test/support/read-bill.ts'
import { unpackersOf } from './parquet-compression.ts'
import { deltas, deltaTexts, plainValues, runs } from './parquet-decode.ts'
import { ThriftReader } from './parquet-thrift.ts'

const lines = `select 'AWS' as ProviderName, '111' as BillingAccountId, 'USD' as BillingCurrency, timestamp '2026-07-01' as BillingPeriodStart,
    timestamp '2026-07-02' as ChargePeriodStart, 'Usage' as ChargeCategory, 'Amazon EC2' as ServiceName, 'i-' || i as ResourceId,
    cast(i as decimal(18, 6)) as BilledCost, i / 3.0 as EffectiveCost, map {'env': 'e' || i % 3} as Tags from range(300) t(i)`

const files = new Map<string, Uint8Array>()
const codecs = ['snappy', 'zstd', 'gzip', 'uncompressed']

beforeAll(() =>
  withDuck(async (duck) => {
    for (const codec of codecs) files.set(codec, new Uint8Array(await duck.parquet(lines, `compression ${codec}`)))
  }),
)

const bill = (codec: string): Uint8Array => files.get(codec) ?? new Uint8Array()

test.each(codecs)('a file that was cut off anywhere is called damaged (%s)', async (codec) => {
  const whole = bill(codec)
  for (const part of [4, 8, 12, 100, whole.length >> 1, whole.length - 8, whole.length - 1]) {
    expect(await problemOf(fileOf(whole.subarray(0, part)))).toMatch(/^bill(?:, row [\d,]+)?: it is damaged; perhaps it was cut off$/)
  }
})

test.each(codecs)('whatever bytes are changed, it is a problem of the bill or a bill, soon (%s)', async (codec) => {
  const whole = bill(codec)
  const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const bytes = Uint8Array.from(whole)
      for (const { at, byte } of changes) bytes[at] = byte
      const began = performance.now()
      expect(typeof (await problemOf(fileOf(bytes, { chunk: 65_536 })))).toBe('string')
      expect(performance.now() - began).toBeLessThan(2000)
    }),
    { numRuns: 250, seed: 7 },
  )
})

test('the place where it goes wrong is told by its row', async () => {
  const query = lines.replace('cast(i as decimal(18, 6)) as BilledCost', "case when i = 250 then 'much' else '1' end as BilledCost")
  const bytes = await withDuck((duck) => duck.parquet(query))
  expect(await problemOf(fileOf(bytes))).toBe('bill, row 251: BilledCost is "much", which is not a number')
})

test('more rows than bytes could hold are not counted one by one', async () => {
  const bytes = await withDuck((duck) => duck.parquet("select 'x' as a from range(3000000)", 'compression zstd, row_group_size 3000000'))
  expect(await problemOf(fileOf(bytes))).toMatch(/^bill: it announces 3,000,000 rows in \d+ bytes$/)
})

test('a compression that nobody uses for bills is named', async () => {
  const bytes = await withDuck((duck) => duck.parquet(lines, 'compression lz4_raw'))
  expect(await problemOf(fileOf(bytes))).toBe('bill: it is compressed by LZ4_RAW; snappy, zstd, gzip and brotli are read')
})

const damaged = 'it is damaged; perhaps it was cut off'
const bytes = (...list: number[]) => Uint8Array.from(list)

test.each<[string, () => unknown]>([
  ['a run of a billion values for a page of ten', () => runs(bytes(0xfe, 0xff, 0xff, 0xff, 0x0f, 1), 1, 10)],
  ['a run of none, for ever', () => runs(new Uint8Array(100), 1, 10)],
  ['packed bits that are not there', () => runs(bytes(3), 8, 8)],
  ['a text longer than the page', () => plainValues(bytes(255, 255, 255, 127, 65), { type: 'BYTE_ARRAY', length: 0 }, 1)],
  ['more numbers than bytes', () => plainValues(bytes(1, 2, 3), { type: 'INT64', length: 0 }, 1)],
  ['differences in a million parts of a block', () => deltas(bytes(0x80, 1, 0xff, 0xff, 0xff, 7, 1, 0), 1, 64)],
  ['a text that begins as one before it that is shorter', () => deltaTexts(bytes(128, 1, 4, 1, 2, 128, 1, 4, 1, 0), 1, true)],
  ['a list of two billion', () => new ThriftReader(bytes(0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 7), 100).struct()],
  ['a number that never ends', () => new ThriftReader(new Uint8Array(1000).fill(0x96, 0, 1).fill(0xff, 1), 100).struct()],
])('%s is refused at once', (_, read) => {
  expect(read).toThrow(damaged)
})

test('what a page says is its length is the most that is unpacked', async () => {
  const { gzipSync } = await import('node:zlib')
  const bomb = gzipSync(Buffer.alloc(10_000_000))
  expect(() => unpack.gzip(bomb, 1000)).toThrow(damaged)
  // A literal of four gigabytes; a copy from before the beginning; a frame that announces more than the page has.
  expect(() => unpack.snappy(bytes(10, 0xfc, 255, 255, 255, 255), 10)).toThrow(damaged)
  expect(() => unpack.snappy(bytes(10, 0x01, 0x05), 10)).toThrow(damaged)
  expect(() => unpack.zstd(bytes(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 255, 255, 255, 127, 3, 0, 0), 10)).toThrow(damaged)
  // Blocks that repeat one byte 131,072 times, over and over.
  const repeating = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ...Array.from({ length: 500 }, () => [0x02, 0, 0x10, 0]).flat(), 3, 0, 0, 0]
  expect(() => unpack.zstd(Uint8Array.from(repeating), 1000)).toThrow(damaged)
})

test('a block that has gigabytes copied is given up, and named', async () => {
  // 98,047 sequences, each of which repeats 65,539 bytes; their codes are stated once for all of them.
  const block = [9, 65, 255, 255, 255, 0x54, 0, 0, 52, 1, 1, 1, 1]
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 3, (block.length << 3) | 5, 0, 0, ...block]
  const zstd = await unpackersOf(300)('ZSTD')
  const began = performance.now()
  expect(() => zstd(Uint8Array.from(frame), 1024)).toThrow('a part of it takes too long to be unpacked')
  // Its patience is the file's, not the page's.
  expect(() => zstd(Uint8Array.from(frame), 1024)).toThrow('a part of it takes too long to be unpacked')
  expect(performance.now() - began).toBeLessThan(3000)
})

test('a cell is no longer than a line of a text may be', async () => {
  const query = lines.replace("'i-' || i as ResourceId", "repeat('x', 1100000) as ResourceId").replace('range(300)', 'range(2)')
  const bytes = await withDuck((duck) => duck.parquet(query))
  expect(await problemOf(fileOf(bytes, { chunk: 65_536 }))).toBe('bill, row 1: ResourceId is longer than 1 MB')
})

const unpack = {
  gzip: await unpackersOf()('GZIP'),
  snappy: await unpackersOf()('SNAPPY'),
  zstd: await unpackersOf()('ZSTD'),
}

test('an undamaged one has its lines', async () => {
  for (const codec of codecs) expect(await linesOf(fileOf(bill(codec)))).toHaveLength(300)
})
