import { Badge, Group } from '@mantine/core'
import { IconAlertTriangle, IconPlus } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { IfAllowed } from '@/features/projects/if-allowed.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'

export function ProvidersPage() {
  const { t } = useTranslation('identity-providers')
  const { organization } = useParams({ from: '/_in/organizations/$organization/identity-providers' })
  const path = { organization_canonical: organization }
  const rows = usePagedList('listIdentityProviders', { path })
  const create = (
    <IfAllowed operation="createIdentityProvider" path={path} label={t('list.add')}>
      <ButtonLink to="/organizations/$organization/identity-providers/+new" params={{ organization }} leftSection={<IconPlus size={16} />}>
        {t('list.add')}
      </ButtonLink>
    </IfAllowed>
  )
  return (
    <Page title={t('list.title')} description={t('list.description')} actions={create}>
      <DataTable
        label={t('list.title')}
        columns={useColumns(organization)}
        rows={rows}
        rowKey={({ canonical }) => canonical}
        empty={
          <Empty title={t('list.empty')} action={create}>
            {t('list.emptyHint')}
          </Empty>
        }
      />
    </Page>
  )
}

function useColumns(organization: string): Column<Schema<'IdentityProvider'>>[] {
  const { t } = useTranslation('identity-providers')
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('columns.name'),
        width: 'minmax(180px, 2fr)',
        leads: true,
        cell: ({ canonical, name }) => (
          <LinkTo
            to="/organizations/$organization/identity-providers/$provider"
            params={{ organization, provider: canonical }}
            size="sm"
            truncate
          >
            {name}
          </LinkTo>
        ),
      },
      {
        key: 'state',
        title: t('columns.state'),
        width: 'minmax(180px, 1fr)',
        cell: ({ enabled, required, problem }) => (
          <Group gap={4} wrap="nowrap">
            <Badge color={enabled ? 'green' : 'gray'}>{t(enabled ? 'state.on' : 'state.off')}</Badge>
            {required && <Badge color="blue">{t('state.required')}</Badge>}
            {problem && (
              <Badge color="red" leftSection={<IconAlertTriangle size={12} />}>
                {t('state.problem')}
              </Badge>
            )}
          </Group>
        ),
      },
      {
        key: 'certificate',
        title: t('columns.certificate'),
        width: '170px',
        cell: ({ certificates }) => <When at={Math.max(...certificates.map(({ expires_at }) => expires_at))} />,
      },
      { key: 'used', title: t('columns.lastSignIn'), width: '150px', cell: ({ last_sign_in_at }) => <When at={last_sign_in_at} /> },
    ],
    [t, organization],
  )
}
