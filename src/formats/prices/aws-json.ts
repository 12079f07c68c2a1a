/** The JSON file of an AWS offer: first all products, then what they cost. */
import { FormatError } from '../format-error.ts'
import { type AwsProduct, awsProduct } from './aws.ts'
import { valuesAt } from './json-stream.ts'
import { decimalText, mapOf, type NormalisedRate, type Publication, type TextStream, textOf } from './types.ts'

/**
 * Of products that count the few attributes that are kept wait in memory for their prices, as texts; the CSV file needs no such
 * waiting, so for the largest offers it is the better one.
 * @throws FormatError when it is no such file
 */
export async function* awsJsonRates(stream: TextStream, about?: (publication: Publication) => void): AsyncGenerator<NormalisedRate> {
  const waiting = new Map<string, string>()
  let offerCode = ''
  let products = 0
  for await (const { value, path } of valuesAt(stream, [
    '$.offerCode',
    '$.version',
    '$.publicationDate',
    '$.products.*',
    '$.terms.OnDemand.*',
  ])) {
    const sku = String(path.at(-1))
    if (path[0] === 'offerCode') offerCode = textOf(value)
    else if (path[0] === 'version') about?.({ version: textOf(value) })
    else if (path[0] === 'publicationDate') about?.({ publishedAt: textOf(value) })
    else if (path[0] === 'products') {
      products++
      const { productFamily, attributes } = mapOf(value)
      const texts = Object.fromEntries(Object.entries(mapOf(attributes)).map(([key, one]) => [key, textOf(one)]))
      const product = awsProduct(textOf(productFamily), texts, offerCode)
      if (product) waiting.set(sku, JSON.stringify(product))
    } else {
      const product = waiting.get(sku)
      waiting.delete(sku)
      if (product !== undefined) yield* ratesOf(sku, JSON.parse(product) as AwsProduct, value)
    }
  }
  if (products === 0) throw new FormatError('this is no JSON file of an AWS offer: it has no products')
}

function* ratesOf(sku: string, product: AwsProduct, terms: unknown): Generator<NormalisedRate> {
  for (const term of Object.values(mapOf(terms)))
    for (const dimension of Object.values(mapOf(mapOf(term).priceDimensions))) {
      const { unit, beginRange, endRange, pricePerUnit } = mapOf(dimension)
      for (const [currency, amount] of Object.entries(mapOf(pricePerUnit))) {
        const price = decimalText(amount)
        if (price === undefined) continue
        const [from, to] = [decimalText(beginRange) ?? '0', decimalText(endRange) ?? null]
        yield { provider: 'aws', sku, ...product, purchaseOption: 'on_demand', currency, unit: textOf(unit), from, to, price }
      }
    }
}
