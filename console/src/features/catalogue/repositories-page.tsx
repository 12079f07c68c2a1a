import { Badge, Group } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { When } from '@/kit/when.tsx'
import { GitList, useGitColumns } from './git-pages.tsx'
import { RepositoryForm } from './repository-form.tsx'
import type { NewSearch } from './search.ts'

export function RepositoriesPage({ organization, search }: { organization: string; search: NewSearch }) {
  const { t } = useTranslation('catalogue')
  const navigate = useNavigate()
  const rows = usePagedList('listConfigRepositories', { path: { organization_canonical: organization } })
  const gitColumns = useGitColumns()
  return (
    <GitList
      kind="repository"
      organization={organization}
      search={search}
      rows={rows}
      columns={[
        {
          key: 'name',
          title: t('source.name'),
          width: 'minmax(180px, 1.2fr)',
          cell: ({ name, canonical, default: isDefault }) => (
            <Group gap="xs" wrap="nowrap">
              <LinkTo
                size="sm"
                truncate
                to="/organizations/$organization/config-repositories/$repository"
                params={{ organization, repository: canonical }}
              >
                {name}
              </LinkTo>
              {isDefault && (
                <Badge variant="light" tt="none">
                  {t('repository.defaultBadge')}
                </Badge>
              )}
            </Group>
          ),
        },
        ...gitColumns,
        { key: 'credential', title: t('git.credential'), cell: ({ credential_canonical: credential }) => credential },
        { key: 'updated', title: t('stack.updated'), width: '140px', cell: ({ updated_at: at }) => <When at={at} /> },
      ]}
    >
      <RepositoryForm
        organization={organization}
        onDone={({ canonical, name }) => {
          tell(t('repository.added', { name }))
          void navigate({
            to: '/organizations/$organization/config-repositories/$repository',
            params: { organization, repository: canonical },
          })
        }}
      />
    </GitList>
  )
}
