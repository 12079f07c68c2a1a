import { Box, Group, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { money } from '@/kit/when.tsx'
import { restColor } from './cost-chart.tsx'
import classes from './costs.module.css'
import { Change } from './dashboard-cards.tsx'
import { measured, percent } from './format.ts'
import { type CostSearch, type Dimension, drillInto } from './search.ts'
import type { CostRow } from './series.ts'
import type { Costs } from './use-costs.ts'

interface TableProps {
  search: CostSearch
  by: readonly Dimension[]
  rows: readonly CostRow[]
  costs: Costs
  label: (row: CostRow) => string
  colors: ReadonlyMap<string, string>
}

export function DashboardTable({ search, by, rows, costs, label, colors }: TableProps) {
  const { t, i18n } = useTranslation('cloud-costs')
  const [measure, currency] = [search.measure ?? 'cost', search.currency ?? 'USD']
  const figure = (text: string) => <span className={classes.figure}>{text}</span>
  const columns: Column<CostRow>[] = [
    {
      key: 'name',
      title: by.map((one) => t(`dimensions.${one}`)).join(' · '),
      width: 'minmax(200px, 2fr)',
      cell: (row) => (
        <Group gap={8} wrap="nowrap">
          <Box w={10} h={10} bg={colors.get(row.id) ?? restColor} style={{ borderRadius: 2, flex: 'none' }} aria-hidden />
          <Name search={search} by={by} row={row} text={label(row)} />
        </Group>
      ),
    },
    {
      key: 'cost',
      title: t('measures.cost'),
      align: 'end',
      width: '130px',
      cell: ({ cost }) => figure(money(cost, currency, i18n.language)),
    },
    {
      key: 'share',
      title: t('table.share'),
      align: 'end',
      width: '90px',
      cell: (row) => figure(costs[measure] > 0 ? percent(row[measure] / costs[measure], i18n.language) : '–'),
    },
    {
      key: 'change',
      title: t('table.change'),
      align: 'end',
      width: '120px',
      cell: ({ change }) => <Change change={change} />,
    },
    {
      key: 'kwh',
      title: t('measures.kwh'),
      align: 'end',
      width: '120px',
      cell: ({ kwh }) => figure(measured(kwh, 'kwh', currency, i18n.language)),
    },
    {
      key: 'co2e',
      title: t('measures.co2e'),
      align: 'end',
      width: '110px',
      cell: ({ co2e }) => figure(measured(co2e, 'co2e', currency, i18n.language)),
    },
  ]
  return <DataTable label={t('table.label')} columns={columns} rows={rows} rowKey={({ id }) => id} empty={null} rowHeight={41} />
}

function Name({ search, by, row, text }: { search: CostSearch; by: readonly Dimension[]; row: CostRow; text: string }) {
  const { t } = useTranslation('cloud-costs')
  return (
    <Tooltip label={t('table.open', { name: text })} multiline maw={360}>
      <LinkTo size="sm" truncate from="/organizations/$organization/cloud-cost-management/" to="." search={drillInto(search, by, row.keys)}>
        {text}
      </LinkTo>
    </Tooltip>
  )
}
