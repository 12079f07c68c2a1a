/** What a line of CUR is for, in FOCUS's terms. */
import { type Cells, keyOf, type OpenOptions } from './adapter.ts'
import { categoryOf, classOf, regionOf, type ServiceClass } from './categories.ts'
import { type CurColumns, plainName } from './cur-columns.ts'
import { Cache } from './intern.ts'
import { currencyOf, decimalOrNull, nextPeriod, periodOf, timestampOf } from './numbers.ts'
import type { ChargeKind, Decimal, Period, RecordType } from './types.ts'

export interface CurKind {
  readonly kind: ChargeKind
  readonly period: Period
  readonly lineItemType: string
  /** Does it name a reservation? */
  readonly reserved: boolean
  /** Is its amount something that was used? It says so again on lines that only correct the price. */
  readonly consumes: boolean
  readonly purchase: boolean
  /** What one would cost without any discount. */
  readonly rate: Decimal | null
}

export function curKinds(columns: CurColumns, options: OpenOptions): (cells: Cells) => CurKind {
  const positions = names.map((name) => columns.at(name))
  const key = keyOf([...positions, columns.at('product')])
  const known = new Cache<CurKind>(30_000, 8_000_000)
  return (cells) => {
    const text = key(cells)
    const found = known.get(text)
    if (found) return found
    const made = kindOf(cells, columns, options)
    known.set(text, made)
    return made
  }
}

/** All that `kindOf` reads. */
const names = [
  ...['bill/InvoiceId', 'bill/InvoicingEntity', 'bill/BillingEntity', 'bill/PayerAccountId', 'bill/PayerAccountName'],
  ...['bill/BillingPeriodStartDate', 'bill/BillingPeriodEndDate', 'lineItem/UsageAccountId', 'lineItem/UsageAccountName'],
  ...['lineItem/LineItemType', 'lineItem/ProductCode', 'lineItem/UsageType', 'lineItem/Operation', 'lineItem/AvailabilityZone'],
  ...['lineItem/CurrencyCode', 'lineItem/LineItemDescription', 'lineItem/TaxType', 'lineItem/LegalEntity', 'product/ProductName'],
  ...['product/region', 'product/regionCode', 'product/fromRegionCode', 'product/location', 'product/instanceType', 'product/vcpu'],
  ...['product/memory', 'product/operatingSystem', 'product/productFamily', 'product/sku', 'product/servicecode', 'product/servicename'],
  ...['pricing/publicOnDemandRate', 'pricing/term', 'pricing/unit', 'pricing/RateCode', 'pricing/purchaseOption'],
  ...['reservation/ReservationARN', 'reservation/SubscriptionId', 'savingsPlan/SavingsPlanARN'],
]

const purchases = new Set(['Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'])
const consuming = new Set(['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'])

