import { Avatar, Badge, Group, Modal, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { TextFilter, useSearchValues } from '@/kit/filter.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Face, fullName } from './person.tsx'
import { TeamForm } from './team-form.tsx'

const id = '/_in/organizations/$organization/teams/'

export function TeamsPage() {
  const { t } = useTranslation('members')
  const { organization } = useParams({ from: id })
  const { q, panel } = useSearch({ from: id })
  const [, set] = useSearchValues()
  const navigate = useNavigate()
  const path = { organization_canonical: organization }
  const teams = useAsk('getTeams', { path, query: { page_size: 1000, order_by: 'team_name:asc' } })
  const columns = useColumns(organization)
  const create = (
    <ActionButton operation="createTeam" path={path} leftSection={<IconPlus size={16} />} onClick={() => set({ panel: 'new' })}>
      {t('team.create')}
    </ActionButton>
  )
  const saved = (team?: Schema<'Team'>) =>
    team
      ? void navigate({ to: '/organizations/$organization/teams/$team', params: { organization, team: team.canonical } })
      : set({ panel: undefined })
  return (
    <Page title={t('teams.title')} description={t('teams.description')} actions={create}>
      <Asked of={teams}>
        {({ data }) => (
          <>
            {data.length > 0 && (
              <Toolbar>
                <TextFilter name="q" label={t('filters.team')} />
              </Toolbar>
            )}
            <DataTable
              label={t('teams.title')}
              columns={columns}
              rows={q ? data.filter(({ name }) => name.toLowerCase().includes(q.toLowerCase())) : data}
              rowKey={({ canonical }) => canonical}
              empty={
                q ? (
                  <Empty title={t('list.nothingFound')}>{t('list.nothingFoundHint')}</Empty>
                ) : (
                  <Empty title={t('teams.empty')} action={create}>
                    {t('teams.emptyHint')}
                  </Empty>
                )
              }
            />
          </>
        )}
      </Asked>
      <Modal opened={panel === 'new'} onClose={() => set({ panel: undefined })} title={t('team.create')}>
        <TeamForm organization={organization} close={saved} />
      </Modal>
    </Page>
  )
}

function useColumns(organization: string): Column<Schema<'Team'>>[] {
  const { t } = useTranslation('members')
  return useMemo(
    () => [
      {
        key: 'name',
        title: t('columns.team'),
        width: 'minmax(180px, 2fr)',
        leads: true,
        sortBy: ({ name }) => name,
        cell: ({ canonical, name }) => (
          <LinkTo to="/organizations/$organization/teams/$team" params={{ organization, team: canonical }} size="sm" truncate>
            {name}
          </LinkTo>
        ),
      },
      {
        key: 'members',
        title: t('columns.members'),
        width: '200px',
        sortBy: ({ member_count }) => member_count,
        cell: ({ member_count, members_preview }) => (
          <Group gap="xs" wrap="nowrap">
            <Avatar.Group spacing={8} aria-hidden>
              {members_preview.slice(0, 4).map((member) => (
                <Face key={member.id} person={member} size={26} />
              ))}
            </Avatar.Group>
            <Text size="sm">{t('teams.members', { count: member_count })}</Text>
          </Group>
        ),
      },
      {
        key: 'roles',
        title: t('columns.roles'),
        width: 'minmax(180px, 2fr)',
        cell: ({ roles }) => (
          <Group gap={4} wrap="nowrap" style={{ overflow: 'hidden' }}>
            {roles.map(({ canonical, name }) => (
              <Badge key={canonical}>{name}</Badge>
            ))}
          </Group>
        ),
      },
      {
        key: 'owner',
        title: t('columns.owner'),
        width: 'minmax(120px, 1fr)',
        cell: ({ owner }) => (
          <Text size="sm" truncate>
            {owner ? fullName(owner) : '—'}
          </Text>
        ),
      },
      {
        key: 'created',
        title: t('columns.created'),
        width: '140px',
        sortBy: ({ created_at }) => created_at,
        cell: ({ created_at }) => <When at={created_at} />,
      },
    ],
    [t, organization],
  )
}
