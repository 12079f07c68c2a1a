/** What was spent of budgets in their present spans, and what is forecast for their ends. */
import { type CostFilters, type CostStore, MissingRate } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Day } from '../../formats/billing/types.ts'
import { foldedFilters } from '../cloud-costs/folded.ts'
import { completeUntil, fewestDays, forecast } from './forecast.ts'
import { amountText, Exact } from './money.ts'
import type { BudgetFilters, BudgetRow } from './queries.ts'
import { addDays, daysBetween, inWords, type Span, spanOf } from './spans.ts'
import { type Ask, type Sums, sumsFor } from './sums.ts'

export interface Spending {
  readonly span: Span
  /** Undefined: it cannot be converted. */
  readonly spent: string | undefined
  readonly forecast: string | undefined
  /** Why nothing can be told, for people. */
  readonly problem: string
}

interface Question {
  costs: CostStore
  costType: 'billed' | 'effective'
  today: Day
  /** The first day that does not count any more, for who looks back; the spans are those of the day before it. */
  until?: Day | undefined
}

/** In the order of the budgets. Those that ask for the same, or nearly, are asked once. */
export async function spendingOf(
  tx: OrgTx,
  budgets: readonly Pick<BudgetRow, 'span' | 'currency' | 'filters' | 'enabled'>[],
  { today, until = addDays(today, 1), ...question }: Question,
): Promise<Spending[]> {
  const isPast = until <= today
  const asks = budgets.map(({ span: kind, currency, filters }): Ask => {
    const span = spanOf(kind, isPast ? addDays(until, -1) : today)
    return { span, end: isPast && until < span.end ? until : span.end, currency, filters: costFiltersOf(filters) }
  })
  const sums = await sumsFor(tx, asks, { ...question, today })
  return budgets.map(({ enabled }, index) => {
    const [ask, found] = [asks[index], sums[index]]
    if (!ask || !found) throw new Error('there are sums for each question')
    const spending = found instanceof MissingRate ? unknown(ask, found) : spendingIn(ask, found, { today, isPast })
    return enabled ? spending : { ...spending, problem: '' }
  })
}

const unknown = ({ span, currency }: Ask, error: MissingRate): Spending => ({
  span,
  spent: undefined,
  forecast: undefined,
  problem: missingRate(error, currency),
})

function spendingIn({ span, end }: Ask, { earlier, from, recent }: Sums, { today, isPast }: { today: Day; isPast: boolean }): Spending {
  const days = recent.map(({ day, cost }) => ({ day, cost }))
  const before = earlier ?? new Exact(0)
  const spent = amountText(days.reduce((sum, { cost }) => sum.plus(cost), before))
  const lastDays = new Map<string, Day>()
  for (const { day, account } of recent) if (day > (lastDays.get(account) ?? '')) lastDays.set(account, day)
  const now = isPast ? addDays(end, 1) : today
  const complete = completeUntil([...lastDays.values()], now)
  // Costs before the first of these days were there too.
  const known = earlier === undefined ? days : [{ day: from, cost: '0' }, ...days]
  const rest = complete === undefined ? undefined : forecast({ begin: from, end: span.end }, known, complete)
  return {
    span,
    spent,
    forecast: rest === undefined ? undefined : amountText(before.plus(rest)),
    problem: problemOf(span, [...lastDays.values()].sort().at(-1), now),
  }
}

const missingRate = ({ currency, day }: MissingRate, into: string) =>
  `Costs of ${inWords(day)} are in ${currency}, and there is no exchange rate from there to ${into}: enter one for that day or an earlier one`

/** Bills come a day or two late; when they are this late, something is wrong with them. */
const lateDays = 5

function problemOf({ begin }: Span, last: Day | undefined, today: Day): string {
  if (last === undefined)
    return daysBetween(begin, today) < lateDays
      ? ''
      : `Nothing that counts here was billed since ${inWords(begin)}: look at the cloud cost accounts and at the filters of the budget`
  return daysBetween(last, today) <= lateDays
    ? ''
    : `The bills end with ${inWords(last)}: what was spent since then is not known, look at the cloud cost accounts`
}

export function costFiltersOf({ tags = [], ...lists }: BudgetFilters): CostFilters {
  const pairs = tags.map((tag) => {
    const [key = '', ...value] = tag.split(';')
    return { key, value: value.join(';') }
  })
  return foldedFilters({ ...lists, ...(pairs.length > 0 ? { tags: pairs } : {}) })
}

/** Why there is no forecast yet, for mails and reports. */
export const noForecast = `there is no forecast before ${fewestDays} whole days are billed`
