/** What a part costs in a month. */
import type { Decimal } from 'decimal.js'
import { Exact, nothing, rateText, sum } from './exact.ts'
import { type BilledPart, type FoundPrice, hoursPerMonth, type ProductSelector, type Rate } from './types.ts'

export interface PricedPart {
  part: BilledPart
  /** In a month. */
  quantity: Decimal
  cost: Decimal
  /** Of a unit: what it costs, or on average where units of several tiers are bought. */
  rate: Decimal
  notes: readonly string[]
}

/** A part that is left out. */
export interface Missing {
  label: string
  why: string
  /** It is assumed, and the plan says nothing of it. */
  usage: boolean
  select: ProductSelector
}

export const monthlyQuantity = ({ hourly, monthly }: BilledPart): Decimal =>
  hourly === undefined ? new Exact(monthly ?? 0) : new Exact(hourly).times(hoursPerMonth)

/** Why a found price is none for this part; undefined if it is one. */
export function whyNot(part: BilledPart, found: FoundPrice | undefined): string | undefined {
  if (!found || found.rates.length === 0) return 'no price is known'
  if (found.currency !== 'USD') return `its price is in ${found.currency}, and currencies are never mixed`
  if (found.unit !== part.unit) return `its price is by ${found.unit}, and not by ${part.unit}`
  return undefined
}

export function pricePart(part: BilledPart, found: FoundPrice): PricedPart {
  const quantity = monthlyQuantity(part)
  const bought = found.rates.map((rate) => ({ rate, units: unitsAt(rate, quantity) }))
  const cost = sum(bought.map(({ rate, units }) => units.times(rate.price)))
  const used = bought.filter(({ units }) => units.greaterThan(0))
  const [only] = used
  const tiers =
    used.length > 1 ? [`tiers: ${used.map(({ rate, units }) => `${units.toFixed()} × ${rateText(rate.price)}`).join(', ')}`] : []
  const rate = used.length > 1 ? cost.div(quantity) : (only ?? lowest(bought))?.rate.price
  return { part, quantity, cost, rate: new Exact(rate ?? nothing), notes: [...tiers, ...found.notes] }
}

/** How many of the units are bought at this rate. */
function unitsAt({ from, to }: Rate, quantity: Decimal): Decimal {
  const end = to === null || to.greaterThan(quantity) ? quantity : new Exact(to)
  const start = Exact.max(from, 0)
  return end.greaterThan(start) ? end.minus(start) : nothing
}

const lowest = <T extends { rate: Rate }>(bought: readonly T[]): T | undefined =>
  bought.reduce<T | undefined>((least, one) => (least === undefined || one.rate.from.lessThan(least.rate.from) ? one : least), undefined)
