/** What Google calls a charge, as FOCUS calls it. */
import { categoryOf, classOf, regionOf } from './categories.ts'
import { currencyOf } from './focus.ts'
import type { GcpColumn } from './gcp.ts'
import type { Memory } from './intern.ts'
import { decimalOrNull } from './numbers.ts'
import type { ChargeKind, RecordType } from './types.ts'

export function gcpKind(text: (column: GcpColumn) => string, instanceType: string, memory: Memory): ChargeKind {
  const currency = currencyOf(text('currency'), 'currency')
  const sku = text('sku.description')
  const service = text('service.description') || text('service.id')
  const serviceClass = classOf(service) ?? { category: 'Other', subcategory: '' }
  const charge = chargeOf(text('cost_type'), sku)
  const zone = text('location.zone')
  const region = regionOf(text('location.region'), zone, text('location.location'))
  const account = text('billing_account_id')
  const project = text('project.id')
  const seller = text('seller_name')
  return memory.kind(
    {
      provider: 'google',
      master_account: account,
      linked_account: project,
      service,
      category: categoryOf(serviceClass.category, serviceClass.subcategory),
      region,
      instance_type: instanceType,
      record_type: charge.record,
      currency,
    },
    {
      AvailabilityZone: zone,
      BillingAccountId: account,
      BillingAccountType: account === '' ? '' : 'Billing Account',
      BillingCurrency: currency,
      ChargeCategory: charge.category,
      ChargeClass: /CORRECTION|NEGATION/i.test(text('adjustment_info.mode')) ? 'Correction' : '',
      ChargeDescription: sku,
      ChargeFrequency: charge.record === 'usage' ? 'Usage-Based' : charge.record === 'purchase' ? 'Recurring' : '',
      CommitmentDiscountId: text('subscription.instance_id'),
      ConsumedUnit: charge.record === 'usage' ? text('usage.unit') : '',
      ContractedUnitPrice: decimalOrNull(text('price.effective_price'), 'price.effective_price') ?? '',
      InvoiceIssuerName: 'Google Cloud',
      ListUnitPrice: decimalOrNull(text('price.list_price'), 'price.list_price') ?? '',
      PricingCategory: pricingCategoryOf(charge.record, sku),
      PricingUnit: text('usage.pricing_unit'),
      ProviderName: 'Google Cloud',
      PublisherName: seller === '' || /^google/i.test(seller) ? 'Google Cloud' : seller,
      RegionId: text('location.region'),
      RegionName: text('location.location'),
      ServiceCategory: serviceClass.category,
      ServiceName: service,
      ServiceSubcategory: serviceClass.subcategory,
      SkuId: text('sku.id'),
      SkuMeter: sku,
      SkuPriceDetails: instanceType === '' ? '' : JSON.stringify({ InstanceType: instanceType }),
      SubAccountId: project,
      SubAccountName: text('project.name'),
      SubAccountType: project === '' ? '' : 'Project',
      x_ServiceId: text('service.id'),
    },
  )
}

function chargeOf(costType: string, sku: string): { category: string; record: RecordType } {
  const type = costType.trim().toLowerCase()
  if (type === 'tax') return { category: 'Tax', record: 'tax' }
  if (type !== '' && type !== 'regular') return { category: 'Adjustment', record: 'adjustment' }
  return isCommitment(sku) ? { category: 'Purchase', record: 'purchase' } : { category: 'Usage', record: 'usage' }
}

/** `Commitment v1: Cpu in Americas for 1 Year`, `Commitment - dollar based v1: …` */
const isCommitment = (sku: string): boolean => /^Commitment\b/i.test(sku)

function pricingCategoryOf(record: RecordType, sku: string): string {
  if (record === 'purchase') return 'Committed'
  if (record !== 'usage') return ''
  return /\b(?:spot|preemptible)\b/i.test(sku) ? 'Dynamic' : 'Standard'
}
