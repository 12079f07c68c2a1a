/** Accounts that came lately. What moves in with them is new, and no jump of what was there before. */
import { type CostFilters, type CostStore, type CostSum, TooManySums } from '../../costs/types.ts'
import type { Day } from '../../formats/billing/types.ts'
import { addDays, monthAfter, type Span } from '../cost-budgets/spans.ts'

export type Ask = (
  question: Span & { filters?: CostFilters; granularity?: 'month'; most?: number; dearest?: number },
  groupBy: Parameters<CostStore['sums']>[1]['groupBy'],
) => Promise<CostSum[]>

/** Of the accounts of a provider, so many days after its first one are its beginning. */
const beginningDays = 7
/** More that are new are too many to tell apart. */
const mostNew = 200
/** Of accounts, and of their days. */
const mostSums = 50_000

export interface NewAccounts {
  /** What they have in common: the series of their costs are judged one by one. */
  readonly filters: CostFilters
  /** The first day of each, by `nameOf`. */
  readonly since: ReadonlyMap<string, Day>
}

export const accountName = (provider: string, master: string, linked: string): string => JSON.stringify([provider, master, linked])
const by = ['provider', 'master_account', 'linked_account'] as const

/**
 * Those of whom nothing was billed before the range, although something of their provider was, or is from long before them.
 * @param firstOf the first day of each provider that is known
 */
export async function findNewAccounts(...asked: Parameters<typeof lookForNew>): Promise<NewAccounts> {
  try {
    return await lookForNew(...asked)
  } catch (error) {
    if (!(error instanceof TooManySums)) throw error
    const [, usage] = asked
    return { filters: usage, since: new Map() }
  }
}

async function lookForNew(ask: Ask, usage: CostFilters, range: Span, firstOf: ReadonlyMap<string, Day>): Promise<NewAccounts> {
  const nameOf = ([provider = '', master = '', linked = '']: readonly string[]) => accountName(provider, master, linked)
  // Whole months are known as such.
  const before = { begin: monthAfter(range.begin, -12), end: monthAfter(range.begin, 0) }
  const old = new Set((await ask({ ...before, granularity: 'month', filters: usage, most: mostSums }, by)).map(({ keys }) => nameOf(keys)))
  const candidates = (await ask({ ...range, filters: usage, most: mostSums }, by)).filter(({ keys }) => !old.has(nameOf(keys)))
  if (candidates.length === 0 || candidates.length > mostNew) return { filters: usage, since: new Map() }
  const filters = { ...usage, linked_accounts: [...new Set(candidates.map(({ keys: [, , linked = ''] }) => linked))] }
  const first = new Map<string, Day>()
  // The days between the months and the range as well: who came on one of them is not new.
  for (const { keys } of await ask({ begin: before.end, end: range.end, filters, most: mostSums }, ['time', ...by])) {
    const [day = '', ...account] = keys
    const name = nameOf(account)
    if (!old.has(name) && day < (first.get(name) ?? '9')) first.set(name, day)
  }
  const provider = new Map(candidates.map(({ keys }) => [nameOf(keys), keys[0] ?? '']))
  const since = [...first].filter(([name, day]) => {
    const begin = firstOf.get(provider.get(name) ?? '') ?? day
    return day > range.begin && day > addDays(begin, beginningDays)
  })
  return { filters, since: new Map(since) }
}
