import { IconRefresh } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import { ActionSign } from '@/kit/action-button.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { When } from '@/kit/when.tsx'
import { GitList, useGitColumns } from './git-pages.tsx'
import type { NewSearch } from './search.ts'
import { SourceForm, staleAfterScan } from './source-form.tsx'

export function SourcesPage({ organization, search }: { organization: string; search: NewSearch }) {
  const { t } = useTranslation('catalogue')
  const navigate = useNavigate()
  const path = { organization_canonical: organization }
  const rows = usePagedList('getServiceCatalogSources', { path })
  const gitColumns = useGitColumns()
  const scan = useChange('refreshServiceCatalogSource', {
    stale: staleAfterScan,
    onSuccess: ({ data }) => tell(t('changes.title', { count: data.created.length + data.updated.length + data.deleted.length })),
    onError: tellProblem,
  })
  return (
    <GitList
      kind="source"
      organization={organization}
      search={search}
      rows={rows}
      columns={[
        {
          key: 'name',
          title: t('source.name'),
          width: 'minmax(160px, 1.2fr)',
          cell: ({ name, canonical }) => (
            <LinkTo size="sm" to="/organizations/$organization/catalogue-sources/$source" params={{ organization, source: canonical }}>
              {name}
            </LinkTo>
          ),
        },
        ...gitColumns,
        { key: 'stacks', title: t('source.stacks'), width: '90px', align: 'end', cell: ({ stack_count: count }) => count },
        { key: 'refreshed', title: t('source.refreshed'), width: '140px', cell: ({ refreshed_at: at }) => <When at={at} /> },
        {
          key: 'actions',
          title: t('source.actions'),
          width: '90px',
          cell: ({ canonical, name }) => (
            <ActionSign
              operation="refreshServiceCatalogSource"
              path={{ ...path, service_catalog_source_canonical: canonical }}
              label={t('source.refreshOne', { name })}
              loading={scan.isPending && scan.variables.path.service_catalog_source_canonical === canonical}
              onClick={() => scan.mutate({ path: { ...path, service_catalog_source_canonical: canonical } })}
            >
              <IconRefresh size={16} />
            </ActionSign>
          ),
        },
      ]}
    >
      <SourceForm
        organization={organization}
        onDone={({ canonical, name, stack_count: count }) => {
          tell(t('source.added', { name, count }))
          void navigate({ to: '/organizations/$organization/catalogue-sources/$source', params: { organization, source: canonical } })
        }}
      />
    </GitList>
  )
}
