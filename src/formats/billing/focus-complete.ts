/** What FOCUS 1.2 says may not be empty, as far as it follows from the rest of a line. Bills of other formats leave it out. */

type Row = Readonly<Record<string, string>>

/**
 * Costs that a bill does not tell are those that it does. What only the provider could know (unit prices, SKUs, ids of invoices) stays empty:
 * a made up one would be wrong.
 */
export function completed(row: Row): Row {
  const of = (...columns: string[]): string => columns.map((column) => (Object.hasOwn(row, column) ? row[column] : '')).find(Boolean) ?? ''
  const category = of('ChargeCategory')
  const serviceCategory = of('ServiceCategory') || 'Other'
  const currency = of('PricingCurrency', 'BillingCurrency')
  const isPriced = (category === 'Usage' || category === 'Purchase') && of('ChargeClass') !== 'Correction'
  return {
    ...row,
    ContractedCost: of('ContractedCost', 'BilledCost'),
    EffectiveCost: of('EffectiveCost', 'BilledCost'),
    ListCost: of('ListCost', 'ContractedCost', 'BilledCost'),
    BillingAccountId: of('BillingAccountId', 'SubAccountId'),
    BillingAccountType: of('BillingAccountType') || (of('BillingAccountId', 'SubAccountId') && 'Billing Account'),
    SubAccountType: of('SubAccountType') || (of('SubAccountId') && 'Account'),
    ChargeFrequency: of('ChargeFrequency') || (category === 'Usage' ? 'Usage-Based' : 'One-Time'),
    InvoiceIssuerName: of('InvoiceIssuerName', 'ProviderName', 'PublisherName') || unknown,
    ProviderName: of('ProviderName', 'PublisherName', 'InvoiceIssuerName') || unknown,
    PublisherName: of('PublisherName', 'ProviderName', 'InvoiceIssuerName') || unknown,
    RegionName: of('RegionName', 'RegionId'),
    ServiceCategory: serviceCategory,
    ServiceName: of('ServiceName', 'ProviderName', 'PublisherName', 'InvoiceIssuerName') || unknown,
    ServiceSubcategory: of('ServiceSubcategory') || `Other (${serviceCategory})`,
    ...(isPriced ? priced(of) : {}),
    ...(currency !== '' && currency === of('BillingCurrency') ? inPricingCurrency(of, currency) : {}),
  }
}

const unknown = 'Unknown'
type Of = (...columns: string[]) => string

const priced = (of: Of): Row => ({
  PricingCategory: of('PricingCategory') || 'Other',
  // One without the other says nothing.
  ...(of('PricingQuantity') && of('PricingUnit') ? {} : of('ConsumedQuantity') && of('ConsumedUnit') ? consumed(of) : {}),
})

const consumed = (of: Of): Row => ({ PricingQuantity: of('ConsumedQuantity'), PricingUnit: of('ConsumedUnit') })

/** Where both are the same currency, so are the figures. */
const inPricingCurrency = (of: Of, currency: string): Row => ({
  PricingCurrency: currency,
  PricingCurrencyContractedUnitPrice: of('PricingCurrencyContractedUnitPrice', 'ContractedUnitPrice'),
  PricingCurrencyEffectiveCost: of('PricingCurrencyEffectiveCost', 'EffectiveCost', 'BilledCost'),
  PricingCurrencyListUnitPrice: of('PricingCurrencyListUnitPrice', 'ListUnitPrice'),
})
