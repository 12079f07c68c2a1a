/** Looks through the usage of the last weeks for days that stand out. */
import { type CostFilters, type CostKey, type CostStore, type CostSum, TooManySums } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Day } from '../../formats/billing/types.ts'
import { medianOf } from '../cost-budgets/forecast.ts'
import { amountText, Exact } from '../cost-budgets/money.ts'
import { addDays, daysBetween, type Span } from '../cost-budgets/spans.ts'
import { type Ask, accountName, findNewAccounts, type NewAccounts } from './accounts.ts'
import { causesOf, daysBefore, reasonOf } from './causes.ts'
import { detect, type Outstanding, windowDays } from './detect.ts'
import type { Found, What } from './queries.ts'

/** Days before the last one that are judged each time: as long as bills of two months are corrected. */
export const judgedDays = 40
/** What goes on since before those must be known to go on. */
const warmUpDays = 21
/** Differences that are smaller count for nothing: in units of the currency, and as a part of what everything costs on a day. */
const leastDifference = 5
const leastPart = 0.02
/** Kinds of cost that are looked at, the most expensive ones, and days that are told of one run; a bill may hold any number of names. */
const mostKinds = 2000
const mostFound = 200
const mostProviders = 100
/** Sums that are read at once, for judging and for explaining. */
const mostSums = 200_000
const mostParts = 20_000

export interface Judged {
  /** The days that were judged: what is not found in them any more is over. */
  begin: Day
  end: Day
  found: Found[]
}

/** Bought, taxed and credited things come once by their nature. */
const usage = { record_types: ['usage'] } satisfies CostFilters

interface Asked {
  costs: CostStore
  costType: 'billed' | 'effective'
  today: Day
}

/** Undefined: no usage is known. */
export async function findAnomalies(tx: OrgTx, { costs, costType, today }: Asked): Promise<Judged | undefined> {
  const ask: Ask = (question, groupBy) =>
    costs.sums(tx, { granularity: 'day', filters: usage, costType, currency: null, ...question, groupBy })
  // Usage that a bill dates ahead says nothing about today.
  const latest = { begin: addDays(today, -400), end: addDays(today, 1) }
  const dearest = (await ask({ ...latest, dearest: mostProviders }, ['provider'])).map(({ keys: [provider = ''] }) => provider)
  if (dearest.length === 0) return undefined
  const whose = { ...usage, providers: dearest }
  const lastOf = new Map<string, Day>()
  const firstOf = new Map<string, Day>()
  for (const {
    keys: [day = '', provider = ''],
  } of await ask({ ...latest, filters: whose }, ['time', 'provider'])) {
    if (day > (lastOf.get(provider) ?? '')) lastOf.set(provider, day)
    if (day < (firstOf.get(provider) ?? '9')) firstOf.set(provider, day)
  }
  const last = [...lastOf.values()].sort().at(-1)
  if (last === undefined) return undefined
  const end = [last, addDays(today, -1)].sort()[0] ?? last
  const judged = { begin: addDays(end, -judgedDays), end }
  const range = { begin: addDays(judged.begin, -warmUpDays - windowDays), end }
  const keys = ['provider', 'service', 'project', 'currency'] as const
  const dear = (await ask({ ...judged, filters: whose, dearest: mostKinds }, keys)).filter(({ cost }) =>
    new Exact(cost).gte(leastDifference),
  )
  if (dear.length === 0) return { ...judged, found: [] }
  const perDay = minimumsOf(await ask({ ...range, filters: { ...whose, services: namesOf(dear, 1) } }, ['time', 'currency']), range)
  const { kinds, filters, sums } = await dayByDay(ask, dear, { ...range, filters: whose }, keys)
  const length = daysBetween(range.begin, end)
  const all = seriesOf(sums, kinds, range.begin, length)
  const accounts = await findNewAccounts(ask, whose, range, firstOf)
  const own =
    accounts.since.size === 0
      ? []
      : await upTo(mostSums, (most) =>
          ask({ ...range, filters: { ...filters, ...accounts.filters }, most }, ['time', ...keys, ...ofAccount]),
        )
  // More than can be told apart are judged like everybody's.
  const apart = own === undefined ? all : withoutNew(all, own, accounts, kinds, range.begin)
  const outstanding = apart.flatMap(({ what, costs, since }) => {
    // The last day of a provider's bills is not whole yet.
    const whole = daysBetween(range.begin, lastOf.get(what.provider) ?? end)
    const known = Math.max(0, daysBetween(range.begin, since ?? firstOf.get(what.provider) ?? range.begin))
    const minimum = perDay.get(what.currency) ?? leastDifference
    return detect({ begin: range.begin, costs: costs.slice(0, whole), known, minimum })
      .filter(({ day }) => day >= judged.begin)
      .filter((one) => !movedTo(all, what, daysBetween(range.begin, one.day), one.cost - one.expected))
      .map((one) => ({ ...one, what, ...(since === undefined ? {} : { since }) }))
  })
  outstanding.sort((a, b) => b.cost - b.expected - (a.cost - a.expected))
  // Two accounts may stand out on the same day: it is the same service of the same project.
  const different = new Map(outstanding.toReversed().map((one) => [JSON.stringify([one.day, one.what]), one]))
  const found: Found[] = []
  for (const one of [...different.values()].reverse().slice(0, mostFound)) found.push(await explained(one, ask))
  return { ...judged, found }
}

