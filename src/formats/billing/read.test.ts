import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Decimal } from 'decimal.js'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { billsAreThere, fileAt, fileOf, type Line, linesOf, samples, whyNoBills } from '../../../test/support/read-bills.ts'
import { Memory } from './intern.ts'
import { readBill } from './read.ts'
import { BillError } from './types.ts'

type Row = Record<string, string>
const rowsOf = (path: string): Row[] => Papa.parse<Row>(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true }).data

function sums<T>(all: readonly T[], key: (one: T) => string, amount: (one: T) => string): Record<string, string> {
  const totals = new Map<string, Decimal>()
  for (const one of all) totals.set(key(one), (totals.get(key(one)) ?? new Decimal(0)).plus(amount(one)))
  return Object.fromEntries([...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, total]) => [name, total.toString()]))
}

const given = (text: string | undefined) => (text === undefined || text === 'NULL' ? '' : text)

describe.skipIf(!billsAreThere)(`the real samples (${billsAreThere ? 'read' : whyNoBills})`, () => {
  test('of FOCUS 1.0 add up, by service, account, month, day and category, to what another reader makes of them', async () => {
    const rows = rowsOf(samples.focus)
    const lines = await linesOf(fileAt(samples.focus))
    expect(lines).toHaveLength(rows.length)
    const same = (ours: (line: Line) => string, theirs: (row: Row) => string) => {
      expect(sums(lines, ours, (line) => line.billed)).toEqual(sums(rows, theirs, (row) => row['BilledCost'] ?? ''))
      expect(sums(lines, ours, (line) => line.effective)).toEqual(sums(rows, theirs, (row) => row['EffectiveCost'] ?? ''))
    }
    same(
      () => '',
      () => '',
    )
    same(
      (line) => line.dimension.service,
      (row) => given(row['ServiceName']),
    )
    same(
      (line) => line.dimension.master_account,
      (row) => given(row['BillingAccountId']),
    )
    same(
      (line) => line.dimension.linked_account,
      (row) => given(row['SubAccountId']),
    )
    same(
      (line) => line.period,
      (row) => (row['BillingPeriodStart'] ?? '').slice(0, 10),
    )
    same(
      (line) => line.start.slice(0, 10),
      (row) => (row['ChargePeriodStart'] ?? '').slice(0, 10),
    )
    same(
      (line) => line.dimension.record_type,
      (row) => (row['ChargeCategory'] ?? '').toLowerCase(),
    )
    same(
      (line) => JSON.stringify(line.tags),
      (row) => {
        const tags = Object.entries(JSON.parse(given(row['Tags']) || '{}') as Row).sort(([a], [b]) => (a < b ? -1 : 1))
        return JSON.stringify(tags.length > 0 ? Object.fromEntries(tags) : null)
      },
    )
    expect(lines.map((line) => line.resource ?? '').sort()).toEqual(rows.map((row) => given(row['ResourceId'])).sort())
    expect(
      sums(
        lines,
        (line) => line.dimension.service,
        (line) => line.list ?? '0',
      ),
    ).toEqual(
      sums(
        rows,
        (row) => given(row['ServiceName']),
        (row) => given(row['ListCost']) || '0',
      ),
    )
    expect([...new Set(lines.map((line) => line.dimension.provider))].sort()).toEqual(['aws', 'azurerm', 'oracle'])
  })

  test('of CUR 1.0 add up, by service, account and month, to what another reader makes of them', async () => {
    const rows = rowsOf(samples.cur)
    const lines = await linesOf(fileAt(samples.cur))
    expect(lines).toHaveLength(rows.length)
    const same = (ours: (line: Line) => string, theirs: (row: Row) => string | undefined) =>
      expect(sums(lines, ours, (line) => line.billed)).toEqual(
        sums(
          rows,
          (row) => theirs(row) ?? '',
          (row) => row['lineItem/UnblendedCost'] ?? '',
        ),
      )
    same(
      (line) => line.dimension.service,
      (row) => row['product/ProductName'] || row['lineItem/ProductCode'],
    )
    same(
      (line) => line.dimension.linked_account,
      (row) => row['lineItem/UsageAccountId'],
    )
    same(
      (line) => line.period,
      (row) => row['bill/BillingPeriodStartDate']?.slice(0, 10),
    )
    same(
      (line) => line.start.slice(0, 10),
      (row) => row['lineItem/UsageStartDate']?.slice(0, 10),
    )
    same(
      (line) => line.dimension.record_type,
      (row) => row['lineItem/LineItemType']?.toLowerCase(),
    )
    same(
      (line) => line.dimension.region,
      (row) => row['product/regionCode'] || row['product/region'] || row['product/fromRegionCode'] || 'global',
    )
    expect([...new Set(lines.map((line) => line.dimension.category))].sort()).toEqual([
      'analytics',
      'dev_tools',
      'networking',
      'other',
      'security',
      'storage',
    ])
  })

  test('are the same compressed, in one piece and in many, in one batch and in many', async () => {
    const plain = await linesOf(fileAt(samples.focus))
    const packed = gzipSync(readFileSync(samples.focus))
    expect(await linesOf(fileOf(packed))).toEqual(plain)
    const pieces = Array.from(packed.subarray(0, 3000), (_, at) => packed.subarray(at, at + 1))
    expect(await linesOf(fileOf([...pieces, packed.subarray(3000)]))).toEqual(plain)
    const byMonth = (lines: Line[]) => [...lines].sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : 0))
    expect(byMonth(await linesOf(fileAt(samples.focus), { batch: 7 }))).toEqual(byMonth(plain))
  })
})

