import { describe, expect, test } from 'vitest'
import { withDuck } from '../../../test/support/duck.ts'
import { fileOf, linesOf, problemOf } from '../../../test/support/read-bill.ts'

const record = {
  billing_account_id: '01A-02B',
  service: { id: '6F81-5844-456A', description: 'Compute Engine' },
  sku: { id: '2E27', description: 'N2 Instance Core running in Belgium' },
  usage_start_time: '2026-06-30 23:00:00 UTC',
  usage_end_time: '2026-07-01 00:00:00 UTC',
  project: {
    id: 'shop-1',
    number: '123',
    name: 'Shop',
    labels: [
      { key: 'env', value: 'project' },
      { key: 'owner', value: 'ada' },
    ],
  },
  labels: [{ key: 'env', value: 'prod' }],
  system_labels: [
    { key: 'compute.googleapis.com/cores', value: '4' },
    { key: 'compute.googleapis.com/machine_spec', value: 'n2-standard-4' },
  ],
  tags: [{ key: 'cost', value: 'red', inherited: false, namespace: 'acme' }],
  location: { location: 'europe-west1', country: 'BE', region: 'europe-west1', zone: 'europe-west1-b' },
  cost: 0.30000000000000004,
  cost_at_list: 0.4,
  currency: 'EUR',
  usage: { amount: 14400, unit: 'seconds', amount_in_pricing_units: 4, pricing_unit: 'hour' },
  credits: [
    { name: 'Sustained use', amount: -0.1, type: 'SUSTAINED_USAGE_DISCOUNT' },
    { name: 'Free', amount: -1e-7, type: 'FREE_TIER' },
  ],
  invoice: { month: '202607' },
  cost_type: 'regular',
  resource: { name: 'web-1', global_name: '//compute.googleapis.com/projects/1/zones/europe-west1-b/instances/99' },
  price: { effective_price: 0.075, unit: 'hour' },
}

const jsonLines = (...records: object[]): string => records.map((each) => `${JSON.stringify(each)}\n`).join('')

const expected = {
  ...{ period: '2026-07-01', start: '2026-06-30T23:00:00Z', end: '2026-07-01T00:00:00Z', provider: 'google', currency: 'EUR' },
  ...{ master_account: '01A-02B', linked_account: 'shop-1', service: 'Compute Engine', category: 'compute', region: 'europe-west1' },
  ...{ instance_type: 'n2-standard-4', record_type: 'usage', tags: { env: 'prod', owner: 'ada', cost: 'red' } },
  ...{ resource: '//compute.googleapis.com/projects/1/zones/europe-west1-b/instances/99', resourceName: 'web-1' },
  ...{ resourceType: 'compute.googleapis.com/instances', billed: '0.19999990000000004', effective: '0.19999990000000004' },
  ...{ list: '0.4', contracted: '0.30000000000000004', pricingQuantity: '4', consumedQuantity: '14400' },
}

describe('a billing export of BigQuery', () => {
  test('as JSON lines: credits are taken off, exactly; the invoice decides the month', async () => {
    expect(await linesOf(fileOf(jsonLines(record)))).toEqual([expect.objectContaining(expected)])
  })

  test.each([
    ['.', 'of the table as it is'],
    ['_', 'of a query that renames its columns'],
  ])('as CSV with headers joined by "%s", %s', async (joint) => {
    const flat: Record<string, string> = {}
    for (const [name, value] of Object.entries(record)) {
      if (Array.isArray(value)) flat[name] = JSON.stringify(value)
      else if (typeof value !== 'object') flat[name] = String(value)
      else
        for (const [inner, own] of Object.entries(value))
          flat[`${name}${joint}${inner}`] = Array.isArray(own) ? JSON.stringify(own) : String(own)
    }
    const cells = (list: string[]) => list.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')
    const text = `${cells(Object.keys(flat))}\n${cells(Object.values(flat))}\n`
    expect(await linesOf(fileOf(text))).toEqual([expect.objectContaining(expected)])
  })

  test.each(['compression snappy', 'compression zstd', 'compression gzip'])('as Parquet (%s)', async (options) => {
    const { mkdtemp, writeFile, rm } = await import('node:fs/promises')
    const folder = await mkdtemp('/tmp/gcp-')
    await writeFile(`${folder}/bill.json`, jsonLines(record))
    const query = `select * replace (strptime(usage_start_time, '%Y-%m-%d %H:%M:%S UTC') as usage_start_time) from read_json('${folder}/bill.json', format = 'newline_delimited')`
    const lines = await withDuck(async (duck) => linesOf(fileOf(await duck.parquet(query, options))))
    await rm(folder, { recursive: true })
    expect(lines).toEqual([expect.objectContaining(expected)])
  })

  test('what one line leaves out and another has is found on both', async () => {
    const { credits: _, resource: __, labels: ___, invoice, ...less } = record
    const many = Array.from({ length: 1200 }, () => ({ ...less, invoice }))
    const lines = await linesOf(fileOf(jsonLines(...many, record)))
    expect(lines[0]).toMatchObject({ billed: '0.30000000000000004', resource: null, tags: { env: 'project' } })
    expect(lines[1200]).toEqual(expect.objectContaining(expected))
  })
})

test.each([
  [{ cost_type: 'tax' }, 'tax', 'Tax', undefined],
  [{ cost_type: 'rounding_error' }, 'adjustment', 'Adjustment', undefined],
  [{ cost_type: 'adjustment', adjustment_info: { mode: 'PARTIAL_CORRECTION' } }, 'adjustment', 'Adjustment', 'Correction'],
  [{ sku: { id: '1', description: 'Commitment v1: Cpu in Americas for 1 Year' } }, 'purchase', 'Purchase', undefined],
])('%j is %s', async (change, type, category, chargeClass) => {
  const [line] = await linesOf(fileOf(jsonLines({ ...record, ...change })))
  expect([line?.record_type, line?.focus['ChargeCategory'], line?.focus['ChargeClass']]).toEqual([type, category, chargeClass])
})

test('digits that a double cannot hold are kept', async () => {
  const text = jsonLines({ ...record, credits: [] }).replace('0.30000000000000004', '12345678901234567.123456789')
  expect(await linesOf(fileOf(text))).toMatchObject([{ billed: '12345678901234567.123456789' }])
})

test.each([
  [{ ...record, cost: 'much' }, 'bill, line 1: cost is "much", which is not a number'],
  [{ ...record, credits: 'some' }, 'bill, line 1: credits is "some", which is no list of credits in JSON'],
  [{ ...record, credits: [{ amount: 'x' }] }, 'bill, line 1: credits.amount is "x", which is not a number'],
  [{ ...record, invoice: { month: '202613' } }, 'bill, line 1: invoice.month is "202613", which is not a month such as 202607'],
  [{ ...record, cost: 1, currency: undefined }, 'bill, line 1: currency is empty'],
])('what cannot be read is told with its place', async (line, message) => {
  expect(await problemOf(fileOf(jsonLines(line)))).toBe(message)
})
