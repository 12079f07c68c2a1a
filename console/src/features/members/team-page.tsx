import { Modal, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { fullName, Person } from './person.tsx'
import { TeamForm } from './team-form.tsx'
import { TeamMembers } from './team-members.tsx'

export function TeamPage() {
  const { organization, team } = useParams({ from: '/_in/organizations/$organization/teams/$team' })
  const found = useAsk('getTeam', { path: { organization_canonical: organization, team_canonical: team } })
  return <Asked of={found}>{({ data }) => <Team organization={organization} team={data} />}</Asked>
}

function Team({ organization, team }: { organization: string; team: Schema<'Team'> }) {
  const { t } = useTranslation(['members', 'common'])
  const [editing, setEditing] = useState(false)
  const navigate = useNavigate()
  const path = { organization_canonical: organization, team_canonical: team.canonical }
  const remove = useChange('deleteTeam')
  const ask = () =>
    confirm({
      title: t('team.deleteTitle', { name: team.name }),
      children: t('team.deleteText', { count: team.member_count }),
      verb: t('team.delete'),
      name: team.canonical,
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('team.deleted', { name: team.name }))
        await navigate({ to: '/organizations/$organization/teams', params: { organization } })
        await refresh('getTeams')
      },
    })
  const actions = (
    <>
      <ActionButton operation="updateTeam" path={path} variant="default" onClick={() => setEditing(true)}>
        {t('common:actions.edit')}
      </ActionButton>
      <ActionButton operation="deleteTeam" path={path} variant="light" color="red" onClick={ask}>
        {t('team.delete')}
      </ActionButton>
    </>
  )
  return (
    <Page title={team.name} actions={actions}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="sm">
            {t('team.roles')}
          </Title>
          <Stack gap="sm">
            {team.roles.map(({ canonical, name, description }) => (
              <div key={canonical}>
                <LinkTo to="/organizations/$organization/roles/$role" params={{ organization, role: canonical }} size="sm">
                  {name}
                </LinkTo>
                <Text size="xs" c="dimmed">
                  {description}
                </Text>
              </div>
            ))}
          </Stack>
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="sm">
            {t('team.owner')}
          </Title>
          {team.owner ? (
            <Person person={team.owner}>{<Text size="sm">{fullName(team.owner)}</Text>}</Person>
          ) : (
            <Text size="sm">{t('team.noOwner')}</Text>
          )}
          <Text size="sm" c="dimmed" mt="sm">
            {t('columns.created')} <When at={team.created_at} />
          </Text>
        </Paper>
      </SimpleGrid>
      <TeamMembers organization={organization} team={team} />
      <Modal opened={editing} onClose={() => setEditing(false)} title={t('team.editTitle', { name: team.name })}>
        <TeamForm organization={organization} team={team} close={() => setEditing(false)} />
      </Modal>
    </Page>
  )
}
