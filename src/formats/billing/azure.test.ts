import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf, linesOf, problemOf } from '../../../test/support/read-bill.ts'
import { azureTags, pricingUnit } from './azure-texts.ts'

const csv = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

/** A file of one line. */
const bill = (cells: Readonly<Record<string, string>>): string =>
  `${Object.keys(cells).map(csv).join(',')}\r\n${Object.values(cells).map(csv).join(',')}\r\n`

const vm = '/subscriptions/1111/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/Web-1'

const enterprise = {
  ...{ SubscriptionId: '1111', SubscriptionName: 'Shop', ResourceGroup: 'Shop', ResourceLocation: 'canadacentral', Date: '07/31/2026' },
  ...{ ProductName: 'Virtual Machines Ev3 - E4 v3', MeterCategory: 'Virtual Machines', MeterSubCategory: 'Ev3 Series', MeterId: 'm-1' },
  ...{ MeterName: 'E4 v3', MeterRegion: 'CA Central', UnitOfMeasure: '10 Hours', Quantity: '24', EffectivePrice: '0.2' },
  ...{ CostInBillingCurrency: '4.8', ConsumedService: 'Microsoft.Compute', ResourceId: vm, Tags: '"env": "prod","team": "a, b"' },
  ...{ AdditionalInfo: '{"UsageType":"ComputeHR","ServiceType":"Standard_E4s_v3","VCPUs":4}', UnitPrice: '2', PublisherType: 'Azure' },
  ...{ ChargeType: 'Usage', Frequency: 'UsageBased', PricingModel: 'OnDemand', BillingAccountId: '9999', BillingAccountName: 'Example' },
  ...{ BillingCurrencyCode: 'CAD', BillingPeriodStartDate: '07/01/2026', BillingPeriodEndDate: '07/31/2026', PayGPrice: '2.5' },
  ServiceFamily: 'Compute',
}

const camel = {
  ...{ billingAccountName: 'Example', billingAccountId: '9999', billingPeriodStartDate: '2026-07-01', date: '2026-07-31T00:00:00Z' },
  ...{
    serviceFamily: 'Networking',
    meterCategory: 'Virtual Network',
    meterName: 'Dynamic Public IP',
    ProductId: 'DZH',
    SubscriptionId: '1111',
  },
  ...{ resourceGroupName: 'shop', ResourceId: vm.toUpperCase(), resourceLocation: 'WESTUS', location: 'US West', effectivePrice: '0.004' },
  ...{ quantity: '3', unitOfMeasure: '1 Hour', chargeType: 'Usage', billingCurrency: 'EUR', pricingCurrency: 'USD' },
  ...{ costInBillingCurrency: '0.011', costInUsd: '0.012', paygCostInBillingCurrency: '0.013', tags: '{"env":"prod"}', PayGPrice: '0.004' },
}

const payAsYouGo = {
  ...{
    SubscriptionGuid: '1111',
    ResourceGroup: 'Shop',
    ResourceLocation: 'US East',
    UsageDateTime: '2026-07-31',
    MeterCategory: 'Load Balancer',
  },
  ...{ MeterSubcategory: 'Standard', MeterId: 'm-2', MeterName: 'Rules', UsageQuantity: '3', ResourceRate: '0.025', PreTaxCost: '0.075' },
  ...{ ConsumedService: 'Microsoft.Network', ResourceType: 'Microsoft.Network/loadBalancers', InstanceId: vm, Tags: '', Currency: 'USD' },
  UnitOfMeasure: '100 Hours',
}

const german = Object.fromEntries(
  Object.entries(payAsYouGo).map(([name, value]) => [name === 'Currency' ? name : `Auf Deutsch (${name})`, value]),
)

