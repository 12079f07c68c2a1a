import { Alert, Badge, Group, Loader, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconPlugConnected, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { DataTable } from '@/kit/data-table.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Changes, Problems } from './changes.tsx'
import { Fact } from './fact.tsx'
import { DeleteButton, EditButton, EditDialog, GitAddress } from './git-pages.tsx'
import type { EditSearch } from './search.ts'
import { SourceForm, staleAfterScan } from './source-form.tsx'
import { StackLink } from './stack-link.tsx'
import { useUsers } from './usage.ts'

interface SourcePageProps {
  organization: string
  canonical: string
  search: EditSearch
}

export function SourcePage({ organization, canonical, search }: SourcePageProps) {
  const path = { organization_canonical: organization, service_catalog_source_canonical: canonical }
  const source = useAsk('getServiceCatalogSource', { path, query: { page_size: 1000 } })
  return <Asked of={source}>{({ data }) => <SourceView organization={organization} source={data} search={search} />}</Asked>
}

function SourceView({
  organization,
  source,
  search,
}: {
  organization: string
  source: Schema<'ServiceCatalogSource'>
  search: EditSearch
}) {
  const { t } = useTranslation(['catalogue', 'common'])
  const path = { organization_canonical: organization, service_catalog_source_canonical: source.canonical }
  const scan = useChange('refreshServiceCatalogSource', { stale: staleAfterScan })
  const check = useChange('validateServiceCatalogSource', { onSuccess: () => tell(t('source.reached', { name: source.name })) })
  const remove = useChange('deleteServiceCatalogSource', { stale: staleAfterScan })
  const stacks = source.service_catalogs ?? []
  const users = useUsers(organization, (ref) => stacks.some((stack) => stack.ref === ref))
  return (
    <Page
      title={source.name}
      description={<GitAddress of={source} />}
      actions={
        <>
          <ActionButton
            operation="refreshServiceCatalogSource"
            path={path}
            loading={scan.isPending}
            leftSection={<IconRefresh size={16} />}
            onClick={() => scan.mutate({ path })}
          >
            {t('common:actions.refresh')}
          </ActionButton>
          <ActionButton
            operation="validateServiceCatalogSource"
            path={path}
            variant="default"
            loading={check.isPending}
            leftSection={<IconPlugConnected size={16} />}
            onClick={() => check.mutate({ path })}
          >
            {t('source.check')}
          </ActionButton>
          <EditButton operation="updateServiceCatalogSource" path={path} />
          <DeleteButton
            operation="deleteServiceCatalogSource"
            path={path}
            of={source}
            remove={() => remove.mutateAsync({ path })}
            list={{ to: '/organizations/$organization/catalogue-sources', params: { organization } }}
          >
            <Stack gap="xs">
              <span>{t('source.deleteExplain', { count: source.stack_count })}</span>
              {users.length > 0 && (
                <Alert color="yellow">
                  {t('source.inUse', {
                    count: users.length,
                    names: users
                      .slice(0, 5)
                      .map(({ name }) => name)
                      .join(', '),
                  })}
                </Alert>
              )}
            </Stack>
          </DeleteButton>
        </>
      }
    >
      {scan.isPending && (
        <Group gap="xs" role="status">
          <Loader size="sm" aria-hidden />
          <Text size="sm">{t('source.scanning')}</Text>
        </Group>
      )}
      <ProblemAlert problem={scan.error ?? check.error} />
      {scan.data && <Changes organization={organization} changes={scan.data.data} />}
      <Problems problems={scan.data?.data.problems ?? source.problems ?? []} />
      <Paper withBorder p="md">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Fact label={t('source.refreshed')}>
            <When at={source.refreshed_at} />
          </Fact>
          <Fact label={t('source.stacks')}>{source.stack_count}</Fact>
          <Fact label={t('git.credential')}>{source.credential_canonical ?? t('git.public')}</Fact>
          <Fact label={t('source.owner')}>{source.owner.username}</Fact>
        </SimpleGrid>
      </Paper>
      <Title order={2} size="h4">
        {t('source.stacks')}
      </Title>
      <DataTable
        label={t('source.stacks')}
        rows={stacks}
        rowKey={({ ref }) => ref}
        empty={<Empty title={t('source.noStack')}>{t('source.noStackExplain')}</Empty>}
        columns={[
          {
            key: 'name',
            title: t('source.name'),
            width: 'minmax(160px, 2fr)',
            cell: (stack) => <StackLink organization={organization} stack={stack} />,
          },
          { key: 'directory', title: t('problems.directory'), cell: ({ directory }) => directory || '/' },
          {
            key: 'visibility',
            title: t('stack.visibility'),
            width: '230px',
            cell: ({ visibility }) => (
              <Badge variant="light" tt="none">
                {t(`visibility.${visibility as 'local'}`)}
              </Badge>
            ),
          },
          { key: 'updated', title: t('stack.updated'), width: '140px', cell: ({ updated_at: at }) => <When at={at} /> },
        ]}
      />
      <EditDialog title={t('source.edit')} search={search}>
        {(saved) => <SourceForm organization={organization} source={source} onDone={saved} />}
      </EditDialog>
    </Page>
  )
}
