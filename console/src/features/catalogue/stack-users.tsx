import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'

export function StackUsers({ organization, users }: { organization: string; users: readonly Schema<'Component'>[] }) {
  const { t } = useTranslation('catalogue')
  return (
    <DataTable
      label={t('usage.title')}
      rows={users}
      rowKey={({ id }) => id}
      empty={<Empty title={t('usage.none')}>{t('usage.noneExplain')}</Empty>}
      columns={[
        {
          key: 'name',
          title: t('usage.component'),
          width: 'minmax(160px, 2fr)',
          cell: ({ name, canonical, project, environment }) => (
            <Anchor
              component={Link}
              size="sm"
              to="/organizations/$organization/projects/$project/environments/$environment/components/$component"
              params={{ organization, project: project.canonical, environment: environment.canonical, component: canonical } as never}
            >
              {name}
            </Anchor>
          ),
        },
        { key: 'project', title: t('start.project'), cell: ({ project }) => project.name },
        { key: 'environment', title: t('start.environment'), cell: ({ environment }) => environment.name || environment.canonical },
        { key: 'useCase', title: t('stack.useCase'), cell: ({ use_case: useCase }) => useCase },
        { key: 'updated', title: t('stack.updated'), width: '140px', cell: ({ updated_at: at }) => <When at={at} /> },
      ]}
    />
  )
}
