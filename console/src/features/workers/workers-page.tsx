import { Badge, Group, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'

/** Machines come and go by themselves. */
const every = 10_000

export function WorkersPage() {
  const { t } = useTranslation('workers')
  const { organization } = useParams({ from: '/_in/organizations/$organization/workers' })
  const rows = usePagedList('getWorkers', { path: { organization_canonical: organization } }, { every })
  return (
    <Page title={t('title')} description={t('description')}>
      <DataTable
        label={t('title')}
        columns={useColumns()}
        rows={rows}
        rowKey={({ name }) => name}
        empty={<Empty title={t('empty')}>{t('emptyHint')}</Empty>}
      />
    </Page>
  )
}

const known = ['running', 'stalled', 'landing', 'landed', 'retiring'] as const

function useColumns(): Column<Schema<'Worker'>>[] {
  const { t } = useTranslation('workers')
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('columns.name'),
        width: 'minmax(200px, 2fr)',
        cell: ({ name }) => (
          <Text size="sm" truncate>
            {name}
          </Text>
        ),
      },
      {
        key: 'state',
        title: t('columns.state'),
        width: '130px',
        cell: ({ state }) => {
          const said = known.find((one) => one === state)
          return <Badge color={state === 'running' ? 'green' : 'yellow'}>{said ? t(`states.${said}`) : state}</Badge>
        },
      },
      { key: 'platform', title: t('columns.platform'), width: '110px', cell: ({ platform }) => platform },
      {
        key: 'for',
        title: t('columns.for'),
        width: 'minmax(140px, 1fr)',
        cell: ({ team, tags = [] }) => (
          <Group gap={4} wrap="nowrap">
            <Badge color={team ? 'brand' : 'gray'}>{t(team ? 'reserved' : 'shared')}</Badge>
            {tags.map((tag) => (
              <Badge key={tag} color="blue">
                {tag}
              </Badge>
            ))}
          </Group>
        ),
      },
      {
        key: 'load',
        title: t('columns.load'),
        width: '180px',
        cell: ({ active_containers, active_volumes }) => t('load', { containers: active_containers, volumes: active_volumes }),
      },
      {
        key: 'version',
        title: t('columns.version'),
        width: '140px',
        cell: ({ version, engine }) => (
          <Text size="sm" truncate>
            {engine && engine !== version ? `${engine} ${version}` : version}
          </Text>
        ),
      },
      { key: 'since', title: t('columns.since'), width: '140px', cell: ({ start_time }) => <When at={start_time} /> },
    ],
    [t],
  )
}
