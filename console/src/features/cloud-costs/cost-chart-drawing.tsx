import { AreaChart, BarChart, CompositeChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import { Box } from '@mantine/core'
import { chartHeight } from './cost-chart.tsx'

export interface CostChartProps {
  /** What is drawn, in words: for who does not see it. */
  label: string
  points: { step: string; [series: string]: number | string }[]
  series: { name: string; label: string; color: string }[]
  drawing: 'bars' | 'areas'
  format: (value: number) => string
  formatShort: (value: number) => string
  formatStep: (step: string) => string
  /** Of a series that can be looked into. */
  onPick: (series: string) => void
}

export default function CostChartDrawing({ label, points, series, drawing, format, formatShort, formatStep, onPick }: CostChartProps) {
  const common = {
    h: chartHeight,
    data: points,
    dataKey: 'step',
    series,
    valueFormatter: format,
    withLegend: false,
    tickLine: 'none' as const,
    gridAxis: 'x' as const,
    xAxisProps: { tickFormatter: formatStep, minTickGap: 24 },
    yAxisProps: { tickFormatter: formatShort, width: 72 },
    tooltipAnimationDuration: 0,
    tooltipProps: { labelFormatter: (step: unknown) => (typeof step === 'string' ? formatStep(step) : ''), wrapperStyle: { zIndex: 10 } },
  }
  // The figures are in the table below; the picture is one thing to screen readers.
  return (
    <Box role="img" aria-label={label}>
      {drawing === 'areas' ? (
        <AreaChart
          {...common}
          type="stacked"
          curveType="linear"
          withDots={false}
          areaProps={({ name }) => ({ isAnimationActive: false, onClick: () => onPick(name), cursor: 'pointer' })}
        />
      ) : (
        <BarChart
          {...common}
          type="stacked"
          maxBarWidth={48}
          barProps={({ name }) => ({ isAnimationActive: false, onClick: () => onPick(name), cursor: 'pointer' })}
          barChartProps={{ accessibilityLayer: false }}
        />
      )}
    </Box>
  )
}

/** To two digits, so that the axis ends with a number that people say. */
function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1)
  return Math.ceil(value / unit) * unit
}

export interface BudgetChartProps {
  label: string
  points: { step: string; spent?: number; forecast?: number }[]
  amount: number
  names: { spent: string; forecast: string; amount: string }
  format: (value: number) => string
  formatShort: (value: number) => string
  formatStep: (step: string) => string
}

export function BudgetDrawing({ label, points, amount, names, format, formatShort, formatStep }: BudgetChartProps) {
  return (
    <Box role="img" aria-label={label}>
      <CompositeChart
        h={chartHeight}
        data={points}
        dataKey="step"
        series={[
          { name: 'spent', label: names.spent, color: 'var(--chart-1)', type: 'area' },
          { name: 'forecast', label: names.forecast, color: 'var(--chart-3)', type: 'line', strokeDasharray: '5 5' },
        ]}
        curveType="linear"
        withDots={false}
        withLegend
        tickLine="none"
        gridAxis="x"
        valueFormatter={format}
        xAxisProps={{ tickFormatter: formatStep, minTickGap: 24 }}
        yAxisProps={{ tickFormatter: formatShort, width: 72, domain: [0, (max: number) => roundUp(Math.max(max, amount) * 1.05)] }}
        referenceLines={[{ y: amount, label: names.amount, color: 'red.7', labelPosition: 'insideTopLeft' }]}
        areaProps={{ isAnimationActive: false }}
        lineProps={{ isAnimationActive: false }}
        tooltipAnimationDuration={0}
      />
    </Box>
  )
}
