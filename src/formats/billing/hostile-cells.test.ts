/** Cells that are made to keep whoever reads them busy. A process that reads says nothing meanwhile, and is ended after a minute. */
import { describe, expect, test } from 'vitest'
import { type Adapter, TableError, TextCells } from './adapter.ts'
import { azure } from './azure.ts'
import { cur } from './cur.ts'
import { focus } from './focus.ts'
import { gcp, gcpColumns } from './gcp.ts'
import { Memory } from './intern.ts'
import { BillError } from './types.ts'

const size = 1024 * 1024
const filled = (part: string, rest = ''): string => part.repeat(Math.floor((size - rest.length) / part.length)) + rest
/** Beginnings that match, again and again, and ends that do not. */
const texts: Readonly<Record<string, string>> = {
  'instance types': filled('BoxUsage'),
  blanks: `1${filled(' ', 'x\nx')}`,
  quotes: filled('\\"'),
  brackets: filled('['),
  'objects in objects': filled('{"key":'),
  'nested JSON': `{"a":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`,
  'nested records': `[{"key":"a","amount":${'['.repeat(5000)}${']'.repeat(5000)}}]`,
  numbers: filled('1.'),
  zones: filled('aa-', '1'),
  paths: `//a${filled('/a')}\n`,
  accents: filled('\u0301\u0323\u0300'),
}

const curHeader = [
  ...['bill/InvoiceId', 'bill/PayerAccountId', 'bill/BillingPeriodStartDate', 'bill/BillingPeriodEndDate', 'lineItem/UsageAccountId'],
  ...['lineItem/LineItemType', 'lineItem/ProductCode', 'lineItem/UsageType', 'lineItem/Operation', 'lineItem/AvailabilityZone'],
  ...['lineItem/CurrencyCode', 'lineItem/LineItemDescription', 'lineItem/TaxType', 'lineItem/UsageStartDate', 'lineItem/UsageAmount'],
  ...['lineItem/UnblendedCost', 'lineItem/ResourceId', 'product/ProductName', 'product/memory', 'product/vcpu', 'product/productFamily'],
  ...['product', 'pricing/publicOnDemandRate', 'pricing/term', 'reservation/ReservationARN', 'resource_tags', 'resource_tags_user_a'],
]
const focusHeader = [
  ...['BilledCost', 'BillingAccountId', 'BillingCurrency', 'BillingPeriodStart', 'BillingPeriodEnd', 'ChargeCategory', 'EffectiveCost'],
  ...['ChargePeriodStart', 'ChargePeriodEnd', 'ServiceName', 'ServiceCategory', 'ProviderName', 'PublisherName', 'RegionId', 'RegionName'],
  ...['AvailabilityZone', 'ResourceId', 'ResourceName', 'ResourceType', 'SkuPriceDetails', 'x_SkuDetails', 'x_Other', 'Tags'],
]
const azureHeader = [
  ...['Date', 'CostInBillingCurrency', 'BillingCurrencyCode', 'BillingPeriodStartDate', 'Quantity', 'UnitOfMeasure', 'UnitPrice'],
  ...['SubscriptionId', 'ResourceId', 'ResourceName', 'ResourceType', 'ResourceLocation', 'MeterRegion', 'MeterCategory', 'ServiceFamily'],
  ...['ProductName', 'ChargeType', 'Frequency', 'PricingModel', 'ReservationId', 'Tags', 'AdditionalInfo', 'PayGPrice', 'PublisherName'],
]
const start = '2026-07-01'
const cases: [string, Adapter, readonly string[], Readonly<Record<string, string>>][] = [
  [
    ...(['CUR', cur, curHeader] as const),
    {
      ...{ 'bill/BillingPeriodStartDate': start, 'lineItem/UsageAccountId': '2', 'lineItem/LineItemType': 'Usage' },
      ...{ 'lineItem/ProductCode': 'AmazonEC2', 'lineItem/CurrencyCode': 'USD', 'lineItem/UsageStartDate': start },
      ...{ 'lineItem/UnblendedCost': '1' },
    },
  ],
  [
    ...(['FOCUS', focus, focusHeader] as const),
    {
      ...{ BilledCost: '1', BillingCurrency: 'USD', BillingPeriodStart: start, ChargePeriodStart: start, ChargeCategory: 'Usage' },
      ...{ EffectiveCost: '1', ServiceName: 'a' },
    },
  ],
  ['Azure', azure, azureHeader, { Date: start, CostInBillingCurrency: '1', BillingCurrencyCode: 'USD' }],
  ['Google', gcp, gcpColumns, { usage_start_time: start, cost: '1', currency: 'USD', 'service.description': 'a' }],
]

function read(adapter: Adapter, header: readonly string[], row: Readonly<Record<string, string>>) {
  const lines: { tags: Readonly<Record<string, string>> | undefined }[] = []
  const cells = new TextCells()
  cells.cells = header.map((column) => row[column] ?? '')
  const line = adapter.open(header, { memory: new Memory() }, { add: ({ tags }) => lines.push({ tags: tags?.tags }) })
  line(cells)
  return lines
}

/** What is refused, is refused in words. */
function refused(run: () => unknown): string {
  try {
    run()
    return ''
  } catch (error) {
    if (error instanceof TableError || error instanceof BillError) return error.message
    throw error
  }
}

describe.each(cases)('%s', (_, adapter, header, row) => {
  test.each(Object.keys(texts))('a cell of a megabyte, in any column, is soon read or refused: %s', { retry: 2 }, (name) => {
    for (const column of header) {
      const began = performance.now()
      const message = refused(() => read(adapter, header, { ...row, [column]: texts[name] ?? '' }))
      expect(message.length).toBeLessThan(500)
      expect(performance.now() - began, column).toBeLessThan(1500)
    }
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('a cell may be %s', (name) => {
    for (const column of header) refused(() => read(adapter, header, { ...row, [column]: name }))
  })
})

test('labels of Google that are nested beyond measure are none, and credits that are so are refused', () => {
  const deep = `[{"key":"a","amount":${'['.repeat(5000)}${']'.repeat(5000)}}]`
  const row = { usage_start_time: start, cost: '1', currency: 'USD', 'service.description': 'a' }
  for (const column of ['labels', 'system_labels', 'project.labels', 'tags'])
    expect(read(gcp, gcpColumns, { ...row, [column]: `[{"key":"a","value":${'['.repeat(5000)}${']'.repeat(5000)}}]` })).toEqual([
      { tags: undefined },
    ])
  expect(refused(() => read(gcp, gcpColumns, { ...row, credits: deep }))).toMatch(/which is no list of credits in JSON$/)
})
