import { Badge, Group, Text } from '@mantine/core'
import { IconMailForward, IconTrash } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { refresh, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionSign } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { MemberRole } from './member-role.tsx'
import { Invite, MembersFrame } from './members-frame.tsx'
import { fullName } from './person.tsx'
import { useRoleOptions } from './role-options.ts'

export function InvitationsPage() {
  const { t } = useTranslation('members')
  const { organization } = useParams({ from: '/_in/organizations/$organization/members_/invitations' })
  const rows = usePagedList('getOrgMembers', {
    path: { organization_canonical: organization },
    query: { invitation_state: ['pending', 'declined'], order_by: 'member_created_at:desc' },
  })
  return (
    <MembersFrame organization={organization}>
      <DataTable
        label={t('tabs.invitations')}
        columns={useColumns(organization)}
        rows={rows}
        rowKey={({ id }) => id}
        empty={
          <Empty title={t('invitations.empty')} action={<Invite organization={organization} />}>
            {t('invitations.emptyHint')}
          </Empty>
        }
      />
    </MembersFrame>
  )
}

function useColumns(organization: string): Column<Schema<'MemberOrg'>>[] {
  const { t } = useTranslation('members')
  const roles = useRoleOptions(organization)
  return useMemo(
    () => [
      {
        key: 'email',
        title: t('columns.email'),
        width: 'minmax(220px, 2fr)',
        cell: ({ invitation_email }) => (
          <Text size="sm" truncate>
            {invitation_email}
          </Text>
        ),
      },
      {
        key: 'role',
        title: t('columns.role'),
        width: 'minmax(180px, 1.2fr)',
        cell: (row) => <MemberRole organization={organization} member={row} roles={roles} />,
      },
      {
        key: 'state',
        title: t('columns.state'),
        width: '120px',
        cell: ({ invitation_state }) => (
          <Badge color={invitation_state === 'declined' ? 'red' : 'yellow'}>
            {t(invitation_state === 'declined' ? 'invitations.declined' : 'invitations.pending')}
          </Badge>
        ),
      },
      {
        key: 'by',
        title: t('columns.invitedBy'),
        width: 'minmax(120px, 1fr)',
        cell: ({ invited_by }) => (
          <Text size="sm" truncate>
            {invited_by ? fullName(invited_by) : '—'}
          </Text>
        ),
      },
      {
        key: 'sent',
        title: t('columns.sent'),
        width: '150px',
        cell: ({ invited_at, invitation_resent_at }) => <When at={invitation_resent_at ?? invited_at} />,
      },
      {
        key: 'actions',
        title: t('columns.actions'),
        width: '100px',
        align: 'end',
        cell: (row) => <Actions organization={organization} row={row} />,
      },
    ],
    [t, organization, roles],
  )
}

function Actions({ organization, row }: { organization: string; row: Schema<'MemberOrg'> }) {
  const { t } = useTranslation('members')
  const path = { organization_canonical: organization, member_id: row.id }
  const email = row.invitation_email ?? ''
  const resend = useChange('resendMemberInvitation', {
    stale: ['getOrgMembers'],
    onSuccess: () => tell(t('invitations.resent', { email })),
    onError: tellProblem,
  })
  const remove = useChange('removeOrgMember')
  const withdraw = () =>
    confirm({
      title: t('invitations.withdrawTitle', { email }),
      children: t('invitations.withdrawText'),
      verb: t('invitations.withdraw'),
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('invitations.withdrawn', { email }))
        await refresh('getOrgMembers')
      },
    })
  return (
    <Group gap={4} wrap="nowrap">
      <ActionSign
        operation="resendMemberInvitation"
        path={path}
        label={t('invitations.resend', { email })}
        why={row.invitation_state === 'declined' ? t('invitations.whyNoResend') : undefined}
        loading={resend.isPending}
        onClick={() => resend.mutate({ path })}
      >
        <IconMailForward size={18} />
      </ActionSign>
      <ActionSign operation="removeOrgMember" path={path} color="red" label={t('invitations.withdrawOf', { email })} onClick={withdraw}>
        <IconTrash size={18} />
      </ActionSign>
    </Group>
  )
}
