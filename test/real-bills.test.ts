/**
 * Two real bills, the whole way: uploaded over HTTP, imported by the process that imports, and read as people read them. What is
 * expected is added up here, by another parser, from the files themselves.
 */
import { Decimal } from 'decimal.js'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import type { Schema } from '../src/contract/operation.ts'
import { useServer } from './support/server.ts'
import { type Bills, billsAreThere, openBills, realBill, whyNoBills } from './support/uploaded-bills.ts'

type Row = Record<string, string>
type Sums = Record<string, string>

const server = useServer({ worker: true })

const rowsOf = (file: string): Row[] => Papa.parse<Row>(realBill(file).toString('utf8'), { header: true, skipEmptyLines: true }).data

/** Exact, and then as the answer's double says it. */
function summed(rows: readonly Row[], keyOf: (row: Row) => string, amountOf: (row: Row) => string): Sums {
  const sums = new Map<string, Decimal>()
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? new Decimal(0)).plus(amountOf(row)))
  return Object.fromEntries([...sums].map(([key, sum]) => [key, sum.toFixed(9)]))
}

const shown = (buckets: Schema<'CloudCostManagementBucket'>[] | undefined): Sums =>
  Object.fromEntries((buckets ?? []).map(({ value, cost }) => [value, new Decimal(cost).toFixed(9)]))

type Group = 'service' | 'linked_account' | 'record_type'

async function grouped(
  { ada, path }: Bills,
  { provider, month, by, cost_type = 'billed' }: { provider: string; month: string; by: Group; cost_type?: 'billed' | 'effective' },
): Promise<Sums> {
  const end = month.endsWith('-12')
    ? `${Number(month.slice(0, 4)) + 1}-01`
    : `${month.slice(0, 5)}${String(Number(month.slice(5)) + 1).padStart(2, '0')}`
  const { status, body } = await ada.getCloudCostManagementProviderDetails({
    path: { ...path, provider_canonical: provider },
    query: { begin: `${month}-01`, end: `${end}-01`, currency: 'USD', granularity: 'month', group_by: [by], cost_type },
  })
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body.data.buckets.map(({ value }) => value)).toEqual([month])
  return shown(body.data.buckets[0]?.buckets)
}

describe.skipIf(!billsAreThere)(`real bills (${whyNoBills})`, () => {
  const canonicals: Record<string, string> = { AWS: 'aws', Microsoft: 'azurerm', Oracle: 'oracle' }

  test('FOCUS 1.0 of three providers: every service and account of every month, billed and effective', async () => {
    const rows = rowsOf('focus-1.0-sample.csv')
    const bills = await openBills(server)
    expect(await bills.upload(realBill('focus-1.0-sample.csv'), 'focus.csv')).toMatchObject({
      status: 'succeeded',
      lines: 1000,
      problems: [],
    })
    // A charge counts on the day that it began, which may be in another month than its bill.
    const monthOf = (row: Row) => row['ChargePeriodStart']?.slice(0, 7) ?? ''
    const places = new Set(rows.map((row) => `${row['ProviderName']} ${monthOf(row)}`))
    expect(places.size).toBeGreaterThan(2)
    for (const place of places) {
      const [name = '', month = ''] = place.split(' ')
      const mine = rows.filter((row) => row['ProviderName'] === name && monthOf(row) === month)
      const ask = { provider: canonicals[name] ?? '', month }
      const billed = (row: Row) => row['BilledCost'] ?? ''
      expect(await grouped(bills, { ...ask, by: 'service' }), place).toEqual(summed(mine, (row) => row['ServiceName'] ?? '', billed))
      expect(await grouped(bills, { ...ask, by: 'linked_account' }), place).toEqual(
        summed(mine, (row) => row['SubAccountId'] ?? '', billed),
      )
      expect(await grouped(bills, { ...ask, by: 'record_type', cost_type: 'effective' }), place).toEqual(
        summed(
          mine,
          (row) => row['ChargeCategory']?.toLowerCase() ?? '',
          (row) => row['EffectiveCost'] ?? '',
        ),
      )
    }
  }, 60_000)

  test('CUR 1.0: services, accounts and taxes add up to the bill', async () => {
    const rows = rowsOf('aws-cur-1.0-sample.csv')
    const bills = await openBills(server)
    expect(await bills.upload(realBill('aws-cur-1.0-sample.csv'), 'cur.csv')).toMatchObject({
      status: 'succeeded',
      lines: 1281,
      problems: [],
    })
    const ask = { provider: 'aws', month: '2023-11' }
    const cost = (row: Row) => row['lineItem/UnblendedCost'] || '0'
    const total = rows.reduce((sum, row) => sum.plus(cost(row)), new Decimal(0))
    const services = await grouped(bills, { ...ask, by: 'service' })
    expect(
      Object.values(services)
        .reduce((sum, one) => sum.plus(one), new Decimal(0))
        .toFixed(8),
    ).toBe(total.toFixed(8))
    expect(services).toEqual(summed(rows, (row) => row['product/ProductName'] ?? '', cost))
    expect(await grouped(bills, { ...ask, by: 'linked_account' })).toEqual(
      summed(rows, (row) => row['lineItem/UsageAccountId'] ?? '', cost),
    )
    expect(await grouped(bills, { ...ask, by: 'record_type' })).toEqual(
      summed(rows, (row) => row['lineItem/LineItemType']?.toLowerCase() ?? '', cost),
    )
  }, 60_000)
})
