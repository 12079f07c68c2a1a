import '@mantine/charts/styles.css'
import { AreaChart } from '@mantine/charts'
import { Paper, Select, Stack, Title } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { fullTime, When } from '@/kit/when.tsx'
import type { InventorySearch } from './inventory-search.ts'

type Moment = Schema<'InventoryMoment'>

interface HistoryProps {
  organization: string
  search: InventorySearch
  go: (change: Partial<InventorySearch>) => void
}

const colours = ['teal.7', 'indigo.6', 'orange.6', 'grape.6', 'cyan.7', 'lime.8', 'pink.6']
const most = 6

/** How many resources there were, whenever a state grew or shrank. */
export function InventoryHistory({ organization, search, go }: HistoryProps) {
  const { t } = useTranslation('inventory')
  const path = { organization_canonical: organization }
  const history = useAsk(
    'getInventoryHistory',
    { path, query: search.project ? { project_canonical: search.project } : {} },
    { keep: true },
  )
  const projects = useAsk('getProjects', { path })
  return (
    <Stack>
      <Toolbar>
        <Select
          label={t('filters.project')}
          placeholder={t('filters.all')}
          data={(projects.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
          value={search.project ?? null}
          onChange={(project) => go({ project: project ?? undefined })}
          clearable
          searchable
        />
      </Toolbar>
      <Asked of={history}>
        {({ data }) => (data.length === 0 ? <Empty title={t('history.empty')}>{t('history.emptyHint')}</Empty> : <Shown moments={data} />)}
      </Asked>
    </Stack>
  )
}

function Shown({ moments }: { moments: readonly Moment[] }) {
  const { t, i18n } = useTranslation('inventory')
  const others = t('history.others')
  const { names, points } = useMemo(() => seriesOf(moments, others, i18n.language), [moments, others, i18n.language])
  const rows = moments.map((moment, index) => ({ ...moment, change: moment.total - (moments[index - 1]?.total ?? 0) })).reverse()
  return (
    <>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="md">
          {t('history.title')}
        </Title>
        <AreaChart
          h={320}
          data={points}
          dataKey="when"
          type="stacked"
          curveType="stepAfter"
          series={names.map((name, index) => ({ name, color: colours[index % colours.length] ?? 'gray.6' }))}
          withLegend
          withDots={points.length < 60}
          role="img"
          aria-label={t('history.title')}
        />
      </Paper>
      <DataTable
        label={t('history.title')}
        rows={rows}
        rowKey={({ timestamp }) => timestamp}
        columns={[
          { key: 'when', title: t('history.when'), width: '220px', cell: ({ timestamp }) => <When at={timestamp} full /> },
          { key: 'total', title: t('history.total'), align: 'end', cell: ({ total }) => total },
          { key: 'change', title: t('history.change'), align: 'end', cell: ({ change }) => (change > 0 ? `+${change}` : change) },
          {
            key: 'types',
            title: t('columns.type'),
            width: 'minmax(220px, 3fr)',
            cell: ({ types }) =>
              Object.entries(types)
                .map(([type, count]) => `${type} ${count}`)
                .join(', '),
          },
        ]}
        empty={null}
      />
    </>
  )
}

/** The types that there are most of; the others together. */
function seriesOf(moments: readonly Moment[], others: string, language: string) {
  const largest = new Map<string, number>()
  for (const { types } of moments)
    for (const [type, count] of Object.entries(types)) largest.set(type, Math.max(largest.get(type) ?? 0, count))
  const names = [...largest].sort(([, a], [, b]) => b - a).map(([type]) => type)
  const shown = names.slice(0, most)
  const points = moments.map(({ timestamp, types, total }) => {
    const counts = Object.fromEntries(shown.map((type) => [type, types[type] ?? 0]))
    const rest = total - Object.values(counts).reduce((sum, count) => sum + count, 0)
    return { when: fullTime(timestamp, language), ...counts, ...(names.length > most ? { [others]: rest } : {}) }
  })
  return { names: names.length > most ? [...shown, others] : shown, points }
}
