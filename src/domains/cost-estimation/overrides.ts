/** What an organization pays other than the list price. */
import { Decimal } from 'decimal.js'
import type { FoundPrice, PriceOverride } from '../../estimate/types.ts'

/** What overrides look at. */
export interface PricedProduct {
  provider: string
  service: string
  family: string
  region: string
  attributes: Readonly<Record<string, string>>
}

/** The last one that fits counts. */
export function withOverrides(price: FoundPrice, product: PricedProduct, overrides: readonly PriceOverride[]): FoundPrice {
  const override = overrides.findLast(({ match }) => fits(match, product))
  if (!override) return price
  const value = new Decimal(override.value)
  if (override.kind === 'absolute') {
    const note = override.note || 'a price of the organization'
    return { ...price, rates: [{ from: new Decimal(0), to: null, price: value }], notes: [...price.notes, note] }
  }
  const factor = value.div(100).plus(1)
  const sign = value.isNegative() ? '' : '+'
  const note = `${sign}${value.toFixed()} %${override.note ? `: ${override.note}` : ''}`
  return { ...price, rates: price.rates.map((rate) => ({ ...rate, price: rate.price.times(factor) })), notes: [...price.notes, note] }
}

const fits = ({ provider, service, family, region, attributes = {} }: PriceOverride['match'], product: PricedProduct): boolean =>
  provider === product.provider &&
  (service === undefined || service === product.service) &&
  (family === undefined || family === product.family) &&
  (region === undefined || region === product.region) &&
  Object.entries(attributes).every(([key, value]) => Object.hasOwn(product.attributes, key) && product.attributes[key] === value)
