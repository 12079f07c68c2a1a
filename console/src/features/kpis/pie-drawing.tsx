import '@mantine/charts/styles.css'
import { PieChart } from '@mantine/charts'
import type { Slice } from './pie.tsx'

export default function PieDrawing({ slices }: { slices: readonly Slice[] }) {
  const data = slices.map(({ label, value, color }) => ({ name: label, value, color }))
  return (
    <PieChart
      data={data}
      size={170}
      withTooltip
      tooltipDataSource="segment"
      pieChartProps={{ accessibilityLayer: false }}
      pieProps={{ rootTabIndex: -1 }}
    />
  )
}