const namesOf = (sums: readonly CostSum[], at: number): string[] => [...new Set(sums.map(({ keys }) => keys[at] ?? ''))]

/** Undefined: there are more. */
async function upTo<T>(most: number, run: (most: number) => Promise<T>): Promise<T | undefined> {
  try {
    return await run(most)
  } catch (error) {
    if (error instanceof TooManySums) return undefined
    throw error
  }
}

/** The dearest kinds, as many as can be read: what has their services and projects may be far more than they are. */
async function dayByDay(ask: Ask, dear: readonly CostSum[], range: Span & { filters: CostFilters }, keys: readonly CostKey[]) {
  for (let count = dear.length; ; count = Math.floor(count / 2)) {
    const some = dear.slice(0, count)
    const filters = { ...range.filters, services: namesOf(some, 1), projects: namesOf(some, 2) }
    const sums = count === 0 ? [] : await upTo(mostSums, (most) => ask({ ...range, filters, most }, ['time', ...keys]))
    if (sums) return { kinds: new Map(some.map((sum) => [JSON.stringify(sum.keys), sum.keys])), filters, sums }
  }
}

/** Of each currency: what a difference must be to count. */
function minimumsOf(sums: readonly CostSum[], { begin, end }: { begin: Day; end: Day }): Map<string, number> {
  const days = new Map<string, Map<string, number>>()
  for (const {
    keys: [day = '', currency = ''],
    cost,
  } of sums) {
    const of = days.get(currency) ?? new Map<string, number>()
    days.set(currency, of.set(day, (of.get(day) ?? 0) + Number(cost)))
  }
  const count = daysBetween(begin, end)
  return new Map(
    [...days].map(([currency, of]) => {
      const usual = medianOf([...of.values(), ...Array.from({ length: Math.max(0, Math.min(count, windowDays) - of.size) }, () => 0)])
      return [currency, Math.max(leastDifference, usual * leastPart)]
    }),
  )
}

interface Series {
  readonly what: What
  /** Day after day. */
  readonly costs: number[]
  /** Of a new account: its first day. */
  readonly since?: Day
}

const ofAccount = ['master_account', 'linked_account'] as const

