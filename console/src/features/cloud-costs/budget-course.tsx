import { useTranslation } from 'react-i18next'
import { Asked } from '@/kit/states.tsx'
import { money } from '@/kit/when.tsx'
import type { Budget } from './budgets-page.tsx'
import { BudgetChart } from './cost-chart.tsx'
import { dayLabel, shortMoney } from './format.ts'
import { stepsOf } from './period.ts'
import type { Currency, Filters } from './search.ts'
import { type Costs, useCosts } from './use-costs.ts'

/** What was spent day by day, against the amount; then on to what is forecast. */
export function BudgetCourse({ organization, budget }: { organization: string; budget: Budget }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const range = { begin: budget.span_begin, end: budget.span_end }
  const question = {
    range,
    step: 'day' as const,
    by: [],
    currency: budget.currency as Currency,
    type: undefined,
    filters: budget.filters as Filters,
    tagging: undefined,
  }
  const costs = useCosts(organization, question)
  return (
    <Asked of={costs}>
      {(answer) => (
        <BudgetChart
          label={t('budgets.chart', { name: budget.name })}
          points={pointsOf(budget, answer)}
          amount={Number(budget.amount)}
          names={{
            spent: t('budgets.spent'),
            forecast: t('budgets.forecast'),
            amount: `${t('budgets.amount')} ${money(budget.amount, budget.currency, i18n.language)}`,
          }}
          format={(value) => money(value, budget.currency, i18n.language)}
          formatShort={(value) => shortMoney(value, budget.currency, i18n.language)}
          formatStep={(step) => dayLabel(step, i18n.language)}
        />
      )}
    </Asked>
  )
}

export interface CoursePoint {
  step: string
  spent?: number
  forecast?: number
}

export function pointsOf(
  { span_begin, span_end, forecast }: Pick<Budget, 'span_begin' | 'span_end' | 'forecast'>,
  { parts }: Pick<Costs, 'parts'>,
): CoursePoint[] {
  const steps = stepsOf({ begin: span_begin, end: span_end }, 'day')
  const costOf = new Map<string, number>()
  for (const { time, cost } of parts) costOf.set(time, (costOf.get(time) ?? 0) + cost)
  const last = steps.findLastIndex((step) => costOf.has(step))
  let sum = 0
  const points: CoursePoint[] = steps.map((step, index) => {
    sum += costOf.get(step) ?? 0
    return index <= last ? { step, spent: sum } : { step }
  })
  const from = points[last]
  if (forecast === undefined || from?.spent === undefined) return points
  const slope = (Number(forecast) - from.spent) / Math.max(1, steps.length - 1 - last)
  return points.map((point, index) => (index < last ? point : { ...point, forecast: (from.spent ?? 0) + slope * (index - last) }))
}
