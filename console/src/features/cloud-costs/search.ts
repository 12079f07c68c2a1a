/** What the costs page is asked by its address: every state of it can be shared as a link. */
import { addDays, type Granularity, granularityFor, isDay, type Preset, presets, type Range, rangeOf } from './period.ts'

export const dimensions = [
  'provider',
  'linked_account',
  'service',
  'project',
  'environment',
  'component',
  'location',
  'category',
  'instance_type',
  'record_type',
  'master_account',
] as const
export type Dimension = (typeof dimensions)[number]

export const filterNames = [
  'providers',
  'linked_accounts',
  'master_accounts',
  'services',
  'projects',
  'environments',
  'components',
  'regions',
  'categories',
  'instance_types',
  'record_types',
  'tags',
] as const
export type FilterName = (typeof filterNames)[number]
export type Filters = Partial<Record<FilterName, string[]>>

export const currencies = ['USD', 'EUR', 'GBP', 'CNY'] as const
export type Currency = (typeof currencies)[number]
export const measures = ['cost', 'kwh', 'co2e'] as const
export type Measure = (typeof measures)[number]
export const drawings = ['bars', 'areas'] as const
const granularities = ['day', 'week', 'month'] as const
const costTypes = ['billed', 'effective'] as const
const taggings = ['tagged_resources', 'untagged_resources'] as const
export const tabs = ['overview', 'resources'] as const

export interface CostSearch extends Filters {
  period?: Preset
  /** Of a period that is none of the presets; the last day counts. */
  from?: string
  to?: string
  currency?: Currency
  type?: (typeof costTypes)[number]
  step?: Granularity
  by?: Dimension[]
  measure?: Measure
  drawing?: (typeof drawings)[number]
  tagging?: (typeof taggings)[number]
  /** The way down: `provider:aws`, then `service:AmazonEC2`. */
  drill?: string[]
  tab?: (typeof tabs)[number]
}

const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined => known.find((one) => one === value)

function listOf(value: unknown): string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string' || typeof one === 'number').map(String)
  return list.length > 0 ? list.slice(0, 100) : undefined
}

/** Keeps what it knows. */
export function readSearch(raw: Record<string, unknown>): CostSearch {
  const by = listOf(raw['by'])?.flatMap((one) => oneOf(dimensions, one) ?? [])
  const found: CostSearch = {
    period: oneOf(presets, raw['period']),
    from: isDay(raw['from']) ? raw['from'] : undefined,
    to: isDay(raw['to']) ? raw['to'] : undefined,
    currency: oneOf(currencies, raw['currency']),
    type: oneOf(costTypes, raw['type']),
    step: oneOf(granularities, raw['step']),
    by: by && by.length > 0 ? [...new Set(by)] : undefined,
    measure: oneOf(measures, raw['measure']),
    drawing: oneOf(drawings, raw['drawing']),
    tagging: oneOf(taggings, raw['tagging']),
    drill: listOf(raw['drill'])?.filter((step) => readStep(step) !== undefined),
    tab: oneOf(tabs, raw['tab']),
  } as CostSearch
  for (const name of filterNames) {
    const values = listOf(raw[name])
    if (values) found[name] = values
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as CostSearch
}

export function periodOf({ period, from, to }: CostSearch): Range {
  if (from && to && from <= to) return { begin: from, end: addDays(to, 1) }
  return rangeOf(period ?? '30d')
}

export const stepOf = (search: CostSearch): Granularity => search.step ?? granularityFor(periodOf(search))

export interface DrillStep {
  dimension: Dimension
  value: string
}

export function readStep(step: string): DrillStep | undefined {
  const at = step.indexOf(':')
  const dimension = oneOf(dimensions, step.slice(0, at))
  return dimension && at > 0 ? { dimension, value: step.slice(at + 1) } : undefined
}

const filterOf: Record<Dimension, FilterName> = {
  provider: 'providers',
  linked_account: 'linked_accounts',
  master_account: 'master_accounts',
  service: 'services',
  project: 'projects',
  environment: 'environments',
  component: 'components',
  location: 'regions',
  category: 'categories',
  instance_type: 'instance_types',
  record_type: 'record_types',
}

/** Those of the toolbar, narrowed by the way down. */
export function filtersOf(search: CostSearch): Filters {
  const filters: Filters = {}
  for (const name of filterNames) {
    const values = search[name]
    if (values && values.length > 0) filters[name] = values
  }
  for (const step of search.drill ?? []) {
    const found = readStep(step)
    if (found) filters[filterOf[found.dimension]] = [found.value]
  }
  return filters
}

/** What a part is usually made of; below `undefined` are single resources. */
const below: Record<Dimension, Dimension | undefined> = {
  master_account: 'linked_account',
  provider: 'linked_account',
  linked_account: 'service',
  service: undefined,
  instance_type: undefined,
  project: 'environment',
  environment: 'component',
  component: 'service',
  location: 'service',
  category: 'service',
  record_type: 'service',
}

/** One step further down, into what these keys stand for; at the end are the resources. */
export function drillInto(search: CostSearch, by: readonly Dimension[], keys: readonly string[]): CostSearch {
  const drill = [...(search.drill ?? []), ...by.map((dimension, index) => `${dimension}:${keys[index] ?? ''}`)]
  const used = new Set(drill.map((step) => readStep(step)?.dimension))
  const last = by.at(-1)
  let next = last && below[last]
  while (next && used.has(next)) next = below[next]
  return { ...search, drill, by: [next ?? (used.has('location') ? 'record_type' : 'location')], ...(next ? {} : { tab: 'resources' }) }
}

/** Back to where so many steps were taken. */
export function backTo(search: CostSearch, steps: number): CostSearch {
  const left = readStep(search.drill?.[steps] ?? '')
  const { drill: _, ...rest } = search
  const drill = search.drill?.slice(0, steps)
  const { tab: __, ...open } = rest
  return { ...open, ...(drill && drill.length > 0 ? { drill } : {}), ...(left ? { by: [left.dimension] } : {}) }
}
