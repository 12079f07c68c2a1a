import '@mantine/charts/styles.css'
import { AreaChart, BarChart, LineChart } from '@mantine/charts'
import { useReducedMotion } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { ChartProps, ChartRow } from '../chart.tsx'

// The table beside it is for who does not see it: the drawing itself is hidden from them, so nothing in it may take the focus.
const seenOnly = { accessibilityLayer: false }

export default function Drawing({ kind, rows, x, series, format, formatX = String, height = 280, lines = [], onPick }: ChartProps) {
  const { i18n } = useTranslation()
  const still = useReducedMotion()
  const short = new Intl.NumberFormat(i18n.language, { notation: 'compact', maximumFractionDigits: 1 })
  const pick = (state: { activeTooltipIndex?: unknown } | null) => {
    const row = rows[Number(state?.activeTooltipIndex)]
    if (row) onPick?.(row)
  }
  const shared = {
    h: height,
    data: rows as ChartRow[],
    dataKey: x,
    series: series.map(({ key, label, color }) => ({ name: key, label, color: color ?? 'var(--chart-1)' })),
    ...(format ? { valueFormatter: format } : {}),
    withLegend: series.length > 1,
    legendProps: { verticalAlign: 'bottom' as const },
    gridAxis: 'x' as const,
    tickLine: 'none' as const,
    xAxisProps: { tickFormatter: (value: string) => (value === '' ? '' : formatX(value)), minTickGap: 24 },
    yAxisProps: { tickFormatter: (value: number) => short.format(value), width: 52 },
    tooltipProps: {
      labelFormatter: (value: unknown) => (value === undefined || value === '' ? '' : formatX(String(value))),
      isAnimationActive: !still,
      wrapperStyle: { zIndex: 10 },
    },
    referenceLines: lines.map(({ y, label }) => ({ y, label, color: 'red.7' })),
  }
  if (kind === 'line')
    return (
      <LineChart
        {...shared}
        curveType="linear"
        strokeWidth={2}
        withDots={rows.length < 40}
        lineChartProps={{ onClick: pick, ...seenOnly }}
      />
    )
  if (kind === 'bar' || kind === 'stacked-bar')
    return (
      <BarChart
        {...shared}
        type={kind === 'bar' ? 'default' : 'stacked'}
        maxBarWidth={48}
        barProps={{ isAnimationActive: !still }}
        barChartProps={{ onClick: pick, ...seenOnly }}
      />
    )
  return (
    <AreaChart
      {...shared}
      type={kind === 'area' ? 'default' : 'stacked'}
      curveType="linear"
      withDots={false}
      fillOpacity={kind === 'area' ? 0.2 : 0.55}
      areaChartProps={{ onClick: pick, ...seenOnly }}
    />
  )
}
