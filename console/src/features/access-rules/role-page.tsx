import { Badge, Group, Paper, Text, Title } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { IfAllowed } from '@/features/projects/if-allowed.tsx'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { useDraft } from '@/kit/draft.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { usePolicies } from './policies.ts'
import { RoleForm } from './role-form.tsx'
import { RuleTable } from './rule-table.tsx'
import { editedRules } from './rules.ts'
import { WithMeaning } from './with-meaning.tsx'
import { useWorld } from './world.ts'

export function RolePage() {
  const { organization, role } = useParams({ from: '/_in/organizations/$organization/roles/$role' })
  const found = useAsk('getRole', { path: { organization_canonical: organization, role_canonical: role } })
  return <Asked of={found}>{({ data }) => <Role key={data.canonical} organization={organization} role={data} />}</Asked>
}

function Role({ organization, role }: { organization: string; role: Schema<'Role'> }) {
  const { t } = useTranslation('access-rules')
  const navigate = useNavigate()
  const path = { organization_canonical: organization, role_canonical: role.canonical }
  const { allowed } = useMay('updateRole', path)
  const remove = useChange('deleteRole')
  const draft = useDraft(role, role.updated_at)
  const builtIn = role.default ? t('role.builtIn') : undefined
  const ask = () =>
    confirm({
      title: t('role.deleteTitle', { name: role.name }),
      children: t('role.deleteText'),
      verb: t('role.delete'),
      name: role.canonical,
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('role.deleted', { name: role.name }))
        await navigate({ to: '/organizations/$organization/roles', params: { organization }, ignoreBlocker: true })
        await refresh('getRoles')
      },
    })
  const actions = (
    <>
      <IfAllowed operation="createRole" path={{ organization_canonical: organization }} label={t('role.copy')}>
        <ButtonLink
          to="/organizations/$organization/roles/+new"
          params={{ organization }}
          search={{ copy: role.canonical }}
          variant={role.default ? 'filled' : 'default'}
        >
          {t('role.copy')}
        </ButtonLink>
      </IfAllowed>
      <ActionButton operation="deleteRole" path={path} color="red" variant="light" why={builtIn} onClick={ask}>
        {t('role.delete')}
      </ActionButton>
    </>
  )
  return (
    <Page
      title={role.name}
      beside={<Badge color={role.default ? 'gray' : 'brand'}>{t(role.default ? 'roles.builtIn' : 'roles.own')}</Badge>}
      description={builtIn ?? role.description}
      actions={actions}
    >
      <Holders organization={organization} role={role} />
      {role.default || !allowed ? (
        <ReadOnly organization={organization} role={role} />
      ) : (
        <RoleForm
          key={draft.key}
          organization={organization}
          from={draft.from}
          role={draft.from}
          draft={draft}
          done={(saved) => draft.saved(saved, saved.updated_at)}
        />
      )}
    </Page>
  )
}

/** Whom a change touches. */
function Holders({ organization, role }: { organization: string; role: Schema<'Role'> }) {
  const { t } = useTranslation('access-rules')
  const path = { organization_canonical: organization }
  const members = useAsk(
    'getOrgMembers',
    { path, query: { role_name: role.name, page_size: 1 } },
    { enabled: useMay('getOrgMembers', path).allowed },
  )
  const teams = useAsk('getTeams', { path, query: { page_size: 1000 } }, { enabled: useMay('getTeams', path).allowed })
  const holding = (teams.data?.data ?? []).filter(({ roles }) => roles.some(({ canonical }) => canonical === role.canonical))
  return (
    <Group gap="md" wrap="wrap">
      {members.data && (
        <LinkTo to="/organizations/$organization/members" params={{ organization }} search={{ role: role.name }} size="sm">
          {t('role.members', { count: members.data.pagination.total })}
        </LinkTo>
      )}
      {holding.map(({ canonical, name }) => (
        <LinkTo key={canonical} to="/organizations/$organization/teams/$team" params={{ organization, team: canonical }} size="sm">
          {t('role.team', { name })}
        </LinkTo>
      ))}
    </Group>
  )
}

function ReadOnly({ organization, role }: { organization: string; role: Schema<'Role'> }) {
  const { t } = useTranslation('access-rules')
  const { policies, why } = usePolicies(organization)
  const world = useWorld(organization)
  return (
    <WithMeaning rules={editedRules(role.rules)} policies={policies} world={world} why={why}>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="xs">
          {t('rules.title')}
        </Title>
        {role.default && <Text size="sm">{role.description}</Text>}
        <RuleTable rules={role.rules} />
      </Paper>
    </WithMeaning>
  )
}
