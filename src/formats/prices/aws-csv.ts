/** The CSV file of an AWS offer: five lines about it, a header, one line for each rate. */
import { Readable } from 'node:stream'
import Papa from 'papaparse'
import { FormatError } from '../format-error.ts'
import { attributeName, awsProduct } from './aws.ts'
import { decimalText, type NormalisedRate, type Publication, type TextStream } from './types.ts'

/**
 * Columns are found by their names, since every service has others. Quotes within texts and lines that are too short or too long
 * are forgiven, as the files have them.
 * @throws FormatError when it is no such file
 */
export async function* awsCsvRates(stream: TextStream, about?: (publication: Publication) => void): AsyncGenerator<NormalisedRate> {
  let columns: Columns | undefined
  let offerCode = ''
  let line = 0
  for await (const row of rowsOf(stream)) {
    line++
    if (!columns) {
      const [name, value = ''] = row
      if (name === 'OfferCode') offerCode = value
      if (name === 'Version') about?.({ version: value })
      if (name === 'Publication Date') about?.({ publishedAt: value })
      if (row.includes('SKU')) columns = columnsOf(row)
      else if (line > 20) throw notAnOffer()
      continue
    }
    const rate = rateOf(row, columns, offerCode)
    if (rate) yield rate
  }
  if (!columns) throw notAnOffer()
}

const notAnOffer = () => new FormatError('this is no CSV file of an AWS offer: no line has the column SKU')

interface Columns {
  at: (row: readonly string[], name: string) => string
  /** Where attributes of products are. */
  attributes: readonly { index: number; key: string }[]
}

/** Columns of the rate and the family; everything else is an attribute of the product. */
const ofRate = new Set(
  ['SKU', 'OfferTermCode', 'RateCode', 'TermType', 'PriceDescription', 'EffectiveDate', 'StartingRange', 'EndingRange', 'Unit'].concat([
    'PricePerUnit',
    'Currency',
    'RelatedTo',
    'LeaseContractLength',
    'PurchaseOption',
    'OfferingClass',
    'Product Family',
  ]),
)

function columnsOf(header: readonly string[]): Columns {
  const indexes = new Map(header.map((name, index) => [name.trim(), index]))
  for (const needed of ['SKU', 'TermType', 'Unit', 'PricePerUnit', 'Product Family'])
    if (!indexes.has(needed)) throw new FormatError(`the header has no column ${needed}`)
  return {
    at: (row, name) => row[indexes.get(name) ?? -1] ?? '',
    attributes: [...indexes].flatMap(([name, index]) => (ofRate.has(name) ? [] : [{ index, key: attributeName(name) }])),
  }
}

function rateOf(row: readonly string[], { at, attributes }: Columns, offerCode: string): NormalisedRate | undefined {
  const sku = at(row, 'SKU')
  const price = decimalText(at(row, 'PricePerUnit'))
  if (sku === '' || price === undefined || at(row, 'TermType') !== 'OnDemand') return undefined
  const all = Object.fromEntries(attributes.map(({ index, key }) => [key, row[index] ?? '']))
  const product = awsProduct(at(row, 'Product Family'), all, offerCode)
  return (
    product && {
      provider: 'aws',
      sku,
      ...product,
      purchaseOption: 'on_demand',
      currency: at(row, 'Currency') || 'USD',
      unit: at(row, 'Unit'),
      from: decimalText(at(row, 'StartingRange')) ?? '0',
      to: decimalText(at(row, 'EndingRange')) ?? null,
      price,
    }
  )
}

function rowsOf(stream: TextStream): AsyncIterable<string[]> {
  const source = Readable.from(stream, { objectMode: true })
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { header: false, skipEmptyLines: 'greedy', delimiter: ',' })
  source.on('error', (error) => parser.destroy(error))
  return source.pipe(parser)
}