describe('every kind of export is understood', () => {
  test('of an enterprise agreement: American dates, tags without braces, prices for blocks of hours', async () => {
    expect(await linesOf(fileOf(bill(enterprise)))).toEqual([
      expect.objectContaining({
        ...{ period: '2026-07-01', start: '2026-07-31T00:00:00Z', end: '2026-08-01T00:00:00Z', billed: '4.8', effective: '4.8' },
        ...{ provider: 'azurerm', master_account: '9999', linked_account: '1111', service: 'Virtual Machines', category: 'compute' },
        ...{ region: 'canadacentral', instance_type: 'Standard_E4s_v3', record_type: 'usage', currency: 'CAD' },
        ...{ resource: vm.toLowerCase(), resourceName: 'Web-1', resourceType: 'microsoft.compute/virtualmachines' },
        ...{ tags: { env: 'prod', team: 'a, b' }, consumedQuantity: '24', pricingQuantity: '2.4', list: '6', contracted: '4.8' },
      }),
    ])
  })

  test('whose lines of no region name none, so that their part of the bill reads the same', async () => {
    const [everywhere] = await linesOf(fileOf(bill({ ...camel, resourceLocation: 'Unassigned', location: 'Unassigned' })))
    expect(everywhere?.region).toBe('global')
    expect(everywhere?.focus).not.toHaveProperty('RegionName')
    const [west] = await linesOf(fileOf(bill(camel)))
    expect(west?.focus).toMatchObject({ RegionId: 'westus', RegionName: expect.any(String) })
  })

  test('of a customer agreement: camel case, ISO dates, list costs, prices in another currency', async () => {
    const [line] = await linesOf(fileOf(bill(camel)))
    expect(line).toMatchObject({
      ...{ billed: '0.011', list: '0.013', contracted: null, currency: 'EUR', region: 'westus', category: 'networking' },
      ...{ resource: vm.toLowerCase(), tags: { env: 'prod' }, linked_account: '1111' },
      focus: { PricingCurrency: 'USD', PricingCurrencyListUnitPrice: '0.004' },
    })
    expect(line?.focus).not.toHaveProperty('ListUnitPrice')
  })

  test.each([
    ['as it is', bill(payAsYouGo)],
    ['with a mark at its beginning', `\ufeff${bill(payAsYouGo)}`],
    ['in German', bill(german)],
    ['in German, with a mark', `\ufeff${bill(german)}`],
    ['with semicolons', bill(payAsYouGo).replaceAll(',', ';')],
  ])('of pay-as-you-go, %s: the month is that of the day', async (_, text) => {
    expect(await linesOf(fileOf(text))).toMatchObject([
      {
        period: '2026-07-01',
        billed: '0.075',
        linked_account: '1111',
        region: 'eastus',
        service: 'Load Balancer',
        pricingQuantity: '0.03',
      },
    ])
  })

  test('the period of the bill decides, not the day', async () => {
    const text = bill({ ...enterprise, Date: '06/30/2026' })
    expect(await linesOf(fileOf(text))).toMatchObject([{ period: '2026-07-01', start: '2026-06-30T00:00:00Z' }])
  })
})

test.each([
  ['Usage', 'usage', 'Usage', undefined],
  ['Purchase', 'purchase', 'Purchase', undefined],
  ['Tax', 'tax', 'Tax', undefined],
  ['UnusedReservation', 'usage', 'Usage', undefined],
  ['UnusedSavingsPlan', 'usage', 'Usage', undefined],
  ['Refund', 'purchase', 'Purchase', 'Correction'],
  ['RoundingAdjustment', 'adjustment', 'Adjustment', undefined],
  ['', 'usage', 'Usage', undefined],
  ['SomethingNew', 'adjustment', 'Adjustment', undefined],
])('a charge of type "%s" is %s', async (type, record, category, chargeClass) => {
  const [line] = await linesOf(fileOf(bill({ ...enterprise, ChargeType: type })))
  expect([line?.record_type, line?.focus['ChargeCategory'], line?.focus['ChargeClass']]).toEqual([record, category, chargeClass])
})

