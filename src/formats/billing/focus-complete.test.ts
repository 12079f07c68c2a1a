import { expect, test } from 'vitest'
import { completed } from './focus-complete.ts'

/** Those that FOCUS 1.2 has on every line, and that a bill can leave out here. */
const never = [
  ...['BilledCost', 'BillingAccountId', 'BillingCurrency', 'ChargeCategory', 'ChargeFrequency', 'ContractedCost', 'EffectiveCost'],
  ...['InvoiceIssuerName', 'ListCost', 'ProviderName', 'PublisherName', 'ServiceCategory', 'ServiceName', 'ServiceSubcategory'],
]
const empty = (row: Readonly<Record<string, string>>) => never.filter((column) => !row[column])

test('a line has everything that may not be empty, however little its bill says', () => {
  const usage = { BilledCost: '1.50', BillingCurrency: 'USD', ChargeCategory: 'Usage', BillingAccountId: '1', EffectiveCost: '1.2' }
  expect(empty(completed(usage))).toEqual([])
  expect(empty(completed({ ...usage, ChargeCategory: 'Tax' }))).toEqual([])
  expect(empty(completed({ BilledCost: '0', BillingCurrency: 'USD', ChargeCategory: 'Credit', SubAccountId: '2' }))).toEqual([])
})

test.each([
  [{ BilledCost: '3' }, { ContractedCost: '3', ListCost: '3', EffectiveCost: '3' }],
  [{ BilledCost: '0' }, { ContractedCost: '0', ListCost: '0' }],
  [
    { BilledCost: '3', ContractedCost: '4' },
    { ContractedCost: '4', ListCost: '4' },
  ],
  [
    { BilledCost: '3', ListCost: '5' },
    { ContractedCost: '3', ListCost: '5' },
  ],
  [{ ProviderName: 'AWS' }, { PublisherName: 'AWS', InvoiceIssuerName: 'AWS', ServiceName: 'AWS' }],
  [{ ServiceCategory: 'Compute' }, { ServiceSubcategory: 'Other (Compute)' }],
  [{ ServiceCategory: 'Compute', ServiceSubcategory: 'Virtual Machines' }, { ServiceSubcategory: 'Virtual Machines' }],
  [{ ChargeCategory: 'Purchase' }, { ChargeFrequency: 'One-Time', PricingCategory: 'Other' }],
  [{ RegionId: 'eu-west-1' }, { RegionName: 'eu-west-1' }],
  [
    { ChargeCategory: 'Usage', ConsumedQuantity: '2', ConsumedUnit: 'h' },
    { PricingQuantity: '2', PricingUnit: 'h' },
  ],
  [
    { ChargeCategory: 'Usage', ConsumedQuantity: '2', ConsumedUnit: 'h', PricingQuantity: '1', PricingUnit: 'd' },
    { PricingQuantity: '1', PricingUnit: 'd' },
  ],
  [
    { BillingCurrency: 'USD', EffectiveCost: '2' },
    { PricingCurrency: 'USD', PricingCurrencyEffectiveCost: '2' },
  ],
])('what follows from the rest stands there: %j', (row, expected) => {
  expect(completed(row)).toMatchObject(expected)
})

test('figures in another currency are not made up, and neither is what nobody priced', () => {
  expect(completed({ BillingCurrency: 'EUR', PricingCurrency: 'USD', EffectiveCost: '2' })).not.toHaveProperty(
    'PricingCurrencyEffectiveCost',
  )
  expect(completed({ ChargeCategory: 'Tax' })).not.toHaveProperty('PricingCategory')
})
