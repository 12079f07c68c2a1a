/** Sums as nested buckets. Added up exactly; numbers become doubles at the very end, since the contract says so. */
import { Decimal } from 'decimal.js'
import type { Schema } from '../../contract/operation.ts'
import type { CostKey, CostSum } from '../../costs/types.ts'

export type Histogram = Schema<'CloudCostManagementHistogram'>
type Bucket = Schema<'CloudCostManagementBucket'>

/** Sums of prices with many digits, by rates with many digits, stay exact. */
export const Exact = Decimal.clone({ precision: 200 })

/** An amount, with what is estimated of it. */
export interface Amount {
  cost: Decimal
  kwh: number
  co2e: number
}

const zero = new Exact(0)
export const nothing = (): Amount => ({ cost: zero, kwh: 0, co2e: 0 })

/** Read once: a sum is added on every level, and reading its digits takes ten times as long as adding them. */
export const amountOf = ({ cost, kwh, co2e }: CostSum): Amount => ({ cost: new Exact(cost), kwh, co2e })

export function addTo(amount: Amount, { cost, kwh, co2e }: Amount): void {
  amount.cost = amount.cost.plus(cost)
  amount.kwh += kwh
  amount.co2e += co2e
}

export function totalOf(sums: Iterable<CostSum>): Amount {
  const amount = nothing()
  for (const sum of sums) addTo(amount, amountOf(sum))
  return amount
}

/** Keys from strangers are keys of maps, never of objects. */
interface Node {
  amount: Amount
  below: Map<string, Node>
}

/**
 * @param groupBy what the keys of the sums are
 * @param levels which of them become levels, from the outside; the others are added up
 */
export function histogramOf(sums: readonly CostSum[], groupBy: readonly CostKey[], levels: readonly CostKey[]): Histogram {
  const positions = levels.map((level) => groupBy.indexOf(level))
  const root: Node = { amount: nothing(), below: new Map() }
  for (const sum of sums) {
    const amount = amountOf(sum)
    addTo(root.amount, amount)
    let node = root
    for (const position of positions) {
      const value = sum.keys[position] ?? ''
      const known = node.below.get(value)
      if (known) addTo(known.amount, amount)
      const next: Node = known ?? { amount: { ...amount }, below: new Map() }
      if (!known) node.below.set(value, next)
      node = next
    }
  }
  const coverage = coverageOf(sums)
  return {
    ...viewAmount(root.amount),
    ...(coverage === undefined ? {} : { energy_coverage: coverage }),
    buckets: bucketsOf(root, levels, 0),
  }
}

/** Time goes on; everything else begins with what costs most. */
function bucketsOf({ below }: Node, levels: readonly CostKey[], depth: number): Bucket[] {
  const byTime = levels[depth] === 'time'
  return [...below]
    .sort(([a, one], [b, other]) => (byTime ? 0 : other.amount.cost.cmp(one.amount.cost)) || (a < b ? -1 : a > b ? 1 : 0))
    .map(([value, node]) => ({
      value,
      ...viewAmount(node.amount),
      ...(depth + 1 < levels.length ? { buckets: bucketsOf(node, levels, depth + 1) } : {}),
    }))
}

export const viewAmount = ({ cost, kwh, co2e }: Amount) => ({ cost: cost.toNumber(), kwh, co2e })

/** Undefined where there is nothing to have a share of. A share is no money: doubles will do. Credits can make a part larger than the whole. */
function coverageOf(sums: readonly CostSum[]): number | undefined {
  let [whole, part] = [0, 0]
  for (const { effective, covered } of sums) {
    whole += Number(effective)
    part += Number(covered)
  }
  if (!(whole > 0)) return undefined
  return Math.round(Math.min(1, Math.max(0, part / whole)) * 1e6) / 1e6
}
