import { Code, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { fullName } from '@/features/members/person.tsx'
import { IfAllowed } from '@/features/projects/if-allowed.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { TextFilter, useSearchValues } from '@/kit/filter.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { KeyDrawer } from './key-drawer.tsx'

const id = '/_in/organizations/$organization/api-keys'

export function KeysPage() {
  const { t } = useTranslation('access-rules')
  const { organization } = useParams({ from: id })
  const { q, key } = useSearch({ from: id })
  const [, set] = useSearchValues()
  const path = { organization_canonical: organization }
  const keys = useAsk('getAPIKeys', { path, query: { page_size: 1000 } })
  const columns = useColumns()
  const create = (
    <IfAllowed operation="createAPIKey" path={path} label={t('keys.create')}>
      <ButtonLink to="/organizations/$organization/api-keys/+new" params={{ organization }} leftSection={<IconPlus size={16} />}>
        {t('keys.create')}
      </ButtonLink>
    </IfAllowed>
  )
  const fits = ({ name, canonical, last_seven }: Schema<'APIKey'>) =>
    !q || `${name} ${canonical} ${last_seven}`.toLowerCase().includes(q.toLowerCase())
  return (
    <Page title={t('keys.title')} description={t('keys.description')} actions={create}>
      <Asked of={keys}>
        {({ data }) => (
          <>
            {data.length > 0 && (
              <Toolbar>
                <TextFilter name="q" label={t('keys.search')} />
              </Toolbar>
            )}
            <DataTable
              label={t('keys.title')}
              columns={columns}
              rows={data.filter(fits)}
              rowKey={({ canonical }) => canonical}
              empty={
                q ? (
                  <Empty title={t('roles.nothingFound')}>{t('roles.nothingFoundHint')}</Empty>
                ) : (
                  <Empty title={t('keys.empty')} action={create}>
                    {t('keys.emptyHint')}
                  </Empty>
                )
              }
            />
            <KeyDrawer organization={organization} canonical={key} close={() => set({ key: undefined })} />
          </>
        )}
      </Asked>
    </Page>
  )
}

function useColumns(): Column<Schema<'APIKey'>>[] {
  const { t } = useTranslation('access-rules')
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('keys.name'),
        width: 'minmax(180px, 2fr)',
        leads: true,
        sortBy: ({ name }) => name,
        cell: ({ canonical, name }) => (
          <LinkTo from="/organizations/$organization/api-keys" to="." search={(old) => ({ ...old, key: canonical })} size="sm" truncate>
            {name}
          </LinkTo>
        ),
      },
      {
        key: 'token',
        title: t('keys.token'),
        width: '140px',
        cell: ({ last_seven }) => <Code>{`…${last_seven}`}</Code>,
      },
      { key: 'rules', title: t('rules.title'), width: '110px', cell: ({ rules }) => t('roles.rules', { count: rules.length }) },
      {
        key: 'owner',
        title: t('keys.owner'),
        width: 'minmax(120px, 1fr)',
        cell: ({ owner }) => (
          <Text size="sm" truncate>
            {owner ? fullName(owner) : '—'}
          </Text>
        ),
      },
      {
        key: 'used',
        title: t('keys.lastUsed'),
        width: '150px',
        sortBy: ({ last_used }) => last_used ?? 0,
        cell: ({ last_used }) => <When at={last_used} />,
      },
    ],
    [t],
  )
}
