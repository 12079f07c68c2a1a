import { Select, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { fullName } from './person.tsx'
import type { RoleOptions } from './role-options.ts'

interface MemberRoleProps {
  organization: string
  member: Schema<'MemberOrg'>
  roles: RoleOptions
}

/** Chosen in place; the way back is in the message. */
export function MemberRole({ organization, member, roles }: MemberRoleProps) {
  const { t } = useTranslation('members')
  const path = { organization_canonical: organization, member_id: member.id }
  const may = useMay('updateOrgMember', path)
  const name = member.username === undefined ? (member.invitation_email ?? '') : fullName(member)
  const change = useChange('updateOrgMember', { stale: ['getOrgMembers', 'getOrgMember'], onError: tellProblem })
  const give = (role_canonical: string, before?: string) =>
    change.mutate(
      { path, body: { role_canonical } },
      {
        onSuccess: ({ data }) =>
          tell(t('role.changed', { name, role: data.role.name }), before === undefined ? undefined : () => give(before)),
      },
    )
  const why = may.why ?? roles.why
  if (why !== undefined)
    return (
      <Tooltip label={why}>
        <Text size="sm" truncate>
          {member.role.name}
        </Text>
      </Tooltip>
    )
  const own = { value: member.role.canonical, label: member.role.name, disabled: false }
  return (
    <Select
      size="xs"
      w="100%"
      maw={240}
      aria-label={t('role.of', { name })}
      data={[...(roles.options.some(({ value }) => value === own.value) ? [] : [own]), ...roles.options]}
      value={change.isPending ? change.variables.body.role_canonical : own.value}
      allowDeselect={false}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
      onChange={(role) => role && role !== own.value && give(role, own.value)}
    />
  )
}
