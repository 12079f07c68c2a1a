/** The public prices of ../shared/data/prices (eu-west-1, February 2023) as a source of prices in memory, chosen as the database does. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Decimal } from 'decimal.js'
import type { FoundPrice, PriceSource, ProductSelector, Rate } from '../../src/estimate/types.ts'
import { normaliseUnit } from '../../src/estimate/units.ts'

const file = new URL('../../../shared/data/prices/aws-eu-west-1-2023-02.jsonl.gz', import.meta.url)
const plans = new URL('../../../shared/data/plans/', import.meta.url)

export const sharedPricesAreThere = existsSync(file) && existsSync(plans)
export const whyNoSharedPrices = 'needs the prices and plans in ../shared/data'

export const sharedPlan = (name: string): string => readFileSync(new URL(`${name}.json`, plans), 'utf8')

export interface Product {
  sku: string
  service: string
  family: string
  region: string
  attributes: Record<string, string>
  currency: string
  unit: string
  /** From how many units on, and what one costs then; in ascending order. */
  tiers: [from: string, price: string][]
}

interface Line {
  service: string
  family: string
  location: string
  sku: string
  attributes: Record<string, string>
  currency: string
  unit: string
  price: string
  price_attributes: { StartingRange?: string }
}

/** Spelt differently there. */
const ours: Readonly<Record<string, string>> = {
  UsageType: 'usagetype',
  CapacityStatus: 'capacitystatus',
  PreInstalledSW: 'preInstalledSw',
  VolumeAPIName: 'volumeApiName',
}

export function sharedProducts(): Product[] {
  const products = new Map<string, Product>()
  for (const text of gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')) {
    const line: Line = JSON.parse(text)
    const { unit, quantity } = normaliseUnit(line.unit)
    const { service, family, location: region, sku, currency } = line
    const attributes = Object.fromEntries(
      Object.entries(line.attributes).map(([key, value]) => [ours[key] ?? `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`, value]),
    )
    const product = products.get(sku) ?? { sku, service, family, region, attributes, currency, unit, tiers: [] }
    const each = (figure: string, change: (decimal: Decimal) => Decimal) =>
      quantity === '1' ? figure : change(new Decimal(figure)).toFixed()
    const start = line.price_attributes.StartingRange ?? '0'
    product.tiers.push([each(start, (from) => from.times(quantity)), each(line.price, (price) => price.div(quantity))])
    products.set(sku, product)
  }
  for (const { tiers } of products.values()) tiers.sort(([one], [other]) => Number(one) - Number(other))
  return [...products.values()]
}

export const ratesOf = ({ tiers }: Product): Rate[] =>
  tiers.map(([from, price], place) => {
    const next = tiers[place + 1]
    return { from: new Decimal(from), to: next ? new Decimal(next[0]) : null, price: new Decimal(price) }
  })

/** Of several that fit, the cheapest that is not free, then the first by its number. */
export function pricesOf(products: readonly Product[], onTie?: (select: ProductSelector, skus: string[]) => void): PriceSource {
  const groups = new Map<string, Product[]>()
  for (const product of products) {
    for (const key of [product.service, `${product.service} ${product.attributes.instanceType}`]) {
      const group = groups.get(key)
      if (group) group.push(product)
      else groups.set(key, [product])
    }
  }
  const find = (select: ProductSelector): FoundPrice | undefined => {
    const wanted = select.attributes.map((one) => ({ key: one.key, fits: fitting(one) }))
    const type = select.attributes.flatMap((one) => (one.key === 'instanceType' && 'value' in one ? [` ${one.value}`] : []))
    const candidates = (groups.get(`${select.service}${type[0] ?? ''}`) ?? []).filter(
      ({ family, region, attributes }) =>
        (select.family === undefined || family === select.family) &&
        region === select.region &&
        wanted.every(({ key, fits }) => attributes[key] !== undefined && fits(attributes[key])),
    )
    if (candidates.length > 1)
      onTie?.(
        select,
        candidates.map(({ sku }) => sku),
      )
    const [best] = candidates.sort((one, other) => rank(one) - rank(other) || (one.sku < other.sku ? -1 : 1))
    return best && { sku: best.sku, currency: best.currency, unit: best.unit, rates: ratesOf(best), notes: [] }
  }
  return async (asked) => asked.map(({ select, purchaseOption }) => (purchaseOption === 'on_demand' ? find(select) : undefined))
}

const rank = ({ tiers }: Product): number => Math.min(...tiers.map(([, price]) => Number(price) || Number.POSITIVE_INFINITY))

function fitting(one: ProductSelector['attributes'][number]): (value: string) => boolean {
  if ('value' in one) return (value) => value === one.value
  const pattern = new RegExp(one.pattern)
  return (value) => pattern.test(value)
}