test('what was reserved and not used is told from what was', async () => {
  const reserved = { ...enterprise, ReservationId: 'r-1', ReservationName: 'Three years', PricingModel: 'Reservation' }
  const [used] = await linesOf(fileOf(bill(reserved)))
  const [unused] = await linesOf(fileOf(bill({ ...reserved, ChargeType: 'UnusedReservation' })))
  expect([used, unused].map((line) => line?.focus['CommitmentDiscountStatus'])).toEqual(['Used', 'Unused'])
  expect(used?.focus).toMatchObject({ CommitmentDiscountId: 'r-1', CommitmentDiscountType: 'Reservation', PricingCategory: 'Committed' })
})

test.each([
  ['{"env": "prod"}', { env: 'prod' }],
  ['"env": "prod"', { env: 'prod' }],
  ['"env": "prod","x": "a\\"b"', { env: 'prod', x: 'a"b' }],
  ['{}', {}],
  ['"env": "prod","cut": "of', { env: 'prod' }],
  ['"n": 1, "deep": {"a": true}, "none": null', { n: '1', deep: '{"a":true}', none: '' }],
  ['nonsense', {}],
])('tags as %s', (text, expected) => {
  expect(Object.fromEntries(azureTags(text))).toEqual(expected)
})

test('tags are the same with braces and without, whatever is in them', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (tags) => {
      const json = JSON.stringify(tags)
      expect(azureTags(json.slice(1, -1))).toEqual(azureTags(json))
      expect(new Map(azureTags(json))).toEqual(new Map(Object.entries(tags)))
    }),
    { seed: 7 },
  )
})

test('an export for a month is the bill of that month, also where billing periods begin on another day', async () => {
  const middle = { ...enterprise, BillingPeriodStartDate: '06/15/2026', Date: '07/02/2026' }
  const period = '2026-07-01'
  expect(await linesOf(fileOf(bill(middle)), { period })).toMatchObject([
    {
      period,
      start: '2026-07-02T00:00:00Z',
      focus: { BillingPeriodStart: '2026-06-15T00:00:00Z', BillingPeriodEnd: '2026-07-15T00:00:00Z' },
    },
  ])
  // Without one, the day on which it begins says it; a whole month is the one that it says.
  expect(await linesOf(fileOf(bill(middle)))).toMatchObject([{ period: '2026-06-01' }])
  expect(await linesOf(fileOf(bill({ ...middle, BillingPeriodStartDate: '06/01/2026' })), { period })).toMatchObject([
    { period: '2026-06-01' },
  ])
})

test('a megabyte of broken tags takes no time', { retry: 2 }, () => {
  const began = performance.now()
  for (const text of [`"a": "b"${'\\"'.repeat(500_000)}`, '"'.repeat(1_000_000), '"a":'.repeat(250_000)]) azureTags(text)
  expect(performance.now() - began).toBeLessThan(2000)
})

test.each([
  ['10 Hours', 'Hours', 1],
  ['1 Hour', 'Hour', 0],
  ['100 GB/Month', 'GB/Month', 2],
  ['10K', 'Units', 4],
  ['1M', 'Units', 6],
  ['1/Month', 'Month', 0],
  ['50 Hours', '50 Hours', 0],
  ['', '', 0],
  ['constructor', 'constructor', 0],
])('a unit of "%s" is %s', (text, unit, places) => {
  expect(pricingUnit(text)).toEqual({ unit, places })
})

test.each([
  [{ ...enterprise, CostInBillingCurrency: 'much' }, 'bill, line 2: CostInBillingCurrency is "much", which is not a number'],
  [{ ...enterprise, Date: '31/07/2026' }, 'bill, line 2: Date is "31/07/2026", which is not a date that exists'],
  [{ ...enterprise, Date: '' }, 'bill, line 2: Date is empty'],
  [
    { MeterCategory: 'x', Date: '07/31/2026' },
    'bill, line 1: an Azure cost export without CostInBillingCurrency, BillingCurrencyCode cannot be read; export "Actual cost" or "Amortized cost"',
  ],
])('what cannot be read is told with its place', async (cells, message) => {
  expect(await problemOf(fileOf(bill(cells)))).toBe(message)
})
