/** Names of columns of Azure cost exports: agreements and versions name the same thing differently. */
import { TableError } from './adapter.ts'

/** By what we call them, the names that are known, the best first: without blanks, in lower case. */
const synonyms = {
  date: ['date', 'usagedatetime', 'usagedate', 'serviceperiodstartdate'],
  periodStart: ['billingperiodstartdate', 'billingperiodstart', 'billingperiod'],
  cost: ['costinbillingcurrency', 'pretaxcost', 'cost', 'extendedcost', 'billingpretaxtotal', 'pretaxtotal'],
  currency: ['billingcurrencycode', 'billingcurrency', 'currencycode', 'currency'],
  pricingCurrency: ['pricingcurrency', 'pricingcurrencycode'],
  costInPricingCurrency: ['costinpricingcurrency'],
  paygCost: ['paygcostinbillingcurrency'],
  paygPrice: ['paygprice'],
  unitPrice: ['unitprice', 'pricingpretaxunitprice'],
  effectivePrice: ['effectiveprice', 'resourcerate', 'effectiveunitprice'],
  quantity: ['quantity', 'usagequantity', 'consumedquantity'],
  unit: ['unitofmeasure', 'unit'],
  subscription: ['subscriptionid', 'subscriptionguid', 'entitlementid'],
  subscriptionName: ['subscriptionname', 'entitlementdescription'],
  billingAccount: ['billingaccountid', 'enrollmentnumber', 'billingprofileid', 'customertenantid', 'customerid'],
  billingAccountName: ['billingaccountname', 'billingprofilename', 'customername'],
  invoice: ['invoiceid', 'invoicenumber'],
  resource: ['resourceid', 'instanceid', 'resourceuri', 'instancename'],
  resourceName: ['resourcename'],
  resourceType: ['resourcetype'],
  resourceGroup: ['resourcegroup', 'resourcegroupname'],
  location: ['resourcelocation', 'location', 'resourcelocationnormalized'],
  zone: ['availabilityzone'],
  meter: ['meterid'],
  meterName: ['metername'],
  meterCategory: ['metercategory'],
  meterSubcategory: ['metersubcategory'],
  meterRegion: ['meterregion'],
  consumedService: ['consumedservice'],
  serviceName: ['servicename'],
  serviceFamily: ['servicefamily'],
  product: ['productname', 'product'],
  productId: ['productid', 'partnumber'],
  order: ['productorderid'],
  orderName: ['productordername'],
  chargeType: ['chargetype'],
  frequency: ['frequency', 'chargefrequency'],
  pricingModel: ['pricingmodel'],
  reservation: ['reservationid', 'benefitid'],
  reservationName: ['reservationname', 'benefitname'],
  term: ['term'],
  publisherType: ['publishertype'],
  publisher: ['publishername'],
  costCenter: ['costcenter'],
  section: ['invoicesectionname', 'invoicesection', 'departmentname'],
  tags: ['tags'],
  additional: ['additionalinfo'],
} as const

export type AzureColumn = keyof typeof synonyms

/** What Azure writes in other languages has the English name behind it: `Ressourcengruppe (ResourceGroup)`. */
export function azureName(header: string): string {
  const english = /\(([A-Za-z][A-Za-z0-9]*)\)\s*$/.exec(header)?.[1] ?? header
  return english.replace(/[\s_﻿-]/g, '').toLowerCase()
}

/**
 * Positions; several where more than one name occurs, to be tried in turn.
 * @throws TableError what every cost export has is missing
 */
export function azureColumns(header: readonly string[]): Record<AzureColumn, readonly number[]> {
  const positions = new Map<string, number>()
  header.forEach((name, at) => {
    const plain = azureName(name)
    if (!positions.has(plain)) positions.set(plain, at)
  })
  const columns = {} as Record<AzureColumn, readonly number[]>
  for (const column of Object.keys(synonyms) as AzureColumn[])
    columns[column] = synonyms[column].flatMap((name) => positions.get(name) ?? [])
  const missing = (['date', 'cost', 'currency'] as const).filter((column) => !columns[column].length)
  if (missing.length) {
    const examples = { date: 'Date', cost: 'CostInBillingCurrency', currency: 'BillingCurrencyCode' }
    const names = missing.map((column) => examples[column]).join(', ')
    throw new TableError(`an Azure cost export without ${names} cannot be read; export "Actual cost" or "Amortized cost"`)
  }
  return columns
}
