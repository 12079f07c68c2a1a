import { Badge, Text } from '@mantine/core'
import { useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { ChoiceFilter, TextFilter, useSearchValues } from '@/kit/filter.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { like } from '@/kit/search.ts'
import { Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { MemberDrawer } from './member-drawer.tsx'
import { MemberRole } from './member-role.tsx'
import { Invite, MembersFrame } from './members-frame.tsx'
import { fullName, Person } from './person.tsx'
import { useRoleOptions } from './role-options.ts'

const id = '/_in/organizations/$organization/members'

export function MembersPage() {
  const { t } = useTranslation('members')
  const { organization } = useParams({ from: id })
  const { q, role, sort, member } = useSearch({ from: id })
  const [, set] = useSearchValues()
  const rows = usePagedList('getOrgMembers', {
    path: { organization_canonical: organization },
    query: { ...(role ? { role_name: role } : {}), order_by: sort ?? 'user_given_name:asc' },
    filters: { 'user_canonical[rlike]': like(q) },
  })
  const roles = useRoleOptions(organization)
  const [key, direction] = (sort ?? 'user_given_name:asc').split(':')
  return (
    <MembersFrame organization={organization}>
      <Toolbar>
        <TextFilter name="q" label={t('filters.username')} />
        <ChoiceFilter name="role" label={t('filters.role')} options={roles.roles.map(({ name }) => ({ value: name, label: name }))} />
      </Toolbar>
      <DataTable
        label={t('tabs.members')}
        columns={useColumns(organization, roles)}
        rows={rows}
        rowKey={(row) => row.id}
        rowHeight={56}
        sort={{ key: key ?? '', descending: direction === 'desc' }}
        onSort={(next) => set({ sort: `${next.key}:${next.descending ? 'desc' : 'asc'}` })}
        empty={
          q || role ? (
            <Empty title={t('list.nothingFound')}>{t('list.nothingFoundHint')}</Empty>
          ) : (
            <Empty title={t('list.empty')} action={<Invite organization={organization} />}>
              {t('list.emptyHint')}
            </Empty>
          )
        }
      />
      <MemberDrawer organization={organization} member={member} roles={roles} close={() => set({ member: undefined })} />
    </MembersFrame>
  )
}

function useColumns(organization: string, roles: ReturnType<typeof useRoleOptions>): Column<Schema<'MemberOrg'>>[] {
  const { t } = useTranslation('members')
  return useMemo(
    () => [
      {
        key: 'user_given_name',
        title: t('columns.name'),
        width: 'minmax(220px, 2fr)',
        sortable: true,
        cell: (row) => (
          <Person person={row}>
            <LinkTo
              from="/organizations/$organization/members"
              to="."
              search={(old) => ({ ...old, member: row.id })}
              size="sm"
              truncate
              display="block"
            >
              {fullName(row)}
            </LinkTo>
          </Person>
        ),
      },
      {
        key: 'username',
        title: t('columns.username'),
        width: 'minmax(120px, 1fr)',
        cell: ({ username }) => <Text size="sm">{username}</Text>,
      },
      {
        key: 'role_name',
        title: t('columns.role'),
        width: 'minmax(180px, 1.2fr)',
        sortable: true,
        cell: (row) => <MemberRole organization={organization} member={row} roles={roles} />,
      },
      {
        key: 'mfa',
        title: t('columns.secondFactor'),
        width: '140px',
        cell: ({ mfa_enabled }) => <Badge color={mfa_enabled ? 'green' : 'gray'}>{t(mfa_enabled ? 'mfa.on' : 'mfa.off')}</Badge>,
      },
      {
        key: 'login',
        title: t('columns.lastSignIn'),
        width: '140px',
        cell: ({ last_login_at }) => <When at={last_login_at} />,
      },
      {
        key: 'member_created_at',
        title: t('columns.joined'),
        width: '140px',
        sortable: true,
        cell: ({ created_at }) => <When at={created_at} />,
      },
    ],
    [t, organization, roles],
  )
}
