/** Pages of the SKUs of a service in Google's billing catalogue: one, several after each other, or a list of them. */
import { FormatError } from '../format-error.ts'
import { valuesAt } from './json-stream.ts'
import { decimalText, listOf, mapOf, type NormalisedRate, type TextStream, textOf } from './types.ts'

/**
 * One product for each region of a SKU; commitments are left out.
 * @throws FormatError when it is no such file
 */
export async function* googleRates(stream: TextStream): AsyncGenerator<NormalisedRate> {
  let skus = 0
  for await (const { value } of valuesAt(stream, ['$.skus.*', '$.*.skus.*'])) {
    skus++
    yield* ratesOf(mapOf(value))
  }
  if (skus === 0) throw new FormatError('this is no page of the Google billing catalogue: it has no skus')
}

const options: Readonly<Record<string, string>> = { OnDemand: 'on_demand', Preemptible: 'spot' }

function* ratesOf(item: Readonly<Record<string, unknown>>): Generator<NormalisedRate> {
  const { serviceDisplayName, resourceFamily, resourceGroup, usageType } = mapOf(item.category)
  const purchaseOption = options[textOf(usageType)]
  const sku = textOf(item.skuId)
  if (purchaseOption === undefined || sku === '') return
  // Several only when a time is asked for; the last one holds.
  const { pricingExpression } = mapOf(listOf(item.pricingInfo).at(-1))
  const { usageUnit, tieredRates } = mapOf(pricingExpression)
  const tiers = listOf(tieredRates).flatMap((tier) => {
    const { startUsageAmount, unitPrice } = mapOf(tier)
    const price = priceOf(mapOf(unitPrice))
    return price === undefined
      ? []
      : [{ from: decimalText(startUsageAmount) ?? '0', price, currency: textOf(mapOf(unitPrice).currencyCode) || 'USD' }]
  })
  const attributes = { description: textOf(item.description), resourceGroup: textOf(resourceGroup), usageType: textOf(usageType) }
  for (const region of listOf(item.serviceRegions))
    for (const [index, { from, price, currency }] of tiers.entries())
      yield {
        provider: 'google',
        sku,
        service: textOf(serviceDisplayName),
        family: textOf(resourceFamily),
        region: region === 'global' ? '' : textOf(region),
        attributes,
        purchaseOption,
        currency,
        unit: textOf(usageUnit),
        from,
        to: tiers[index + 1]?.from ?? null,
        price,
      }
}

/** `{units: "1", nanos: 500000000}` is 1.5; both have the same sign. */
function priceOf({ units, nanos }: Readonly<Record<string, unknown>>): string | undefined {
  const whole = decimalText(units ?? '0')
  const part = typeof nanos === 'number' && Number.isInteger(nanos) ? nanos : 0
  if (whole === undefined || !/^-?\d+$/.test(whole)) return undefined
  const sign = part < 0 || whole.startsWith('-') ? '-' : ''
  return `${sign}${whole.replace('-', '')}.${String(Math.abs(part)).padStart(9, '0')}`
}
