/** What Azure calls a charge, as FOCUS calls it. */
import type { AzureColumn } from './azure-columns.ts'
import { azureRegion } from './azure-texts.ts'
import { categoryOf, classOf, type ServiceClass } from './categories.ts'
import { currencyOf } from './focus.ts'
import type { Memory } from './intern.ts'
import { decimalOrNull } from './numbers.ts'
import type { ChargeKind, Day, RecordType } from './types.ts'

export function azureKind(
  text: (column: AzureColumn) => string,
  about: { instanceType: string; begin: Day; unit: string },
  memory: Memory,
): { kind: ChargeKind; samePrices: boolean } {
  const currency = currencyOf(text('currency'), 'BillingCurrency')
  const pricingCurrency = text('pricingCurrency').toUpperCase()
  const samePrices = pricingCurrency === '' || pricingCurrency === currency
  const charge = chargeOf(text('chargeType'))
  const meter = text('meterCategory')
  const service = meter || text('serviceName') || text('consumedService') || text('product') || text('publisher') || 'Azure'
  const serviceClass = classOfService(text('serviceFamily'), meter, text('serviceName'), text('consumedService'))
  const region = azureRegion(text('location')) || azureRegion(text('meterRegion'))
  const listPrice = decimalOrNull(text('paygPrice'), 'PayGPrice') ?? ''
  const unitPrice = decimalOrNull(text('unitPrice'), 'UnitPrice') ?? ''
  const kind = memory.kind(
    {
      provider: 'azurerm',
      master_account: text('billingAccount'),
      linked_account: text('subscription'),
      service,
      category: categoryOf(serviceClass.category, serviceClass.subcategory),
      region: region || 'global',
      instance_type: about.instanceType,
      record_type: charge.record,
      currency,
    },
    {
      AvailabilityZone: text('zone'),
      BillingAccountId: text('billingAccount'),
      BillingAccountName: text('billingAccountName'),
      BillingCurrency: currency,
      BillingPeriodEnd: about.begin.endsWith('-01') ? '' : monthAfter(about.begin),
      BillingPeriodStart: about.begin.endsWith('-01') ? '' : `${about.begin}T00:00:00Z`,
      ChargeCategory: charge.category,
      ChargeClass: charge.correction ? 'Correction' : '',
      ChargeDescription: text('product') || [meter, text('meterSubcategory'), text('meterName')].filter(Boolean).join(' - '),
      ChargeFrequency: frequencies[text('frequency').toLowerCase()] ?? '',
      ...commitmentOf(text, charge),
      ConsumedUnit: charge.record === 'usage' ? about.unit : '',
      InvoiceId: text('invoice'),
      InvoiceIssuerName: 'Microsoft',
      PricingCategory: pricingCategories[plain(text('pricingModel'))] ?? '',
      ...(samePrices
        ? { ContractedUnitPrice: unitPrice, ListUnitPrice: listPrice }
        : {
            PricingCurrency: pricingCurrency,
            PricingCurrencyContractedUnitPrice: unitPrice,
            PricingCurrencyListUnitPrice: listPrice,
          }),
      PricingUnit: about.unit,
      ProviderName: 'Microsoft',
      PublisherName: text('publisher') || 'Microsoft',
      RegionId: region,
      // A name alone would be taken for a region.
      RegionName: region === '' ? '' : text('location') || text('meterRegion'),
      ServiceCategory: serviceClass.category,
      ServiceName: service,
      ServiceSubcategory: serviceClass.subcategory,
      SkuId: text('productId') || text('meter'),
      SkuMeter: text('meterName'),
      SkuPriceDetails: about.instanceType === '' ? '' : JSON.stringify({ InstanceType: about.instanceType }),
      SubAccountId: text('subscription'),
      SubAccountName: text('subscriptionName'),
      SubAccountType: text('subscription') === '' ? '' : 'Subscription',
      x_CostCenter: text('costCenter'),
      x_InvoiceSectionName: text('section'),
      x_SkuMeterCategory: meter,
      x_SkuMeterId: text('meter'),
      x_SkuMeterSubcategory: text('meterSubcategory'),
    },
  )
  return { kind, samePrices }
}

function monthAfter(begin: Day): string {
  const end = new Date(`${begin}T00:00:00Z`)
  end.setUTCMonth(end.getUTCMonth() + 1)
  return end.toISOString().replace('.000', '')
}

