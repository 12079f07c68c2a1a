import { Button, Group, Select, Stack, Title } from '@mantine/core'
import { IconUserMinus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { useMemberOptions } from '@/features/projects/options.ts'
import { ActionButton, ActionSign } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Empty, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { fullName, Person } from './person.tsx'

const stale = ['getTeamMembers', 'getTeam', 'getTeams'] as const

export function TeamMembers({ organization, team }: { organization: string; team: Schema<'Team'> }) {
  const { t } = useTranslation('members')
  const path = { organization_canonical: organization, team_canonical: team.canonical }
  const rows = usePagedList('getTeamMembers', { path })
  const columns = useColumns(organization, team)
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('columns.members')}
      </Title>
      <AddMember organization={organization} team={team} />
      <DataTable
        label={t('teamMembers.of', { name: team.name })}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHeight={56}
        empty={<Empty title={t('teamMembers.empty')}>{t('teamMembers.emptyHint')}</Empty>}
      />
    </Stack>
  )
}

function AddMember({ organization, team }: { organization: string; team: Schema<'Team'> }) {
  const { t } = useTranslation('members')
  const path = { organization_canonical: organization, team_canonical: team.canonical }
  const may = useMay('assignMemberToTeam', path)
  const members = useMemberOptions(organization)
  const [username, setUsername] = useState<string | null>(null)
  const add = useChange('assignMemberToTeam', {
    stale,
    onSuccess: ({ data }) => {
      tell(t('teamMembers.added', { name: fullName(data) }))
      setUsername(null)
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (username !== null && may.allowed) add.mutate({ path, body: { username } })
      }}
    >
      <Stack gap="xs">
        <Group align="end" gap="sm" wrap="wrap">
          <Select
            label={t('teamMembers.add')}
            placeholder={t('teamMembers.choose')}
            description={members.why}
            data={members.data}
            searchable
            value={username}
            onChange={setUsername}
            disabled={!may.allowed}
            nothingFoundMessage={t('list.nothingFound')}
            w={{ base: '100%', xs: 320 }}
          />
          {may.allowed ? (
            <Button type="submit" variant="default" loading={add.isPending} disabled={username === null}>
              {t('teamMembers.addVerb')}
            </Button>
          ) : (
            <ActionButton operation="assignMemberToTeam" path={path} variant="default">
              {t('teamMembers.addVerb')}
            </ActionButton>
          )}
        </Group>
        <ProblemAlert problem={add.error} />
      </Stack>
    </form>
  )
}

function useColumns(organization: string, team: Schema<'Team'>): Column<Schema<'MemberTeam'>>[] {
  const { t } = useTranslation('members')
  return useMemo(
    () => [
      { key: 'name', title: t('columns.name'), width: 'minmax(220px, 2fr)', cell: (row) => <Person person={row} /> },
      { key: 'username', title: t('columns.username'), width: 'minmax(120px, 1fr)', cell: ({ username }) => username },
      { key: 'login', title: t('columns.lastSignIn'), width: '150px', cell: ({ last_login_at }) => <When at={last_login_at} /> },
      {
        key: 'actions',
        title: t('columns.actions'),
        width: '100px',
        align: 'end',
        cell: (row) => <TakeOut organization={organization} team={team} member={row} />,
      },
    ],
    [t, organization, team],
  )
}

/** Done at once, since adding them again gives back exactly what they had. */
function TakeOut({ organization, team, member }: { organization: string; team: Schema<'Team'>; member: Schema<'MemberTeam'> }) {
  const { t } = useTranslation('members')
  const inTeam = { organization_canonical: organization, team_canonical: team.canonical }
  const path = { ...inTeam, member_id: member.id }
  const name = fullName(member)
  const back = useChange('assignMemberToTeam', { stale, onError: tellProblem })
  const out = useChange('unassignMemberFromTeam', {
    stale,
    onSuccess: () => tell(t('teamMembers.removed', { name }), () => back.mutate({ path: inTeam, body: { username: member.username } })),
    onError: tellProblem,
  })
  return (
    <ActionSign
      operation="unassignMemberFromTeam"
      path={path}
      color="red"
      label={t('teamMembers.remove', { name })}
      loading={out.isPending}
      onClick={() => out.mutate({ path })}
    >
      <IconUserMinus size={18} />
    </ActionSign>
  )
}
