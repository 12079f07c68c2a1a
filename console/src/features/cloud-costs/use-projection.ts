/** What a period that is not over will have cost at its end, by the same line through the days that budgets are judged by. */
import { useMemo } from 'react'
import { forecast } from '../../../../src/domains/cost-budgets/forecast.ts'
import { today } from './period.ts'
import { type CostSearch, periodOf } from './search.ts'
import { byAccount, completeOf } from './use-comparison.ts'
import { questionOf, useCosts } from './use-costs.ts'

/** @returns undefined when the period is over, or too few of its days are billed */
export function useProjection(organization: string, search: CostSearch): number | undefined {
  const range = periodOf(search)
  const isOpen = range.end > today()
  const { data } = useCosts(organization, { ...questionOf(search, search.currency ?? 'USD'), ...byAccount }, isOpen)
  return useMemo(() => {
    if (!isOpen || !data) return undefined
    const days = data.parts.map(({ time, cost }) => ({ day: time, cost: String(cost) }))
    const complete = completeOf(data.parts)
    const amount = complete === undefined ? undefined : forecast(range, days, complete)
    return amount === undefined ? undefined : Number(amount)
  }, [data, isOpen, range])
}
