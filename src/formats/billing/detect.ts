/** Which format a table has, by the names of its columns. */
import { TableError } from './adapter.ts'
import type { BillFormat } from './types.ts'

/** @throws TableError it is none of those that are read */
export function formatOf(header: readonly string[]): BillFormat {
  // Azure in other languages has its own name behind the translated one: `Ressourcengruppe (ResourceGroup)`.
  const names = new Set(header.map((name) => (/\((\w+)\)\s*$/.exec(name)?.[1] ?? name).trim().toLowerCase()))
  const has = (...all: string[]) => all.every((name) => names.has(name))
  const some = (...all: string[]) => all.some((name) => names.has(name))
  if (has('billedcost', 'chargeperiodstart') || (has('billedcost') && some('effectivecost', 'servicecategory', 'chargecategory')))
    return 'focus'
  if (header.some((name) => /^lineItem\/|^identity\/LineItemId$/i.test(name.trim()))) return 'cur1'
  if (header.some((name) => /^line_item_/i.test(name.trim()))) return names.has('product') || names.has('resource_tags') ? 'cur2' : 'cur1'
  if (
    some('usage_start_time', 'service.description', 'service_description', 'invoice.month', 'invoice_month') &&
    some('cost', 'billing_account_id')
  ) {
    return 'gcp'
  }
  if (some('metercategory', 'meterid', 'meter category', 'consumedservice', 'costinbillingcurrency', 'pretaxcost', 'subscriptionguid'))
    return 'azure'
  const found = header.slice(0, 8).map((name) => name.slice(0, 40))
  throw new TableError(
    'its header is of no known format: expected columns of FOCUS (BilledCost, ChargePeriodStart, …), AWS CUR (lineItem/UnblendedCost or ' +
      'line_item_unblended_cost), an Azure cost export (MeterCategory, CostInBillingCurrency) or a Google Cloud billing export (usage_start_time, cost); ' +
      `found ${found.map((name) => JSON.stringify(name)).join(', ')}${header.length > 8 ? ` and ${header.length - 8} more` : ''}`,
  )
}

/**
 * Positions of columns by name, whatever their case; -1 where there is none.
 * @throws TableError one of `required` is missing
 */
export function columnsOf(header: readonly string[], format: string, required: readonly string[]): (name: string) => number {
  const positions = new Map<string, number>()
  header.forEach((name, position) => {
    const plain = name.trim().toLowerCase()
    if (!positions.has(plain)) positions.set(plain, position)
  })
  const missing = required.filter((name) => !positions.has(name.toLowerCase()))
  if (missing.length > 0) {
    throw new TableError(
      `${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')} of ${format} ${missing.length === 1 ? 'is' : 'are'} missing`,
    )
  }
  return (name) => positions.get(name.toLowerCase()) ?? -1
}
