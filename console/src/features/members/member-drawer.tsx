import { Badge, Drawer, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { MemberRole } from './member-role.tsx'
import { fullName, Person } from './person.tsx'
import type { RoleOptions } from './role-options.ts'

interface DrawerProps {
  organization: string
  member: number | undefined
  roles: RoleOptions
  close: () => void
}

export function MemberDrawer({ organization, member, roles, close }: DrawerProps) {
  const found = useAsk(
    'getOrgMember',
    { path: { organization_canonical: organization, member_id: member ?? 0 } },
    { enabled: member !== undefined },
  )
  return (
    <Drawer opened={member !== undefined} onClose={close} title={found.data ? fullName(found.data.data) : ''}>
      <Asked of={found}>{({ data }) => <Details organization={organization} member={data} roles={roles} close={close} />}</Asked>
    </Drawer>
  )
}

function Details({ organization, member, roles, close }: Omit<DrawerProps, 'member'> & { member: Schema<'MemberOrg'> }) {
  const { t } = useTranslation('members')
  const path = { organization_canonical: organization, member_id: member.id }
  const name = fullName(member)
  const remove = useChange('removeOrgMember')
  const ask = () =>
    confirm({
      title: t('remove.title', { name }),
      children: t('remove.text', { name }),
      verb: t('remove.verb'),
      act: async () => {
        await remove.mutateAsync({ path })
        close()
        tell(t('remove.done', { name }))
        await refresh('getOrgMembers', 'getTeams', 'getTeamMembers', 'getAPIKeys')
      },
    })
  return (
    <Stack gap="lg">
      <Person person={member} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Fact label={t('columns.username')}>{member.username}</Fact>
        <Fact label={t('columns.role')}>
          <MemberRole organization={organization} member={member} roles={roles} />
        </Fact>
        <Fact label={t('columns.secondFactor')}>
          <Badge color={member.mfa_enabled ? 'green' : 'gray'}>{t(member.mfa_enabled ? 'mfa.on' : 'mfa.off')}</Badge>
        </Fact>
        <Fact label={t('columns.lastSignIn')}>
          <When at={member.last_login_at} />
        </Fact>
        <Fact label={t('columns.joined')}>
          <When at={member.created_at} full />
        </Fact>
        {member.invited_by && <Fact label={t('columns.invitedBy')}>{fullName(member.invited_by)}</Fact>}
      </SimpleGrid>
      {member.role.description && (
        <Text size="sm" c="dimmed">
          {member.role.description}
        </Text>
      )}
      <Group>
        <ActionButton operation="removeOrgMember" path={path} color="red" variant="light" onClick={ask}>
          {t('remove.verb')}
        </ActionButton>
      </Group>
    </Stack>
  )
}

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div>
    <Text size="xs" c="dimmed">
      {label}
    </Text>
    <Text component="div" size="sm">
      {children}
    </Text>
  </div>
)
