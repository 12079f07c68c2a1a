/** Pages of Azure's retail prices: one, several after each other, or a list of them. */
import { FormatError } from '../format-error.ts'
import { valuesAt } from './json-stream.ts'
import { decimalText, mapOf, type NormalisedRate, type TextStream, textOf } from './types.ts'

/**
 * Consumption only. Tiers are items of their own that say where they begin; one ends where the next begins, which is worked out
 * where they are read.
 * @param now what ended before is left out
 * @throws FormatError when it is no such file
 */
export async function* azureRates(stream: TextStream, now = new Date()): AsyncGenerator<NormalisedRate> {
  let items = 0
  for await (const { value } of valuesAt(stream, ['$.Items.*', '$.*.Items.*'])) {
    items++
    const rate = rateOf(value, now)
    if (rate) yield rate
  }
  if (items === 0) throw new FormatError('this is no page of Azure retail prices: it has no Items')
}

function rateOf(value: unknown, now: Date): NormalisedRate | undefined {
  const item = mapOf(value)
  const price = decimalText(item.retailPrice) ?? decimalText(item.unitPrice)
  const meterId = textOf(item.meterId)
  if (item.type !== 'Consumption' || price === undefined || meterId === '') return undefined
  if (textOf(item.effectiveEndDate) !== '' && new Date(textOf(item.effectiveEndDate)) < now) return undefined
  if (new Date(textOf(item.effectiveStartDate)) > now) return undefined
  const names = ['armSkuName', 'skuName', 'meterName', 'productName', 'location'] as const
  return {
    provider: 'azurerm',
    sku: `${textOf(item.skuId)}/${meterId}`,
    service: textOf(item.serviceName),
    family: textOf(item.serviceFamily),
    region: regionOf(textOf(item.armRegionName)),
    attributes: Object.fromEntries(names.flatMap((name) => (textOf(item[name]) === '' ? [] : [[name, textOf(item[name])]]))),
    purchaseOption: optionOf(textOf(item.skuName)),
    currency: textOf(item.currencyCode) || 'USD',
    unit: textOf(item.unitOfMeasure),
    from: decimalText(item.tierMinimumUnits) ?? '0',
    to: null,
    price,
  }
}

const regionOf = (name: string): string => (['Global', 'Zone 1'].includes(name) ? '' : name)

const optionOf = (skuName: string): string =>
  skuName.endsWith(' Spot') ? 'spot' : skuName.endsWith(' Low Priority') ? 'low_priority' : 'on_demand'
