/**
 * What budgets need to know of costs, in few questions: whole months that are long over are known as such, only the others are read day
 * by day; and budgets that differ in the values of their filters alone are read together, and told apart here.
 */
import { type CostFilters, type CostKey, type CostStore, type CostSum, MissingRate, TooManySums } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Day } from '../../formats/billing/types.ts'
import { sumsIn } from './converted.ts'
import { trendDays } from './forecast.ts'
import { Exact } from './money.ts'
import { addDays, monthAfter, type Span } from './spans.ts'

export interface Ask {
  readonly span: Span
  /** What is later does not count. */
  readonly end: Day
  readonly currency: string
  readonly filters: CostFilters
}

export interface Sums {
  /** Before the days; undefined: there was nothing, or the days begin with the span. */
  readonly earlier: InstanceType<typeof Exact> | undefined
  /** The first of the days. */
  readonly from: Day
  readonly recent: readonly { day: Day; account: string; cost: string }[]
}

interface How {
  costs: CostStore
  costType: 'billed' | 'effective'
  today: Day
}

/** Of each question; what cannot be converted is an answer too. */
export async function sumsFor(tx: OrgTx, asks: readonly Ask[], how: How): Promise<(Sums | MissingRate)[]> {
  const nameOf = (ask: Ask) => JSON.stringify([ask.span, ask.end, ask.currency, ask.filters])
  const known = new Map<string, Sums | MissingRate>()
  const different = [...new Map(asks.map((ask) => [nameOf(ask), ask])).values()]
  for (const group of groupsOf(different)) {
    const answers = (group.length > 1 ? await together(tx, group, how) : undefined) ?? (await eachOf(tx, group, how))
    for (const [index, ask] of group.entries()) {
      const answer = answers[index]
      if (answer) known.set(nameOf(ask), answer)
    }
  }
  return asks.flatMap((ask) => known.get(nameOf(ask)) ?? [])
}

async function eachOf(tx: OrgTx, asks: readonly Ask[], how: How): Promise<(Sums | MissingRate)[]> {
  const answers: (Sums | MissingRate)[] = []
  for (const ask of asks) answers.push(await alone(tx, ask, how))
  return answers
}

/** Filters that are one of the columns that costs are grouped by. */
const keysOf = {
  providers: 'provider',
  projects: 'project',
  environments: 'environment',
  components: 'component',
  services: 'service',
  categories: 'category',
  regions: 'location',
  instance_types: 'instance_type',
  master_accounts: 'master_account',
  linked_accounts: 'linked_account',
  record_types: 'record_type',
} as const satisfies Partial<Record<keyof CostFilters, CostKey>>
type List = keyof typeof keysOf

const listsIn = (filters: CostFilters): List[] => (Object.keys(keysOf) as List[]).filter((list) => (filters[list]?.length ?? 0) > 0)

/** Those that can be read together: of the same time and currency, with the same filters. Tags are on a cost many at a time. */
function groupsOf(asks: readonly Ask[]): Ask[][] {
  const groups = new Map<string, Ask[]>()
  for (const [index, ask] of asks.entries()) {
    const { span, end, currency, filters } = ask
    const isByItself = filters.tagging !== undefined || (filters.tags?.length ?? 0) > 0
    const key = JSON.stringify([span, end, currency, isByItself ? index : listsIn(filters)])
    groups.set(key, [...(groups.get(key) ?? []), ask])
  }
  return [...groups.values()]
}

const base = ['time', 'master_account', 'provider'] as const
/** Sums that are read at once: a tenth of a second. */
const mostSums = 20_000

/** Undefined: it is better to ask one after the other. */
async function together(tx: OrgTx, asks: readonly Ask[], how: How): Promise<Sums[] | undefined> {
  const [first] = asks
  if (!first) return []
  const lists = listsIn(first.filters)
  const filters = Object.fromEntries(lists.map((list) => [list, [...new Set(asks.flatMap((ask) => ask.filters[list] ?? []))]]))
  const groupBy: CostKey[] = [...base, ...lists.map((list) => keysOf[list])]
  try {
    const read = await partsOf(tx, { ...first, filters }, { ...how, groupBy, most: mostSums })
    const answers = asks.map((ask) => {
      const values = lists.map((list) => new Set(ask.filters[list]))
      const fits = ({ keys }: CostSum) => values.every((some, at) => some.has(keys[base.length + at] ?? ''))
      return sumsOf({ ...read, earlier: read.earlier.filter(fits), recent: read.recent.filter(fits) })
    })
    // What ended long ago is looked at closely.
    return answers.every((answer) => answer !== undefined) ? answers : undefined
  } catch (error) {
    // It may be a currency of only one of them.
    if (error instanceof MissingRate || error instanceof TooManySums) return undefined
    throw error
  }
}

async function alone(tx: OrgTx, ask: Ask, how: How): Promise<Sums | MissingRate> {
  try {
    const options = { ...how, groupBy: [...base] }
    return sumsOf(await partsOf(tx, ask, options)) ?? inDays(await partsOf(tx, ask, { ...options, isByDay: true }))
  } catch (error) {
    if (!(error instanceof MissingRate)) throw error
    return error
  }
}

interface Parts {
  readonly from: Day
  readonly earlier: readonly CostSum[]
  readonly recent: readonly CostSum[]
}

interface Options extends How {
  groupBy: readonly CostKey[]
  most?: number
  isByDay?: boolean
}

async function partsOf(tx: OrgTx, { span, end, currency, filters }: Ask, { costs, costType, today, groupBy, most, isByDay }: Options) {
  // As many days as a forecast looks at, and those that bills may be late.
  const recent = monthAfter(addDays(today < end ? today : end, -trendDays - 14), 0)
  const from = isByDay || recent <= span.begin ? span.begin : recent
  const ask = (range: Span, granularity: 'month' | 'day') =>
    sumsIn(tx, costs, { ...range, granularity, filters, groupBy, costType, currency, most })
  return {
    from,
    earlier: from > span.begin ? await ask({ begin: span.begin, end: from }, 'month') : [],
    recent: await ask({ begin: from, end }, 'day'),
  } satisfies Parts
}

const inDays = ({ from, recent }: Parts): Sums => ({
  from,
  earlier: undefined,
  recent: recent.map(({ keys: [day = '', ...keys], cost }) => ({ day, account: JSON.stringify(keys.slice(0, 2)), cost })),
})

/** Undefined: all that there is ended before the days, and when is not known. */
function sumsOf(parts: Parts): Sums | undefined {
  if (parts.earlier.length === 0) return inDays(parts)
  if (parts.recent.length === 0) return undefined
  return { ...inDays(parts), earlier: parts.earlier.reduce((sum, { cost }) => sum.plus(cost), new Exact(0)) }
}
