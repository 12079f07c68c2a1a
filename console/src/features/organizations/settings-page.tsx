import { Group, Paper, SimpleGrid, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { CopySign } from '@/kit/secret.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { EndOfIt } from './end-of-it.tsx'

export function OrganizationSettings() {
  const { t } = useTranslation('organizations')
  const { organization } = useParams({ from: '/_in/organizations/$organization/settings' })
  const asked = useAsk('getOrg', { path: { organization_canonical: organization } })
  return (
    <Page title={t('settings.title')}>
      <Asked of={asked}>
        {({ data }) => (
          <>
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
              <Values key={data.canonical} organization={data} />
              <Facts organization={data} />
            </SimpleGrid>
            <EndOfIt organization={data} />
          </>
        )}
      </Asked>
    </Page>
  )
}

type Organization = Schema<'Organization'>

function Values({ organization }: { organization: Organization }) {
  const { t } = useTranslation(['organizations', 'common'])
  const path = { organization_canonical: organization.canonical }
  const { allowed, why } = useMay('updateOrg', path)
  const { name, mfa_enabled, quotas, can_children_create_appearance } = organization
  const form = useForm({
    initialValues: { name, mfa_enabled, quotas, can_children_create_appearance },
    validateInputOnChange: true,
    validate: { name: (text) => (text.trim().length < 3 ? t('fields.nameShort') : null) },
  })
  const save = useChange('updateOrg', {
    stale: ['getOrg', 'getOrgs', 'getChildren'],
    onSuccess() {
      form.resetDirty()
      tell(t('settings.saved'))
    },
    onError: (problem) => showProblem(form, problem),
  })
  const submit = form.onSubmit(
    (values) => save.mutate({ path, body: { ...values, name: values.name.trim() } }),
    (errors) => focusFirst(form, errors),
  )
  return (
    <Paper withBorder p="md">
      <form noValidate onSubmit={submit}>
        <Stack>
          <Title order={2} size="h4">
            {t('settings.general')}
          </Title>
          {why && <Text c="dimmed">{why}</Text>}
          <TextInput label={t('fields.name')} withAsterisk readOnly={!allowed} {...form.getInputProps('name')} />
          <Switch
            disabled={!allowed}
            label={t('settings.mfa')}
            description={t('settings.mfaHint')}
            {...form.getInputProps('mfa_enabled', { type: 'checkbox' })}
          />
          <Switch
            disabled={!allowed}
            label={t('settings.quotas')}
            description={t('settings.quotasHint')}
            {...form.getInputProps('quotas', { type: 'checkbox' })}
          />
          <Switch
            disabled={!allowed}
            label={t('settings.appearances')}
            description={t('settings.appearancesHint')}
            {...form.getInputProps('can_children_create_appearance', { type: 'checkbox' })}
          />
          <ProblemAlert problem={save.error} />
          {allowed && <FormButtons verb={t('common:actions.save')} busy={save.isPending} disabled={!form.isDirty()} />}
        </Stack>
      </form>
    </Paper>
  )
}

function Facts({ organization: { canonical, created_at, ci_url, ci_team_name } }: { organization: Organization }) {
  const { t } = useTranslation('organizations')
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('settings.facts')}
        </Title>
        <Fact label={t('fields.canonical')}>
          <Group gap={4} wrap="nowrap">
            <Text span ff="monospace" size="sm">
              {canonical}
            </Text>
            <CopySign value={canonical} label={t('fields.canonical')} />
          </Group>
        </Fact>
        <Fact label={t('settings.created')}>
          <When at={created_at} full />
        </Fact>
        {ci_url !== '' && (
          <Fact label={t('settings.engine')}>
            {ci_url} {ci_team_name !== '' && `(${ci_team_name})`}
          </Fact>
        )}
      </Stack>
    </Paper>
  )
}

const Fact = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div>
    <Text size="sm" c="dimmed">
      {label}
    </Text>
    <Text component="div" size="sm" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  </div>
)
