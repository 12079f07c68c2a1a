import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { money } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { type CostSearch, type Filters, filtersOf, periodOf } from './search.ts'
import type { NameOf } from './use-names.ts'

type Resource = Schema<'CloudCostResource'>
const most = 1000

/** The dearest first. */
export function ResourcesTable({ organization, search, nameOf }: { organization: string; search: CostSearch; nameOf: NameOf }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const query = {
    ...periodOf(search),
    ...(filtersOf(search) as Filters & { categories?: never[] }),
    ...(search.tagging ? { resource_tagging: search.tagging } : {}),
    limit: most,
  }
  const asked = useAsk('listCloudCostResources', { path: { organization_canonical: organization }, query }, { keep: true })
  const text = (key: 'service' | 'region' | 'project' | 'environment' | 'component', width: string): Column<Resource> => ({
    key,
    title: t(`dimensions.${key === 'region' ? 'location' : key}`),
    width,
    cell: (row) => (
      <Text size="sm" truncate>
        {row[key] || '–'}
      </Text>
    ),
  })
  const columns: Column<Resource>[] = [
    {
      key: 'resource',
      title: t('resources.id'),
      width: 'minmax(240px, 2fr)',
      cell: ({ resource }) => (
        <Text size="sm" truncate ff="monospace" title={resource}>
          {resource}
        </Text>
      ),
    },
    {
      key: 'cost',
      title: t('costTypes.effective'),
      align: 'end',
      width: '130px',
      cell: ({ cost, currency }) => <span className={classes.figure}>{money(cost, currency, i18n.language)}</span>,
    },
    text('service', 'minmax(150px, 1fr)'),
    { key: 'provider', title: t('dimensions.provider'), width: '150px', cell: ({ provider }) => nameOf('provider', provider) },
    text('region', '130px'),
    text('project', '130px'),
    text('environment', '120px'),
    text('component', '120px'),
  ]
  return (
    <Asked of={asked}>
      {({ data }) => (
        <>
          <Text size="sm" mb="xs">
            {t(data.length === most ? 'resources.cut' : 'resources.text', { count: most })}
          </Text>
          <DataTable
            label={t('resources.label')}
            columns={columns}
            rows={data.map((row, index) => ({ ...row, place: index }))}
            rowKey={(row) => (row as Resource & { place: number }).place}
            empty={<Empty title={t('resources.empty')}>{t('resources.emptyText')}</Empty>}
          />
        </>
      )}
    </Asked>
  )
}
