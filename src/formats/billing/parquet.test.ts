import { Decimal } from 'decimal.js'
import { expect, test } from 'vitest'
import { withDuck } from '../../../test/support/duck.ts'
import { fileOf, linesOf } from '../../../test/support/read-bill.ts'
import type { Cells } from './adapter.ts'
import { readParquet } from './parquet.ts'
import type { BillFile } from './types.ts'

async function table(file: BillFile) {
  const rows: Record<string, string>[] = []
  let names: readonly string[] = []
  const open = (header: readonly string[]) => {
    names = header
    return (cells: Cells) => void rows.push(Object.fromEntries(header.map((name, at) => [name, cells.text(at)])))
  }
  const source = { file, bytes: file.bytes(), place: { unit: 'row' as const, number: 0 }, isFull: () => false }
  for await (const _ of readParquet(source, open));
  return { names, rows }
}

const types = `select
  cast('12345678901234567890.000000000000000001' as decimal(38, 18)) as wide,
  cast('-0.10' as decimal(9, 2)) as narrow,
  cast('123456789012.345' as decimal(18, 3)) as middle,
  cast(0.1 as double) as double, cast(1e-7 as double) as small, cast(0.1 as float) as single,
  cast(4000000000 as uinteger) as unsigned, cast(18446744073709551615 as ubigint) as large, cast(-5 as tinyint) as tiny,
  true as yes, cast(null as boolean) as nothing,
  date '2026-07-31' as day, timestamp '2026-07-31 23:59:59.123456' as micros,
  cast('2026-07-31 23:59:59' as timestamp_s) as seconds, cast('2026-07-31 23:59:59.5' as timestamp_ns) as nanos,
  timestamptz '2026-07-31 23:00:00+02' as zoned, cast('1969-12-31 23:59:59.5' as timestamp_ms) as early,
  'é漢😀' as text, '' as empty, cast(null as varchar) as none,
  uuid '0190f3c4-0000-7000-8000-000000000001' as id`

const expected = {
  ...{ wide: '12345678901234567890.000000000000000001', narrow: '-0.10', middle: '123456789012.345' },
  ...{ double: '0.1', small: '0.0000001', single: '0.1', unsigned: '4000000000', large: '18446744073709551615', tiny: '-5' },
  ...{ yes: 'true', nothing: '', day: '2026-07-31', micros: '2026-07-31T23:59:59Z', seconds: '2026-07-31T23:59:59Z' },
  ...{ nanos: '2026-07-31T23:59:59Z', zoned: '2026-07-31T21:00:00Z', early: '1969-12-31T23:59:59Z' },
  ...{ text: 'é漢😀', empty: '', none: '', id: '0190f3c4-0000-7000-8000-000000000001' },
}

test.each([
  'compression snappy',
  'compression zstd',
  'compression gzip',
  'compression brotli',
  'compression uncompressed',
  'compression zstd, parquet_version v2',
])('every type keeps its exact value (%s)', async (options) => {
  const { rows } = await withDuck(async (duck) => table(fileOf(await duck.parquet(types, options))))
  expect(rows).toEqual([expected])
})

test('what is nested becomes columns joined by dots, lists and maps become JSON', async () => {
  const query = `select {'id': 'S-1', 'deep': {'x': 1}} as service, map {'env': 'prod', 'team': null} as tags,
      [{'key': 'a', 'value': 1.5}, {'key': 'b', 'value': null}] as labels, ['x', 'y'] as list, [[1], [2]] as "left out"
    union all select null, map {}, [], null, null
    union all select {'id': null, 'deep': null}, null, null, [], []`
  const { names, rows } = await withDuck(async (duck) => table(fileOf(await duck.parquet(query))))
  expect(names).toEqual(['service.id', 'service.deep.x', 'tags', 'labels', 'list'])
  const nothing = { 'service.id': '', 'service.deep.x': '', tags: '', labels: '', list: '' }
  expect(rows).toEqual([
    {
      ...{ 'service.id': 'S-1', 'service.deep.x': '1', tags: '{"env":"prod","team":null}' },
      ...{ labels: '[{"key":"a","value":"1.5"},{"key":"b"}]', list: '["x","y"]' },
    },
    nothing,
    nothing,
  ])
})

const many = `select i, case when i % 7 = 0 then null else 'text ' || i end as text, i % 3 = 0 as flag, 'same' as same, i % 1000 as few,
    case when i % 5 = 0 then [] else list_transform(range(i % 4), x -> {'k': 'k' || x, 'v': i}) end as list, i / 8.0 as double
  from range(30000) t(i) order by i`

