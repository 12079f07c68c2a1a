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
  /** By account, as `accountOf` names it. */
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

/** What is billed by itself, of keys that begin as `base` does. */
const accountOf = ([, master, provider]: readonly string[]): string => JSON.stringify([master, provider])

/** Sums of accounts that are read at once. */
const mostByAccount = 100_000

/** Where bills name more accounts than anybody has, all are one. */
async function byAccount<T>(run: (by: { groupBy: readonly CostKey[]; most?: number }) => Promise<T>): Promise<T> {
  try {
    return await run({ groupBy: base, most: mostByAccount })
  } catch (error) {
    if (!(error instanceof TooManySums)) throw error
    return run({ groupBy: ['time'] })
  }
}

/** The last day before `end` that each account was billed for, whatever was on the bill: up to there, what does not occur cost nothing. */
export async function lastDaysOf(tx: OrgTx, range: Span, { costs, costType }: How): Promise<ReadonlyMap<string, Day>> {
  const last = new Map<string, Day>()
  const question = { ...range, granularity: 'day', filters: {}, costType, currency: null } as const
  for (const { keys } of await byAccount((by) => costs.sums(tx, { ...question, ...by }))) {
    const [day = ''] = keys
    if (day > (last.get(accountOf(keys)) ?? '')) last.set(accountOf(keys), day)
  }
  return last
}

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
    return asks.map((ask) => {
      const values = lists.map((list) => new Set(ask.filters[list]))
      const fits = ({ keys }: CostSum) => values.every((some, at) => some.has(keys[base.length + at] ?? ''))
      return sumsOf({ ...read, earlier: read.earlier.filter(fits), recent: read.recent.filter(fits) })
    })
  } catch (error) {
    // It may be a currency of only one of them.
    if (error instanceof MissingRate || error instanceof TooManySums) return undefined
    throw error
  }
}

async function alone(tx: OrgTx, ask: Ask, how: How): Promise<Sums | MissingRate> {
  try {
    return sumsOf(await byAccount((by) => partsOf(tx, ask, { ...how, ...by })))
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
}

/** From when on days are read: as many as a forecast looks at, and those that bills may be late. */
export function recentFrom({ span, end }: Pick<Ask, 'span' | 'end'>, today: Day): Day {
  const recent = monthAfter(addDays(today < end ? today : end, -trendDays - 14), 0)
  return recent <= span.begin ? span.begin : recent
}

async function partsOf(tx: OrgTx, { span, end, currency, filters }: Ask, { costs, costType, today, groupBy, most }: Options) {
  const from = recentFrom({ span, end }, today)
  const ask = (range: Span, granularity: 'month' | 'day') =>
    sumsIn(tx, costs, { ...range, granularity, filters, groupBy, costType, currency, most })
  return {
    from,
    earlier: from > span.begin ? await ask({ begin: span.begin, end: from }, 'month') : [],
    recent: await ask({ begin: from, end }, 'day'),
  } satisfies Parts
}

const sumsOf = ({ from, earlier, recent }: Parts): Sums => ({
  from,
  earlier: earlier.length === 0 ? undefined : earlier.reduce((sum, { cost }) => sum.plus(cost), new Exact(0)),
  recent: recent.map(({ keys, cost }) => ({ day: keys[0] ?? '', account: accountOf(keys), cost })),
})