function kindOf(cells: Cells, columns: CurColumns, options: OpenOptions): CurKind {
  const products = productMap(cells.text(columns.at('product')))
  const text = (name: string) =>
    cells.text(columns.at(name)) || (name.startsWith('product/') ? (products.get(plainName(name.slice(8))) ?? '') : '')
  const type = text('lineItem/LineItemType')
  const periodStart = text('bill/BillingPeriodStartDate')
  const period = (periodStart === '' && options.period) || periodOf(periodStart, columns.shown('bill/BillingPeriodStartDate'))
  const periodEnd = text('bill/BillingPeriodEndDate')
  const ends = periodEnd === '' ? '' : timestampOf(periodEnd, columns.shown('bill/BillingPeriodEndDate'))
  const code = text('lineItem/ProductCode')
  const service = text('product/ProductName') || products.get('productname') || text('product/servicename') || code
  const described = classify(code, text('product/productFamily'), service, text('product/servicecode'))
  const zone = text('lineItem/AvailabilityZone')
  const region = regionOf(text('product/regionCode') || text('product/region') || text('product/fromRegionCode'), zone)
  const usageType = text('lineItem/UsageType')
  const instanceType = text('product/instanceType') || instanceTypeOf(usageType)
  const charge = chargeOf(type, text)
  const reservation = text('reservation/ReservationARN')
  const savingsPlan = text('savingsPlan/SavingsPlanARN')
  const kind = options.memory.kind(
    {
      provider: 'aws',
      master_account: text('bill/PayerAccountId'),
      linked_account: text('lineItem/UsageAccountId'),
      service,
      category: categoryOf(described.category, described.subcategory),
      region,
      instance_type: instanceType,
      record_type: charge,
      currency: currencyOf(text('lineItem/CurrencyCode'), columns.shown('lineItem/CurrencyCode')),
    },
    {
      AvailabilityZone: zone,
      BillingAccountId: text('bill/PayerAccountId'),
      BillingAccountName: text('bill/PayerAccountName'),
      BillingCurrency: text('lineItem/CurrencyCode'),
      BillingPeriodEnd: ends === `${nextPeriod(period)}T00:00:00Z` ? '' : ends,
      ChargeCategory: charge.replace(/^./, (letter) => letter.toUpperCase()),
      ChargeClass: type === 'Refund' ? 'Correction' : '',
      ChargeDescription: text('lineItem/LineItemDescription'),
      ChargeFrequency: frequencies.get(type) ?? '',
      ...commitmentOf(type, reservation, savingsPlan),
      ConsumedUnit: consuming.has(type) ? text('pricing/unit') : '',
      InvoiceId: text('bill/InvoiceId'),
      InvoiceIssuerName: text('bill/InvoicingEntity'),
      ListUnitPrice: text('pricing/publicOnDemandRate'),
      PricingCategory: pricingCategoryOf(type, usageType, text('pricing/term'), text('pricing/purchaseOption')),
      PricingUnit: consuming.has(type) || purchases.has(type) ? text('pricing/unit') : '',
      ProviderName: text('bill/BillingEntity') || 'AWS',
      PublisherName: text('lineItem/LegalEntity') || text('bill/InvoicingEntity'),
      RegionId: region === 'global' ? '' : region,
      // A name alone would be taken for a region.
      RegionName: region === 'global' ? '' : text('product/location'),
      ServiceCategory: described.category,
      ServiceName: service,
      ServiceSubcategory: described.subcategory,
      SkuId: text('product/sku'),
      SkuMeter: usageType,
      SkuPriceDetails: detailsOf(instanceType, text),
      SkuPriceId: text('pricing/RateCode'),
      SubAccountId: text('lineItem/UsageAccountId'),
      SubAccountName: text('lineItem/UsageAccountName'),
      x_LineItemType: type,
      x_Operation: text('lineItem/Operation'),
      x_ServiceCode: code,
      x_UsageType: usageType,
    },
  )
  return {
    kind,
    period,
    lineItemType: type,
    reserved: reservation !== '',
    consumes: consuming.has(type),
    purchase: purchases.has(type),
    rate: decimalOrNull(text('pricing/publicOnDemandRate'), columns.shown('pricing/publicOnDemandRate')),
  }
}

/** A refund belongs where the charge did that is paid back, as far as the line tells which that was. */
function chargeOf(type: string, text: (name: string) => string): RecordType {
  if (type === 'Tax') return 'tax'
  if (type === 'Credit') return 'credit'
  if (purchases.has(type)) return 'purchase'
  if (consuming.has(type) || type === 'SavingsPlanNegation' || /Discount$/.test(type)) return 'usage'
  if (type !== 'Refund') return 'adjustment'
  if (text('lineItem/TaxType') !== '' || /^tax\b/i.test(text('lineItem/LineItemDescription'))) return 'tax'
  if (/HeavyUsage|ComputeSP|EC2SP/.test(text('lineItem/UsageType'))) return 'purchase'
  if (text('lineItem/UsageType') !== '') return 'usage'
  return text('reservation/ReservationARN') || text('savingsPlan/SavingsPlanARN') ? 'purchase' : 'adjustment'
}