/** What is of new accounts is judged by itself, from when they came; the rest without it. */
function withoutNew(
  all: readonly Series[],
  sums: readonly CostSum[],
  { since }: NewAccounts,
  kinds: ReadonlyMap<string, readonly string[]>,
  begin: Day,
): Series[] {
  const rest = new Map(all.map((one) => [JSON.stringify(Object.values(one.what)), { ...one, costs: [...one.costs] }]))
  const added = new Map<string, Series>()
  for (const {
    keys: [day = '', provider = '', service = '', project = '', currency = '', master = '', linked = ''],
    cost,
  } of sums) {
    const account = accountName(provider, master, linked)
    const kind = JSON.stringify([provider, service, project, currency])
    const series = rest.get(kind)
    const first = since.get(account)
    if (!series || first === undefined || !kinds.has(kind)) continue
    const at = daysBetween(begin, day)
    const left = (series.costs[at] ?? 0) - Number(cost)
    // What is left of a difference of doubles is nothing.
    series.costs[at] = Math.abs(left) < 1e-6 ? 0 : left
    const name = JSON.stringify([kind, account])
    const one = added.get(name) ?? { what: series.what, costs: series.costs.map(() => 0), since: first }
    one.costs[at] = Number(cost)
    added.set(name, one)
  }
  return [...rest.values(), ...added.values()]
}

/** A day that costs this part of what is usual, or less, has lost something. */
const lostPart = 0.75

/**
 * Did what stands out only change its project, because a tag was renamed? Then others cost that much less of the same service. Not by
 * the sum of all projects: where that is large, it hides what happens to a small one.
 */
function movedTo(all: readonly Series[], { provider, service, project, currency }: What, at: number, difference: number): boolean {
  const lost = all.map(({ what, costs }) => {
    if (what.provider !== provider || what.service !== service || what.currency !== currency || what.project === project) return 0
    const before = costs.slice(Math.max(0, at - windowDays), at)
    // Weekends may always be quiet.
    const sameWeekday = before.filter((_, index) => (before.length - index) % 7 === 0)
    const usual = Math.min(medianOf(before), sameWeekday.length > 0 ? medianOf(sameWeekday) : Number.POSITIVE_INFINITY)
    const cost = costs[at] ?? 0
    return cost <= usual * lostPart ? usual - cost : 0
  })
  return lost.reduce((sum, one) => sum + one, 0) >= difference / 2
}

function seriesOf(sums: readonly CostSum[], kinds: ReadonlyMap<string, readonly string[]>, begin: Day, length: number) {
  const series = new Map<string, Series>()
  for (const {
    keys: [day = '', ...keys],
    cost,
  } of sums) {
    const name = JSON.stringify(keys)
    if (!kinds.has(name)) continue
    const [provider = '', service = '', project = '', currency = ''] = keys
    const one = series.get(name) ?? { what: { provider, service, project, currency }, costs: Array.from({ length }, () => 0) }
    one.costs[daysBetween(begin, day)] = Number(cost)
    series.set(name, one)
  }
  return [...series.values()]
}

async function explained({ what, ...one }: Outstanding & Pick<Series, 'what' | 'since'>, ask: Ask): Promise<Found> {
  const { provider, service, project, currency } = what
  const around = {
    begin: addDays(one.day, -daysBefore),
    end: addDays(one.day, 1),
    filters: { ...usage, providers: [provider], services: [service], projects: [project] },
  }
  const sums =
    (await upTo(mostParts, (most) => ask({ ...around, most }, ['time', 'location', 'instance_type', 'linked_account', 'currency']))) ??
    // So many that none of them made much of it.
    (await ask(around, ['time', 'currency'])).map((sum) => ({ ...sum, keys: [sum.keys[0] ?? '', '', '', '', sum.keys[1] ?? ''] }))
  const parts = sums
    .filter(({ keys }) => keys[4] === currency)
    .map(({ keys: [day = '', region = '', instanceType = '', linkedAccount = ''], cost }) => ({
      day,
      region,
      instanceType,
      linkedAccount,
      cost,
    }))
  // Exact, as it was billed; what is expected is a guess anyway.
  const cost = parts.filter(({ day }) => day === one.day).reduce((sum, part) => sum.plus(part.cost), new Exact(0))
  // Of a new account that stands out, what the others cost is expected as well.
  const expected = one.since === undefined ? new Exact(one.expected) : Exact.max(0, cost.minus(one.cost - one.expected))
  const happened = { ...what, day: one.day, cost: amountText(cost), expected: expected.toDecimalPlaces(6).toFixed() }
  const causes = causesOf(parts, one.day, one.cost - one.expected)
  return { ...happened, causes, reason: reasonOf({ ...happened, isNew: one.isNew }, causes) }
}
