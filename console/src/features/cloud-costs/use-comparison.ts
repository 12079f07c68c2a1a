/** Costs against those of the period before, by the days of which both are known: bills come late. */
import { completeUntil } from '../../../../src/domains/cost-budgets/forecast.ts'
import { addDays, type Compared, comparedIn, type Day, type Range, today } from './period.ts'
import type { Filters } from './search.ts'
import { type CostPart, type Costs, type CostsQuestion, useCosts } from './use-costs.ts'

export interface Comparison {
  ranges: Compared
  now: Costs
  before: Costs
}

/** Days by the accounts that are billed by themselves: one may be behind another. */
export const byAccount = { by: ['master_account', 'provider'], step: 'day' } as const

/** @param parts by account and day @returns the first day that may still grow */
export function completeOf(parts: readonly CostPart[]): Day | undefined {
  const lastDays = new Map<string, Day>()
  for (const { keys, time } of parts) {
    const account = JSON.stringify(keys)
    if (time > (lastDays.get(account) ?? '')) lastDays.set(account, time)
  }
  return completeUntil([...lastDays.values()], today())
}

/** What ended before that is billed, or will not be. */
const latestDays = 31

/** Whole bills come or not, whichever of their services are looked at. */
const ofBills = ({ providers, master_accounts: accounts }: Filters): Filters => ({
  ...(providers ? { providers } : {}),
  ...(accounts ? { master_accounts: accounts } : {}),
})

function useCompared(organization: string, { filters, ...question }: CostsQuestion): Compared | undefined {
  const { range } = question
  const recent: Range = { begin: addDays(today(), -latestDays), end: addDays(today(), 1) }
  const isOver = range.end <= recent.begin
  const { data } = useCosts(
    organization,
    { ...question, ...byAccount, filters: ofBills(filters), tagging: undefined, range: recent },
    !isOver,
  )
  if (isOver) return comparedIn(range, range.end)
  return data && comparedIn(range, completeOf(data.parts))
}

/** @param costs of the whole period @returns undefined while it is not known, and when no day is billed whole */
export function useComparison(organization: string, question: CostsQuestion, costs: Costs | undefined): Comparison | undefined {
  const { range } = question
  const ranges = useCompared(organization, question)
  const isWhole = ranges?.now.end === range.end
  const sums = { ...question, step: 'month' as const }
  const now = useCosts(organization, { ...sums, range: ranges?.now ?? range }, ranges !== undefined && !isWhole)
  const before = useCosts(organization, { ...sums, range: ranges?.before ?? range }, ranges !== undefined)
  // Of the same days, or nothing: an answer that stays until the next one is there is of others.
  const found = isWhole ? costs : now.isPlaceholderData ? undefined : now.data
  return ranges && found && before.data && !before.isPlaceholderData ? { ranges, now: found, before: before.data } : undefined
}
