/** Leaving an organization, and deleting it. */
import { Group, List, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { useAsk, useChange } from '@/api/query.ts'
import { currentSession } from '@/api/session.ts'
import type { Schema } from '@/api/types.ts'
import { rememberOrganization } from '@/features/shell/organizations.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tellProblem } from '@/kit/notice.tsx'

export function EndOfIt({ organization }: { organization: Schema<'Organization'> }) {
  const { t } = useTranslation('organizations')
  const { canonical, name } = organization
  const path = { organization_canonical: canonical }
  const username = currentSession()?.account.username
  const me = useAsk(
    'getOrgMembers',
    { path, query: { user_canonical: username ?? '' } },
    { enabled: username !== undefined },
  ).data?.data.find((member) => member.username === username)
  const leave = useChange('removeOrgMember')
  const remove = useChange('deleteOrg')
  const askToLeave = () =>
    me &&
    confirm({
      title: t('leave.title', { name }),
      children: t('leave.text'),
      verb: t('leave.verb'),
      act: () => leave.mutateAsync({ path: { ...path, member_id: me.id } }).then(goHome),
    })
  const askToDelete = async () => {
    // What goes along is counted at the moment of asking.
    const summary = await dataOf('getSummary', { path }).catch(tellProblem)
    if (!summary) return
    confirm({
      title: t('delete.title', { name }),
      children: (
        <Stack gap="xs">
          <Text>{t('delete.text')}</Text>
          <List>
            {counted.map((what) => (
              <List.Item key={what}>{t(`delete.${what}`, { count: summary[what] })}</List.Item>
            ))}
          </List>
          <Text>{t('delete.first')}</Text>
        </Stack>
      ),
      verb: t('delete.verb'),
      name: canonical,
      act: () => remove.mutateAsync({ path }).then(goHome),
    })
  }
  return (
    <Paper withBorder p="md">
      <Stack>
        <Title order={2} size="h4">
          {t('end.title')}
        </Title>
        <Group justify="space-between" wrap="wrap">
          <Text size="sm">{t('leave.hint')}</Text>
          <ActionButton
            operation="removeOrgMember"
            path={{ ...path, member_id: me?.id ?? 0 }}
            why={me ? undefined : t('leave.notMember')}
            variant="default"
            onClick={askToLeave}
          >
            {t('leave.verb')}
          </ActionButton>
        </Group>
        <Group justify="space-between" wrap="wrap">
          <Text size="sm">{t('delete.hint')}</Text>
          <ActionButton operation="deleteOrg" path={path} variant="outline" color="red" onClick={() => void askToDelete()}>
            {t('delete.verb')}
          </ActionButton>
        </Group>
      </Stack>
    </Paper>
  )
}

const counted = ['projects', 'users', 'teams', 'credentials', 'config_repositories', 'service_catalog_sources'] as const

/** Nothing of the organization stays in memory. */
function goHome(): void {
  rememberOrganization('')
  window.location.assign('/console/')
}