const frequencies: ReadonlyMap<string, string> = new Map([
  ['Usage', 'Usage-Based'],
  ['DiscountedUsage', 'Usage-Based'],
  ['SavingsPlanCoveredUsage', 'Usage-Based'],
  ['SavingsPlanNegation', 'Usage-Based'],
  ['RIFee', 'Recurring'],
  ['SavingsPlanRecurringFee', 'Recurring'],
  ['SavingsPlanUpfrontFee', 'One-Time'],
  ['Fee', 'One-Time'],
])

function commitmentOf(type: string, reservation: string, savingsPlan: string): Record<string, string> {
  if (savingsPlan === '' && reservation === '') return {}
  const plan = savingsPlan !== ''
  return {
    CommitmentDiscountCategory: plan ? 'Spend' : 'Usage',
    CommitmentDiscountId: plan ? savingsPlan : reservation,
    CommitmentDiscountStatus: type === 'SavingsPlanCoveredUsage' || type === 'DiscountedUsage' ? 'Used' : '',
    CommitmentDiscountType: plan ? 'Savings Plan' : 'Reserved Instance',
  }
}

function pricingCategoryOf(type: string, usageType: string, term: string, option: string): string {
  if (type === 'DiscountedUsage' || type === 'SavingsPlanCoveredUsage') return 'Committed'
  if (!consuming.has(type)) return ''
  return /SpotUsage/.test(usageType) || term === 'Spot' || option === 'Spot' ? 'Dynamic' : 'Standard'
}

/** `USW2-BoxUsage:m5.large`, `EUC1-InstanceUsage:db.t3.medium` */
export function instanceTypeOf(usageType: string): string {
  // Nobody's is longer, and a text may be made to be looked through from every place in it.
  if (usageType.length > 256) return ''
  return (
    /(?:Box|Spot|Dedicated|Host|Heavy|Instance|Multi-AZ|Node|Unused)(?:Usage|Box|Res)[A-Za-z]*:([a-z0-9][a-z0-9.-]{2,40})$/.exec(
      usageType,
    )?.[1] ?? ''
  )
}

function detailsOf(instanceType: string, text: (name: string) => string): string {
  const cores = Number(text('product/vcpu'))
  const memory = Number.parseFloat(text('product/memory').replaceAll(',', ''))
  const details = {
    ...(instanceType ? { InstanceType: instanceType } : {}),
    ...(cores > 0 ? { CoreCount: cores } : {}),
    ...(memory > 0 ? { MemorySize: memory } : {}),
    ...(text('product/operatingSystem') ? { OperatingSystem: text('product/operatingSystem') } : {}),
  }
  return Object.keys(details).length > 0 ? JSON.stringify(details) : ''
}

/** Much that is billed under EC2 is no computer. */
const families: Readonly<Record<string, ServiceClass>> = {
  Storage: { category: 'Storage', subcategory: 'Block Storage' },
  'Storage Snapshot': { category: 'Storage', subcategory: 'Block Storage' },
  'System Operation': { category: 'Storage', subcategory: 'Block Storage' },
  'Provisioned Throughput': { category: 'Storage', subcategory: 'Block Storage' },
  'Data Transfer': { category: 'Networking', subcategory: 'Other (Networking)' },
  'NAT Gateway': { category: 'Networking', subcategory: 'Network Infrastructure' },
  'IP Address': { category: 'Networking', subcategory: 'Network Infrastructure' },
  'Load Balancer': { category: 'Networking', subcategory: 'Application Networking' },
  'Load Balancer-Application': { category: 'Networking', subcategory: 'Application Networking' },
  'Load Balancer-Network': { category: 'Networking', subcategory: 'Application Networking' },
}

function classify(code: string, family: string, service: string, serviceCode: string): ServiceClass {
  return (
    (code === 'AmazonEC2' && Object.hasOwn(families, family) ? families[family] : undefined) ??
    classOf(code, service, serviceCode) ?? { category: 'Other', subcategory: 'Other (Other)' }
  )
}

/** `product` of 2.0 holds, as JSON, what has no column of its own. */
function productMap(json: string): Map<string, string> {
  if (!json.startsWith('{')) return new Map()
  try {
    const entries = Object.entries(JSON.parse(json) satisfies object)
    return new Map(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[plainName(name), value]] : [])))
  } catch {
    return new Map()
  }
}
