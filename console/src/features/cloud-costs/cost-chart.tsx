/** Loaded when a page first draws one: the library of charts is large. */
import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { BudgetChartProps, CostChartProps } from './cost-chart-drawing.tsx'

const Drawing = lazy(() => import('./cost-chart-drawing.tsx'))
const BudgetDrawing = lazy(async () => ({ default: (await import('./cost-chart-drawing.tsx')).BudgetDrawing }))

export const chartHeight = 300

export const CostChart = (props: CostChartProps) => (
  <Suspense fallback={<Skeleton height={chartHeight} />}>
    <Drawing {...props} />
  </Suspense>
)

export const BudgetChart = (props: BudgetChartProps) => (
  <Suspense fallback={<Skeleton height={chartHeight} />}>
    <BudgetDrawing {...props} />
  </Suspense>
)

/** Of series in their order, in both schemes; the rest is grey. */
export const colorOf = (index: number): string => `var(--chart-${index + 1})`
export const restColor = 'var(--chart-other)'