const header =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ProviderName,ServiceName,Tags'
const line = '1.5,1.25,USD,2026-07-01T00:00:00Z,2026-07-31T23:00:00Z,2026-08-01T00:00:00Z,Usage,AWS,Amazon EC2,'
const bill = (...lines: string[]) => fileOf([header, ...lines].join('\n'), 'part-1.csv')

describe('a bill that cannot be used', () => {
  const refused = async (file: ReturnType<typeof fileOf>, message: string) => {
    const reading = linesOf(file)
    await expect(reading).rejects.toThrow(BillError)
    await expect(reading).rejects.toThrow(message)
  }

  test('says file, line, column and value', async () => {
    await refused(
      bill(...Array.from({ length: 12_002 }, () => line), line.replace('1.5', 'abc')),
      'part-1.csv, line 12,004: BilledCost is "abc", which is not a number',
    )
    await refused(bill(line.replace('1.25', 'NaN')), 'part-1.csv, line 2: EffectiveCost is "NaN", which is not a number')
    await refused(bill(line.replace('1.5', '1e999999')), 'part-1.csv, line 2: BilledCost is "1e999999", which is not a number')
    await refused(
      bill(line.replace('2026-07-31T', '2026-07-32T')),
      'line 2: ChargePeriodStart is "2026-07-32T23:00:00Z", which is not a date that exists',
    )
    await refused(
      bill(line.replace('Usage', 'Gift')),
      'line 2: ChargeCategory is "Gift", which is none of Usage, Purchase, Tax, Credit and Adjustment',
    )
    await refused(bill(`${line}[1]`), 'line 2: Tags is "[1]", which is not a JSON object')
    await refused(bill(line.replace('1.5', '')), 'line 2: BilledCost is empty')
    await refused(bill(line.replace('1.5', 'x'.repeat(10_000))), `BilledCost is "${'x'.repeat(60)}…", which`)
  })

  test('says which columns are missing, and what was found instead of a header', async () => {
    await refused(
      fileOf(`${header.replace('BillingCurrency', 'Money')}\n${line}`, 'a.csv'),
      'a.csv, line 1: the column BillingCurrency of FOCUS is missing',
    )
    await refused(fileOf('Name,Age\nAnna,7\n'), 'its header is of no known format: expected columns of FOCUS')
    await refused(fileOf('Name,Age\nAnna,7\n'), 'found "Name", "Age"')
    await refused(fileOf(''), 'bill.csv: it is empty')
  })

  test('says that it was cut off or damaged', async () => {
    const packed = gzipSync(`${header}\n${Array.from({ length: 50_000 }, (_, n) => line.replace('1.5', String(n * 7919))).join('\n')}`)
    await refused(fileOf(packed.subarray(0, packed.length - 100), 'part-1.csv.gz'), 'it was cut off: its gzip data ends too early')
    await refused(fileOf(packed.subarray(0, 5), 'part-1.csv.gz'), 'it was cut off: its gzip data ends too early')
    const damaged = Buffer.from(packed)
    damaged.fill(0xff, packed.length >> 1, (packed.length >> 1) + 50)
    await refused(fileOf(damaged, 'part-1.csv.gz'), 'part-1.csv.gz')
    await refused(bill(line.slice(0, 40)), 'it has 5 cells where the header has 10; perhaps the file was cut off')
    await refused(bill(line.slice(0, 40), line), 'line 2: it has 5 cells')
  })

  test('of one line of 5 MB is refused before it is all there', async () => {
    let handedOut = 0
    const endless = function* () {
      yield Buffer.from(`${header}\n`)
      for (; handedOut < 5_000_000; handedOut += 10_000) yield Buffer.alloc(10_000, 'x')
    }
    await refused(fileOf(endless()), 'line 2: it is longer than 1 MB')
    expect(handedOut).toBeLessThan(1_300_000)
  })

  test('because it is something else says what it is', async () => {
    await refused(fileOf('PK\u0003\u0004rest of it'), 'it is a zip archive')
    await refused(fileOf(Buffer.from('\ufeffA,B\n', 'utf16le')), 'it is UTF-16')
    await refused(fileOf(Buffer.from([0, 1, 2, 3, 0])), 'it is not a text')
  })

  test('because its bytes did not come fails with that, not as a bad bill', async () => {
    for (const begin of [Buffer.from(`${header}\n`), gzipSync(`${header}\n`).subarray(0, 20)]) {
      const broken = function* () {
        yield begin
        throw new Error('connection reset')
      }
      const reading = linesOf(fileOf(broken()))
      await expect(reading).rejects.toThrow('connection reset')
      await expect(reading).rejects.not.toThrow(BillError)
    }
  })
})

