import { Alert, Badge, Loader, Paper, SimpleGrid, Stack, Title } from '@mantine/core'
import { IconRefresh, IconStar } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Fact } from './fact.tsx'
import { DeleteButton, EditButton, EditDialog, GitAddress } from './git-pages.tsx'
import { RepositoryForm } from './repository-form.tsx'
import type { EditSearch } from './search.ts'

interface RepositoryPageProps {
  organization: string
  canonical: string
  search: EditSearch
}

export function RepositoryPage({ organization, canonical, search }: RepositoryPageProps) {
  const repository = useAsk('getConfigRepository', {
    path: { organization_canonical: organization, config_repository_canonical: canonical },
  })
  return <Asked of={repository}>{({ data }) => <RepositoryView organization={organization} repository={data} search={search} />}</Asked>
}

interface RepositoryViewProps {
  organization: string
  repository: Schema<'ConfigRepository'>
  search: EditSearch
}

function RepositoryView({ organization, repository, search }: RepositoryViewProps) {
  const { t } = useTranslation('catalogue')
  const path = { organization_canonical: organization, config_repository_canonical: repository.canonical }
  const stale = ['listConfigRepositories', 'getConfigRepository'] as const
  const projects = useAsk('getProjects', { path: { organization_canonical: organization }, query: { page_size: 1000 } })
  const users = (projects.data?.data ?? []).filter((project) => project.config_repository_canonical === repository.canonical)
  const update = useChange('updateConfigRepository', {
    stale,
    onSuccess: () => tell(t('repository.nowDefault', { name: repository.name })),
    onError: tellProblem,
  })
  const remove = useChange('deleteConfigRepository', { stale })
  const branches = useAsk('getRepoBranches', {
    path: { organization_canonical: organization },
    query: {
      git_url: repository.url,
      ...(repository.credential_canonical ? { credential_canonical: repository.credential_canonical } : {}),
    },
  })
  return (
    <Page
      title={repository.name}
      beside={
        repository.default && (
          <Badge variant="light" tt="none">
            {t('repository.defaultBadge')}
          </Badge>
        )
      }
      description={<GitAddress of={repository} />}
      actions={
        <>
          <ActionButton
            operation="getRepoBranches"
            path={{ organization_canonical: organization }}
            loading={branches.isFetching}
            leftSection={<IconRefresh size={16} />}
            onClick={() => void branches.refetch()}
          >
            {t('repository.check')}
          </ActionButton>
          <ActionButton
            operation="updateConfigRepository"
            path={path}
            variant="default"
            leftSection={<IconStar size={16} />}
            why={repository.default ? t('repository.isDefault') : undefined}
            loading={update.isPending}
            onClick={() =>
              update.mutate({
                path,
                body: {
                  name: repository.name,
                  url: repository.url,
                  branch: repository.branch ?? '',
                  credential_canonical: repository.credential_canonical ?? '',
                  default: true,
                },
              })
            }
          >
            {t('repository.makeDefault')}
          </ActionButton>
          <EditButton operation="updateConfigRepository" path={path} />
          <DeleteButton
            operation="deleteConfigRepository"
            path={path}
            of={repository}
            why={users.length > 0 ? t('repository.usedBy', { count: users.length }) : undefined}
            remove={() => remove.mutateAsync({ path })}
            list={{ to: '/organizations/$organization/config-repositories', params: { organization } }}
          >
            {t('repository.deleteExplain')}
          </DeleteButton>
        </>
      }
    >
      <Paper withBorder p="md">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Fact label={t('git.branch')}>{repository.branch}</Fact>
          <Fact label={t('git.credential')}>{repository.credential_canonical ?? t('git.public')}</Fact>
          <Fact label={t('repository.created')}>
            <When at={repository.created_at} />
          </Fact>
          <Fact label={t('stack.updated')}>
            <When at={repository.updated_at} />
          </Fact>
        </SimpleGrid>
      </Paper>
      <div role="status">
        {branches.isPending ? (
          <Loader size="sm" role="status" aria-label={t('git.asking')} />
        ) : branches.error ? (
          <Alert color="yellow" title={t('repository.unreachable')}>
            {branches.error.message}
          </Alert>
        ) : (
          <Alert color="green" title={t('repository.reachable')}>
            {branches.data.data.includes(repository.branch ?? '')
              ? t('repository.hasBranch', { branch: repository.branch })
              : t('repository.noBranch', { branch: repository.branch })}
          </Alert>
        )}
      </div>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('repository.projects')}
        </Title>
        <DataTable
          label={t('repository.projects')}
          rows={users}
          rowKey={({ canonical }) => canonical}
          empty={<Empty title={t('repository.noProject')}>{t('repository.noProjectExplain')}</Empty>}
          columns={[
            {
              key: 'name',
              title: t('source.name'),
              cell: ({ name, canonical }) => (
                <LinkTo size="sm" to="/organizations/$organization/projects/$project" params={{ organization, project: canonical }}>
                  {name}
                </LinkTo>
              ),
            },
            { key: 'environments', title: t('repository.environments'), align: 'end', cell: ({ environments }) => environments.length },
          ]}
        />
      </Stack>
      <EditDialog title={t('repository.edit')} search={search}>
        {(saved) => <RepositoryForm organization={organization} repository={repository} onDone={saved} />}
      </EditDialog>
    </Page>
  )
}