interface ChargeMeaning {
  readonly category: string
  readonly record: RecordType
  /** Takes back what was billed earlier. */
  readonly correction: boolean
  /** Was paid for and not used. */
  readonly unused: boolean
}

const meaning = (category: string, record: RecordType, more: Partial<ChargeMeaning> = {}): ChargeMeaning => ({
  ...{ category, record, correction: false, unused: false },
  ...more,
})

/** A refund belongs to what is refunded: Azure refunds what was bought. */
const charges: Readonly<Record<string, ChargeMeaning>> = Object.assign(Object.create(null), {
  usage: meaning('Usage', 'usage'),
  purchase: meaning('Purchase', 'purchase'),
  tax: meaning('Tax', 'tax'),
  credit: meaning('Credit', 'credit'),
  unusedreservation: meaning('Usage', 'usage', { unused: true }),
  unusedsavingsplan: meaning('Usage', 'usage', { unused: true }),
  refund: meaning('Purchase', 'purchase', { correction: true }),
  roundingadjustment: meaning('Adjustment', 'adjustment'),
  adjustment: meaning('Adjustment', 'adjustment'),
})

/** Older exports have no charge type, and nothing but usage. */
const chargeOf = (type: string): ChargeMeaning =>
  type === '' ? meaning('Usage', 'usage') : (charges[plain(type)] ?? meaning('Adjustment', 'adjustment'))

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')

const pricingCategories: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  ondemand: 'Standard',
  spot: 'Dynamic',
  reservation: 'Committed',
  savingsplan: 'Committed',
})

const frequencies: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  onetime: 'One-Time',
  'one-time': 'One-Time',
  recurring: 'Recurring',
  usagebased: 'Usage-Based',
  'usage-based': 'Usage-Based',
})

function commitmentOf(text: (column: AzureColumn) => string, charge: ChargeMeaning): Record<string, string> {
  const id = text('reservation')
  if (id === '') return {}
  const savings =
    plain(text('pricingModel')) === 'savingsplan' || plain(text('chargeType')) === 'unusedsavingsplan' || /savingsplan/i.test(id)
  return {
    CommitmentDiscountId: id,
    CommitmentDiscountName: text('reservationName'),
    CommitmentDiscountCategory: savings ? 'Spend' : 'Usage',
    CommitmentDiscountType: savings ? 'Savings Plan' : 'Reservation',
    CommitmentDiscountStatus: charge.unused ? 'Unused' : charge.record === 'usage' ? 'Used' : '',
  }
}

/** Azure's families, where they are named otherwise than in FOCUS. */
const families: Readonly<Record<string, ServiceClass>> = Object.assign(Object.create(null), {
  compute: { category: 'Compute', subcategory: '' },
  containers: { category: 'Compute', subcategory: 'Containers' },
  networking: { category: 'Networking', subcategory: '' },
  storage: { category: 'Storage', subcategory: '' },
  databases: { category: 'Databases', subcategory: '' },
  analytics: { category: 'Analytics', subcategory: '' },
  aimachinelearning: { category: 'AI and Machine Learning', subcategory: '' },
  aiandmachinelearning: { category: 'AI and Machine Learning', subcategory: '' },
  developertools: { category: 'Developer Tools', subcategory: '' },
  security: { category: 'Security', subcategory: '' },
  identity: { category: 'Identity', subcategory: '' },
  integration: { category: 'Integration', subcategory: '' },
  internetofthings: { category: 'Internet of Things', subcategory: '' },
  managementandgovernance: { category: 'Management and Governance', subcategory: '' },
  media: { category: 'Media', subcategory: '' },
  mobile: { category: 'Mobile', subcategory: '' },
  web: { category: 'Web', subcategory: '' },
  windowsvirtualdesktop: { category: 'Compute', subcategory: 'End User Computing' },
  azurevirtualdesktop: { category: 'Compute', subcategory: 'End User Computing' },
})

/** The meter says it best; a family is as Microsoft's departments are. */
function classOfService(family: string, meterCategory: string, ...names: readonly string[]): ServiceClass {
  return classOf(meterCategory) ?? families[plain(family)] ?? classOf(...names) ?? { category: 'Other', subcategory: '' }
}