describe('what is the same on many lines', () => {
  const many = () => bill(...Array.from({ length: 100 }, (_, n) => `${line}"{""env"": ""${n % 2 ? 'prod' : 'dev'}""}"`))

  test('is one object, in one file and, remembered, in the next', async () => {
    const memory = new Memory()
    const kinds = new Set<unknown>()
    const tags = new Set<unknown>()
    for (const file of [many(), many(), fileOf(`${header.toLowerCase()},Other\n${line}"{""env"":""dev""}",x`)]) {
      for await (const batch of readBill(file, { memory, batch: 10 })) {
        for (const kind of batch.kinds) kinds.add(kind)
        for (const set of batch.tags) tags.add(set)
      }
    }
    expect(kinds.size).toBe(1)
    expect(tags.size).toBe(2)
  })

  test('is not remembered for others', async () => {
    const kinds = new Set<unknown>()
    for (const file of [many(), many()]) for await (const batch of readBill(file)) kinds.add(batch.kinds[0])
    expect(kinds.size).toBe(2)
  })
})

test('lines of many months come in batches of one month each, in order, few at a time', async () => {
  const month = (n: number) => `${2020 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}-01`
  const lines = Array.from({ length: 2000 }, (_, n) => line.replace('2026-07-01', month(n % 40)).replace('1.5', String(n)))
  const seen = new Map<string, string[]>()
  for await (const batch of readBill(bill(...lines), { batch: 50 })) {
    expect(batch.count).toBeLessThanOrEqual(50)
    expect(batch.billed).toHaveLength(batch.count)
    seen.set(batch.period, [...(seen.get(batch.period) ?? []), ...batch.billed])
  }
  expect(seen.size).toBe(40)
  for (const [n, period] of [...seen.keys()].sort().entries()) {
    expect(seen.get(period)).toEqual(Array.from({ length: 50 }, (_, at) => String(n + at * 40)))
  }
})

test('thirty megabytes of lines, packed together, are read in little memory', { retry: 2, timeout: 30_000 }, async () => {
  const block = Buffer.from(`${line}\n`.repeat(8000))
  const packed = gzipSync(block)
  const parts = function* () {
    yield gzipSync(`${header}\n`)
    for (let n = 0; n < 40; n++) yield packed
  }
  const before = process.memoryUsage().rss
  let most = 0
  let count = 0
  for await (const batch of readBill(fileOf(parts()))) {
    count += batch.count
    most = Math.max(most, process.memoryUsage().rss)
  }
  expect(count).toBe(320_000)
  expect((most - before) / 1e6).toBeLessThan(150)
})

test('a gigabyte without an end of a line is refused before two of its hundred parts were unpacked', async () => {
  const packed = gzipSync(Buffer.alloc(10_000_000, 'x'))
  let parts = 0
  const bomb = function* () {
    yield gzipSync(`${header}\n`)
    for (; parts < 100; parts++) yield packed
  }
  await expect(linesOf(fileOf(bomb()))).rejects.toThrow('line 2: it is longer than 1 MB')
  expect(parts).toBeLessThan(20)
})