test.each(['row_group_size 2048', 'row_group_size 100000, parquet_version v2', 'row_group_size 100000, compression zstd'])(
  'many rows over many pages are those that an independent reader finds (%s)',
  async (options) => {
    await withDuck(async (duck) => {
      const { rows } = await table(fileOf(await duck.parquet(many, options)))
      const theirs = await duck.rows(
        `select cast(i as varchar) as i, coalesce(text, '') as text, cast(flag as varchar) as flag, same, cast(few as varchar) as few,
           list, double from '${duck.path}'`,
      )
      expect(rows.length).toBe(30_000)
      const wrong = rows.findIndex((row, at) => {
        const other = theirs[at] ?? {}
        const list = row['list'] === '' ? [] : JSON.parse(row['list'] ?? '')
        return (
          ['i', 'text', 'flag', 'same', 'few'].some((name) => row[name] !== other[name]) ||
          Number(row['double']) !== other['double'] ||
          JSON.stringify(list) !== JSON.stringify(other['list'])
        )
      })
      expect(wrong).toBe(-1)
    })
  },
)

const focusLines = `select 'AWS' as ProviderName, 'AWS' as PublisherName, '111' as BillingAccountId, '222' as SubAccountId, 'USD' as BillingCurrency,
    timestamp '2026-07-01 00:00:00' as BillingPeriodStart, timestamp '2026-08-01 00:00:00' as BillingPeriodEnd,
    timestamp '2026-07-01 00:00:00' + to_hours(cast(i % 700 as integer)) as ChargePeriodStart,
    timestamp '2026-07-01 01:00:00' + to_hours(cast(i % 700 as integer)) as ChargePeriodEnd,
    'Usage' as ChargeCategory, 'Amazon EC2' as ServiceName, 'Compute' as ServiceCategory, 'eu-west-1' as RegionId, 'i-' || i % 100 as ResourceId,
    cast(i as decimal(20, 10)) / 1000 as BilledCost, i / 3.0 as EffectiveCost, map {'env': 'e' || i % 3} as Tags
  from range(5000) t(i)`

test('a FOCUS bill in Parquet is read like any other, and its sums are exact', async () => {
  await withDuck(async (duck) => {
    const lines = await linesOf(fileOf(await duck.parquet(focusLines, 'compression zstd, row_group_size 2048')))
    const [sums] = await duck.rows(`select cast(sum(cast(BilledCost as decimal(38, 10))) as varchar) as billed from '${duck.path}'`)
    const billed = lines.reduce((sum, line) => sum.plus(line.billed), new Decimal(0))
    expect([lines.length, billed.toFixed(10)]).toEqual([5000, sums?.['billed']])
    expect(lines[4]).toMatchObject({
      ...{ period: '2026-07-01', provider: 'aws', service: 'Amazon EC2', resource: 'i-4', start: '2026-07-01T04:00:00Z', currency: 'USD' },
      ...{ tags: { env: 'e1' }, billed: expect.stringMatching(/^0\.0040*$/) },
    })
  })
})

test('a CUR 2.0 with maps gives its tags, and its instance types', async () => {
  const query = `select '111' as bill_payer_account_id, '222' as line_item_usage_account_id, 'Usage' as line_item_line_item_type,
      timestamp '2026-07-01 00:00:00' as bill_billing_period_start_date, timestamp '2026-08-01 00:00:00' as bill_billing_period_end_date,
      timestamp '2026-07-02 00:00:00' as line_item_usage_start_date, timestamp '2026-07-02 01:00:00' as line_item_usage_end_date,
      'AmazonEC2' as line_item_product_code, 'USD' as line_item_currency_code, 0.0125 as line_item_unblended_cost, 'i-1' as line_item_resource_id,
      'eu-west-1' as product_region_code, map {'instance_type': 't3.micro'} as product, map {'user_env': 'prod'} as resource_tags, 1.0 as line_item_usage_amount`
  const lines = await withDuck(async (duck) => linesOf(fileOf(await duck.parquet(query))))
  expect(lines).toMatchObject([{ billed: '0.0125', period: '2026-07-01', resource: 'i-1', provider: 'aws', linked_account: '222' }])
  expect(Object.values(lines[0]?.tags ?? {})).toEqual(['prod'])
})

test('a file that cannot be asked for its parts is read when it is small, and so is one that is packed once more', async () => {
  const { gzipSync } = await import('node:zlib')
  await withDuck(async (duck) => {
    const bytes = await duck.parquet(focusLines)
    expect(await linesOf(fileOf(bytes, { slices: false, chunk: 65_536 }))).toHaveLength(5000)
    expect(await linesOf(fileOf(gzipSync(bytes), { chunk: 65_536 }))).toHaveLength(5000)
  })
})
