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
  rates: Rate[]
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
    const product = products.get(sku) ?? { sku, service, family, region, attributes, currency, unit, rates: [] }
    const from = new Decimal(line.price_attributes.StartingRange ?? 0).times(quantity)
    product.rates.push({ from, to: null, price: new Decimal(line.price).div(quantity) })
    products.set(sku, product)
  }
  for (const { rates } of products.values()) {
    rates.sort((one, other) => one.from.cmp(other.from))
    for (const [place, rate] of rates.entries()) rate.to = rates[place + 1]?.from ?? null
  }
  return [...products.values()]
}

/** Of several that fit, the cheapest that is not free, then the first by its number. */
export function pricesOf(products: readonly Product[], onTie?: (select: ProductSelector, skus: string[]) => void): PriceSource {
  const groups = new Map<string, Product[]>()
  for (const product of products) {
    const group = groups.get(product.service)
    if (group) group.push(product)
    else groups.set(product.service, [product])
  }
  const find = (select: ProductSelector): FoundPrice | undefined => {
    const wanted = select.attributes.map((one) => ({ key: one.key, fits: fitting(one) }))
    const candidates = (groups.get(select.service) ?? []).filter(
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
    const [best] = candidates.sort((one, other) => rank(one).cmp(rank(other)) || (one.sku < other.sku ? -1 : 1))
    return best && { sku: best.sku, currency: best.currency, unit: best.unit, rates: best.rates, notes: [] }
  }
  return async (asked) => asked.map(({ select, purchaseOption }) => (purchaseOption === 'on_demand' ? find(select) : undefined))
}

const rank = ({ rates }: Product): Decimal => {
  const costly = rates.map(({ price }) => price).filter((price) => price.greaterThan(0))
  return costly.length > 0 ? Decimal.min(...costly) : new Decimal('1e30')
}

function fitting(one: ProductSelector['attributes'][number]): (value: string) => boolean {
  if ('value' in one) return (value) => value === one.value
  const pattern = new RegExp(one.pattern)
  return (value) => pattern.test(value)
}
