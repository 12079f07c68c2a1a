/** What was spent of budgets in their present spans, and what is forecast for their ends. */
import { type CostFilters, type CostStore, MissingRate } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Day } from '../../formats/billing/types.ts'
import { foldedFilters } from '../cloud-costs/folded.ts'
import { completeUntil, fewestDays, forecast } from './forecast.ts'
import { amountText, Exact } from './money.ts'
import type { BudgetFilters, BudgetRow } from './queries.ts'
import { addDays, daysBetween, inWords, type Span, spanOf } from './spans.ts'
import { type Ask, lastDaysOf, recentFrom, type Sums, sumsFor } from './sums.ts'

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
  const how = { ...question, today }
  const sums = await sumsFor(tx, asks, how)
  const begin = asks.map((ask) => recentFrom(ask, today)).sort()[0]
  // What a bill dates ahead says nothing of how far it goes.
  const lastDays =
    begin === undefined ? new Map<string, Day>() : await lastDaysOf(tx, { begin, end: isPast ? until : addDays(today, 1) }, how)
  return budgets.map(({ enabled }, index) => {
    const [ask, found] = [asks[index], sums[index]]
    if (!ask || !found) throw new Error('there are sums for each question')
    const spending =
      found instanceof MissingRate ? unknown(ask, found) : spendingIn(ask, found, lastDays, isPast ? addDays(until, 1) : today)
    return enabled ? spending : { ...spending, problem: '' }
  })
}

const unknown = ({ span, currency }: Ask, error: MissingRate): Spending => ({
  span,
  spent: undefined,
  forecast: undefined,
  problem: missingRate(error, currency),
})

/**
 * @param lastDays of each account, up to which its bills go
 * @param today or, for who looks back, the day on which all days that count might have been billed
 */
function spendingIn({ span }: Ask, { earlier, from, recent }: Sums, lastDays: ReadonlyMap<string, Day>, today: Day): Spending {
  const before = earlier ?? new Exact(0)
  const spent = amountText(recent.reduce((sum, { cost }) => sum.plus(cost), before))
  // The bills that it is on tell how far it is known; where it is on none, any may bring it.
  const own = [...new Set(recent.map(({ account }) => account))].flatMap((account) => lastDays.get(account) ?? [])
  const known = own.length > 0 ? own : [...lastDays.values()]
  const complete = completeUntil(known, today)
  // Costs before the first of these days were there too.
  const days = earlier === undefined ? recent : [{ day: from, cost: '0' }, ...recent]
  const rest = complete === undefined ? undefined : forecast({ begin: from, end: span.end }, days, complete)
  return {
    span,
    spent,
    forecast: rest === undefined ? undefined : amountText(before.plus(rest)),
    problem: problemOf(days.length === 0 ? undefined : known.sort().at(-1), from, today),
  }
}

const missingRate = ({ currency, day }: MissingRate, into: string) =>
  `Costs of ${inWords(day)} are in ${currency}, and there is no exchange rate from there to ${into}: enter one for that day or an earlier one`

/** Bills come a day or two late; when they are this late, something is wrong with them. */
const lateDays = 5

/** @param last day of the bills; undefined when nothing that counts is on them since `from` */
function problemOf(last: Day | undefined, from: Day, today: Day): string {
  if (daysBetween(last ?? addDays(from, -1), today) <= lateDays) return ''
  return last === undefined
    ? `Nothing that counts here was billed since ${inWords(from)}: look at the cloud cost accounts and at the filters of the budget`
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
