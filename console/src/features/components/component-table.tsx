import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { When } from '@/kit/when.tsx'
import { isOf, PipelineStates } from './pipeline-state.tsx'

interface TableProps {
  organization: string
  project: string
  environment: string
  /** Of the table, for screen readers. */
  label: string
  components: readonly Schema<'Component'>[]
  /** Undefined: not known, or not for the caller to see. */
  pipelines: readonly Schema<'Pipeline'>[] | undefined
  empty: ReactNode
}

export function ComponentTable({ organization, project, environment, label, components, pipelines, empty }: TableProps) {
  const { t } = useTranslation('components')
  const columns: Column<Schema<'Component'>>[] = [
    {
      key: 'name',
      leads: true,
      sortBy: ({ name }) => name.toLowerCase(),
      title: t('columns.name'),
      width: 'minmax(180px, 1.4fr)',
      cell: ({ canonical, name }) => (
        <LinkTo
          size="sm"
          fw={600}
          truncate
          to="/organizations/$organization/projects/$project/environments/$environment/components/$component"
          params={{ organization, project, environment, component: canonical }}
        >
          {name}
        </LinkTo>
      ),
    },
    {
      key: 'stack',
      sortBy: ({ service_catalog: { name } }) => name.toLowerCase(),
      title: t('columns.stack'),
      width: 'minmax(220px, 1.6fr)',
      cell: ({ service_catalog: { name }, use_case }) => (
        <Group gap={6} wrap="nowrap">
          <Text size="sm" truncate>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {use_case}
          </Text>
        </Group>
      ),
    },
    ...(pipelines
      ? [
          {
            key: 'pipelines',
            title: t('columns.pipelines'),
            width: 'minmax(230px, 1fr)',
            cell: ({ canonical }: Schema<'Component'>) => (
              <PipelineStates
                organization={organization}
                pipelines={pipelines.filter((pipeline) => isOf(pipeline, project, environment, canonical))}
              />
            ),
          },
        ]
      : []),
    {
      key: 'updated',
      title: t('columns.updated'),
      width: '150px',
      sortBy: ({ updated_at }) => updated_at,
      cell: ({ updated_at }) => <When at={updated_at} />,
    },
  ]
  return <DataTable label={label} columns={columns} rows={components} rowKey={({ id }) => id} empty={empty} />
}
