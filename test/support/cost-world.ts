/** Two months of costs of two providers, from a seed, and the sums that a reader would make of them with pencil and paper. */
import { Decimal } from 'decimal.js'
import type { Schema } from '../../src/contract/operation.ts'
import type { TagRules } from '../../src/costs/attribution.ts'
import { type Charge, dimensionOf } from './cost-charges.ts'

export const Exact = Decimal.clone({ precision: 200 })

export const rules: TagRules = {
  project: { keys: ['Project'], regex: '' },
  environment: { keys: ['Env'], regex: '' },
  component: { keys: ['Component'], regex: '' },
  generation: 1,
}

/** mulberry32 */
export function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const services = [
  ['AmazonEC2', 'compute', 'aws'],
  ['AmazonS3', 'storage', 'aws'],
  ['AmazonRDS', 'database', 'aws'],
  ['Compute Engine', 'compute', 'google'],
  ['Cloud Storage', 'storage', 'google'],
] as const

/** @param period first day of the month */
export function chargesOf(period: string, count: number, seed: number, currency = 'USD'): Charge[] {
  const random = randomOf(seed)
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T
  return Array.from({ length: count }, () => {
    const [service, category, provider] = pick(services)
    const tags: Record<string, string> = {}
    const [project, env, component] = [
      pick(['', 'Web Shop', 'Käse', 'data', 'ops', 'mail', 'lab']),
      pick(['', 'prod', 'Staging']),
      pick(['', 'api']),
    ]
    if (project) tags['Project'] = project
    if (env) tags['Env'] = env
    if (component) tags['Component'] = component
    const billed = `${random(20) === 0 ? '-' : ''}${random(40)}.${String(random(1e9)).padStart(9, '0')}`
    return {
      provider,
      service,
      category,
      currency,
      master_account: provider === 'aws' ? '111111111111' : '01A-02B',
      linked_account: provider === 'aws' ? pick(['222222222222', '333333333333']) : 'acme-prod',
      region: pick(provider === 'aws' ? ['eu-west-1', 'us-east-1'] : ['europe-west1']),
      instance_type: category === 'compute' ? pick(['m5.large', 't3.micro']) : '',
      record_type: random(10) === 0 ? 'tax' : 'usage',
      day: `${period.slice(0, 8)}${String(random(28) + 1).padStart(2, '0')}`,
      billed,
      effective: new Exact(billed).times('0.9').toFixed(),
      resource: `${provider}-${random(30)}`,
      tags,
      ...(category === 'compute' && provider === 'aws' ? { focus: { ConsumedUnit: 'Hours' }, consumed: '24' } : {}),
    } satisfies Charge
  })
}

const canonicals: Readonly<Record<string, string>> = { 'Web Shop': 'web-shop', Käse: 'kase', Staging: 'staging' }
const canonical = (text = '') => canonicals[text] ?? text

export const projectOf = ({ tags }: Charge) => canonical(tags?.['Project'])
export const environmentOf = ({ tags }: Charge) => canonical(tags?.['Env'])
export const componentOf = ({ tags }: Charge) => canonical(tags?.['Component'])

export const monthOf = ({ day }: Charge) => day.slice(0, 7)
export const dayOf = ({ day }: Charge) => day
export function weekOf({ day }: Charge): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

/** What `group_by` calls them. */
export const keyOf = {
  environment: environmentOf,
  project: projectOf,
  service: (charge: Charge) => dimensionOf(charge).service,
  instance_type: (charge: Charge) => dimensionOf(charge).instance_type,
  category: (charge: Charge) => dimensionOf(charge).category,
  location: (charge: Charge) => dimensionOf(charge).region,
  linked_account: (charge: Charge) => dimensionOf(charge).linked_account,
  record_type: (charge: Charge) => dimensionOf(charge).record_type,
} as const

type Bucket = Schema<'CloudCostManagementBucket'>
type Key = (charge: Charge) => string

/** `[["2026-07", "AmazonEC2"], 12.5]` of each innermost bucket. */
export function leavesOf(buckets: readonly Bucket[], above: readonly string[] = []): Map<string, number> {
  const leaves = new Map<string, number>()
  for (const { value, cost, buckets: below } of buckets)
    if (below) for (const [key, amount] of leavesOf(below, [...above, value])) leaves.set(key, amount)
    else leaves.set(JSON.stringify([...above, value]), cost)
  return leaves
}

/** The same, from the charges. */
export function expectedLeaves(
  charges: readonly Charge[],
  keys: readonly Key[],
  costType: 'billed' | 'effective' = 'billed',
): Map<string, number> {
  const sums = new Map<string, Decimal>()
  for (const charge of charges) {
    const key = JSON.stringify(keys.map((of) => of(charge)))
    sums.set(key, (sums.get(key) ?? new Exact(0)).plus(charge[costType] ?? charge.billed))
  }
  return new Map([...sums].map(([key, sum]) => [key, sum.toNumber()]))
}

export const totalOf = (charges: readonly Charge[]): number =>
  charges.reduce((sum, { billed }) => sum.plus(billed), new Exact(0)).toNumber()

export const sorted = (leaves: Map<string, number>) => [...leaves].sort(([a], [b]) => (a < b ? -1 : 1))
