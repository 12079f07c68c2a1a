import { Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { type PipelinePlace, resourceRoute } from './place.ts'

export function ResourceTable({ place, resources }: { place: PipelinePlace; resources: readonly Schema<'Resource'>[] }) {
  const { t } = useTranslation('pipelines')
  return (
    <>
      <Title order={2} size="h4" mb="xs" mt="lg">
        {t('resource.many')}
      </Title>
      <DataTable<Schema<'Resource'>>
        label={t('resource.many')}
        rows={resources}
        rowKey={({ name }) => name}
        empty={<Empty title={t('resource.none')} />}
        columns={[
          {
            key: 'name',
            title: t('resource.one'),
            leads: true,
            sortBy: ({ name }) => name,
            cell: ({ name }) => (
              <LinkTo to={resourceRoute} params={{ ...place, resource: name }} size="sm" fw={600}>
                {name}
              </LinkTo>
            ),
          },
          { key: 'type', title: t('resource.type'), width: '140px', cell: ({ type }) => type },
          {
            key: 'state',
            title: t('list.state'),
            width: 'minmax(120px, 1fr)',
            cell: ({ check_error, pinned_version }) =>
              check_error ? t('resource.checkFailed') : pinned_version ? t('resource.pinned') : t('resource.well'),
          },
          { key: 'checked', title: t('resource.lastChecked'), width: '160px', cell: ({ last_checked }) => <When at={last_checked} /> },
        ]}
      />
    </>
  )
}
