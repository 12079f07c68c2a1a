import '@mantine/charts/styles.css'
import { DonutChart } from '@mantine/charts'
import type { DonutProps } from '../chart.tsx'
import { colourAt } from './series.ts'

export default function Donut({ slices, format, size = 200, children }: DonutProps) {
  return (
    <DonutChart
      data={slices.map(({ label, value, color }, at) => ({ name: label, value, color: color ?? colourAt(at) }))}
      size={size}
      thickness={Math.round(size / 7)}
      paddingAngle={1}
      tooltipDataSource="segment"
      pieChartProps={{ accessibilityLayer: false }}
      pieProps={{ rootTabIndex: -1 }}
      {...(format ? { valueFormatter: format } : {})}
      {...(children === undefined ? {} : { chartLabel: children })}
    />
  )
}
