/** Charts: a drawing for eyes, and the same numbers as a table for everybody. Loaded when a page first shows one. */
import { Box, Button, Group, Skeleton, Table, Text } from '@mantine/core'
import { IconChartBar, IconTable } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { colourAt, mostSeries, withOther } from './chart/series.ts'

export interface ChartSeries {
  /** Of the rows' values. */
  key: string
  label: string
  /** A CSS colour or one of the theme; otherwise the next one of the charts' own. */
  color?: string | undefined
}

export type ChartRow = Readonly<Record<string, string | number | null | undefined>>

export interface ChartProps {
  kind: 'line' | 'area' | 'stacked-area' | 'bar' | 'stacked-bar'
  /** What it shows, for screen readers and as the table's caption. */
  label: string
  rows: readonly ChartRow[]
  /** The key of what stands along the bottom. */
  x: string
  series: readonly ChartSeries[]
  /** Numbers in words: money, percent. */
  format?: ((value: number) => string) | undefined
  /** What stands along the bottom in words: days, months. */
  formatX?: ((value: string) => string) | undefined
  height?: number
  /** A line across, such as a budget. */
  lines?: readonly { y: number; label: string }[] | undefined
  onPick?: ((row: ChartRow) => void) | undefined
}

export interface DonutProps {
  label: string
  slices: readonly { key: string; label: string; value: number; color?: string }[]
  format?: ((value: number) => string) | undefined
  size?: number
  /** In the middle. */
  children?: string
}

const Drawing = lazy(() => import('./chart/drawing.tsx'))
const DonutDrawing = lazy(() => import('./chart/donut.tsx'))

/** More than twelve series become the eleven largest and "other". */
export function Chart(props: ChartProps) {
  const { t, i18n } = useTranslation()
  const { label, rows, series, x, height = 280, formatX = String } = props
  const format = props.format ?? new Intl.NumberFormat(i18n.language).format
  const other = t('chart.other')
  const drawn = useMemo(() => withOther(rows, series, other), [rows, series, other])
  return (
    <Switchable
      label={label}
      height={height}
      drawing={<Drawing {...props} rows={drawn.rows} series={drawn.series} height={height} />}
      table={
        <Table aria-label={label} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('chart.at')}</Table.Th>
              {series.map(({ key, label: name }) => (
                <Table.Th key={key} ta="end">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={String(row[x])}>
                <Table.Th scope="row" fw={500}>
                  {formatX(String(row[x]))}
                </Table.Th>
                {series.map(({ key }) => (
                  <Table.Td key={key} ta="end">
                    {typeof row[key] === 'number' ? format(row[key]) : '–'}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      }
    />
  )
}

export function Donut(props: DonutProps) {
  const { t, i18n } = useTranslation()
  const { label, slices, size = 200 } = props
  const format = props.format ?? new Intl.NumberFormat(i18n.language).format
  const sum = slices.reduce((all, { value }) => all + value, 0)
  const shown =
    slices.length <= mostSeries ? slices : [...slices.slice(0, mostSeries - 1), othersOf(slices.slice(mostSeries - 1), t('chart.other'))]
  const share = (value: number) =>
    new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }).format(sum === 0 ? 0 : value / sum)
  return (
    <Group gap="xl" wrap="wrap" role="group" aria-label={label}>
      <Box aria-hidden>
        <Suspense fallback={<Skeleton height={size} width={size} circle />}>
          <DonutDrawing {...props} slices={shown} size={size} />
        </Suspense>
      </Box>
      <Table aria-label={label} w="auto" flex="1 1 200px" highlightOnHover={false}>
        <Table.Tbody>
          {shown.map(({ key, label: name, value, color }, at) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={500}>
                <Box component="span" display="inline-block" w={10} h={10} me={8} bg={color ?? colourAt(at)} aria-hidden />
                {name}
              </Table.Th>
              <Table.Td ta="end">{format(value)}</Table.Td>
              <Table.Td ta="end">{share(value)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Group>
  )
}

const othersOf = (rest: DonutProps['slices'], label: string) => ({
  key: ' other',
  label,
  value: rest.reduce((all, { value }) => all + value, 0),
  color: 'var(--chart-other)',
})

function Switchable({ label, height, drawing, table }: { label: string; height: number; drawing: ReactNode; table: ReactNode }) {
  const { t } = useTranslation()
  const [asTable, setAsTable] = useState(false)
  return (
    <Box component="section" aria-label={label}>
      {asTable ? (
        <Box mah={Math.max(height, 240)} tabIndex={0} style={{ overflow: 'auto' }}>
          {table}
        </Box>
      ) : (
        <Box mih={height} aria-hidden>
          <Suspense fallback={<Skeleton height={height} />}>{drawing}</Suspense>
        </Box>
      )}
      <Group justify="end" mt={4}>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={asTable ? <IconChartBar size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
          onClick={() => setAsTable(!asTable)}
        >
          <Text span inherit>
            {t(asTable ? 'chart.asChart' : 'chart.asTable')}
          </Text>
        </Button>
      </Group>
    </Box>
  )
}
