import { Badge, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { IfAllowed } from '@/features/projects/if-allowed.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { TextFilter } from '@/kit/filter.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { usePolicies } from './policies.ts'
import { actionsOf, type Policy } from './rules.ts'

const id = '/_in/organizations/$organization/roles/'

export function RolesPage() {
  const { t } = useTranslation('access-rules')
  const { organization } = useParams({ from: id })
  const { q } = useSearch({ from: id })
  const path = { organization_canonical: organization }
  const roles = useAsk('getRoles', { path, query: { page_size: 1000 } })
  const { policies } = usePolicies(organization)
  const columns = useColumns(organization, policies)
  const create = (
    <IfAllowed operation="createRole" path={path} label={t('roles.create')}>
      <ButtonLink to="/organizations/$organization/roles/+new" params={{ organization }} leftSection={<IconPlus size={16} />}>
        {t('roles.create')}
      </ButtonLink>
    </IfAllowed>
  )
  const fits = ({ name, canonical, description }: Schema<'Role'>) =>
    !q || `${name} ${canonical} ${description}`.toLowerCase().includes(q.toLowerCase())
  return (
    <Page title={t('roles.title')} description={t('roles.description')} actions={create}>
      <Asked of={roles}>
        {({ data }) => (
          <>
            <Toolbar>
              <TextFilter name="q" label={t('roles.search')} />
            </Toolbar>
            <DataTable
              label={t('roles.title')}
              columns={columns}
              rows={data.filter(fits)}
              rowKey={({ canonical }) => canonical}
              rowHeight={52}
              empty={<Empty title={t('roles.nothingFound')}>{t('roles.nothingFoundHint')}</Empty>}
            />
          </>
        )}
      </Asked>
    </Page>
  )
}

function useColumns(organization: string, policies: readonly Policy[]): Column<Schema<'Role'>>[] {
  const { t } = useTranslation('access-rules')
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('roles.name'),
        width: 'minmax(180px, 1.2fr)',
        leads: true,
        sortBy: ({ name }) => name,
        cell: ({ canonical, name }) => (
          <LinkTo to="/organizations/$organization/roles/$role" params={{ organization, role: canonical }} size="sm" truncate>
            {name}
          </LinkTo>
        ),
      },
      {
        key: 'description',
        title: t('roles.meant'),
        width: 'minmax(200px, 2fr)',
        cell: ({ description }) => (
          <Text size="sm" lineClamp={2}>
            {description}
          </Text>
        ),
      },
      {
        key: 'kind',
        title: t('roles.kind'),
        width: '130px',
        sortBy: (role) => Number(role.default),
        cell: (role) => <Badge color={role.default ? 'gray' : 'brand'}>{t(role.default ? 'roles.builtIn' : 'roles.own')}</Badge>,
      },
      {
        key: 'actions',
        title: t('roles.actions'),
        width: '150px',
        cell: ({ rules }) => {
          const codes = new Set(rules.flatMap(({ action }) => actionsOf(action, policies).map(({ code }) => code)))
          return policies.length > 0
            ? t('picker.of', { count: codes.size, all: policies.length })
            : t('roles.rules', { count: rules.length })
        },
      },
      { key: 'changed', title: t('roles.changed'), width: '140px', cell: ({ updated_at }) => <When at={updated_at} /> },
    ],
    [t, organization, policies],
  )
}
