import { Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { When } from '@/kit/when.tsx'
import { Marks } from './catalogue-page.tsx'
import { StackLink } from './stack-link.tsx'

interface StackTableProps {
  organization: string
  rows: PagedList<Schema<'ServiceCatalog'>>
  empty: ReactNode
}

export function StackTable({ organization, rows, empty }: StackTableProps) {
  const { t } = useTranslation('catalogue')
  return (
    <DataTable
      label={t('stack.list')}
      rows={rows}
      rowKey={({ ref }) => ref}
      empty={empty}
      columns={[
        {
          key: 'name',
          title: t('source.name'),
          width: 'minmax(180px, 2fr)',
          cell: (stack) => <StackLink organization={organization} stack={stack} />,
        },
        { key: 'ref', title: t('stack.ref'), width: 'minmax(160px, 1.5fr)', cell: ({ ref }) => ref },
        {
          key: 'marks',
          title: t('stack.marks'),
          width: 'minmax(180px, 2fr)',
          cell: (stack) => (
            <Group gap={4} wrap="nowrap">
              <Marks stack={stack} organization={organization} />
            </Group>
          ),
        },
        { key: 'source', title: t('stack.source'), cell: ({ service_catalog_source_canonical: source }) => source ?? '–' },
        { key: 'team', title: t('source.team'), cell: ({ team }) => team?.name ?? '–' },
        { key: 'updated', title: t('stack.updated'), width: '140px', cell: ({ updated_at: at }) => <When at={at} /> },
      ]}
    />
  )
}
