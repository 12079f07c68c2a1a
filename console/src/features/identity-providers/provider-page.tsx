import { Alert, Anchor, Badge, Code, Grid, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconExternalLink } from '@tabler/icons-react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { CopySign } from '@/kit/secret.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { ProviderForm } from './provider-form.tsx'

export function ProviderPage() {
  const { organization, provider } = useParams({ from: '/_in/organizations/$organization/identity-providers_/$provider' })
  const found = useAsk('getIdentityProvider', {
    path: { organization_canonical: organization, identity_provider_canonical: provider },
  })
  return <Asked of={found}>{({ data }) => <Provider organization={organization} provider={data} />}</Asked>
}

export function NewProviderPage() {
  const { t } = useTranslation('identity-providers')
  const { organization } = useParams({ from: '/_in/organizations/$organization/identity-providers_/+new' })
  const { why } = useMay('createIdentityProvider', { organization_canonical: organization })
  const navigate = useNavigate()
  return (
    <Page title={t('list.add')} description={why ?? t('form.newHint')}>
      <Paper withBorder p="md" maw={860}>
        <ProviderForm
          organization={organization}
          why={why}
          done={({ canonical }) =>
            void navigate({
              to: '/organizations/$organization/identity-providers/$provider',
              params: { organization, provider: canonical },
            })
          }
        />
      </Paper>
    </Page>
  )
}

function Provider({ organization, provider }: { organization: string; provider: Schema<'IdentityProvider'> }) {
  const { t } = useTranslation('identity-providers')
  const navigate = useNavigate()
  const path = { organization_canonical: organization, identity_provider_canonical: provider.canonical }
  const { why } = useMay('updateIdentityProvider', path)
  const remove = useChange('deleteIdentityProvider')
  const ask = () =>
    confirm({
      title: t('remove.title', { name: provider.name }),
      children: t('remove.text'),
      verb: t('remove.verb'),
      name: provider.canonical,
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('remove.done', { name: provider.name }))
        await navigate({ to: '/organizations/$organization/identity-providers', params: { organization } })
        await refresh('listIdentityProviders')
      },
    })
  return (
    <Page
      title={provider.name}
      beside={<Badge color={provider.enabled ? 'green' : 'gray'}>{t(provider.enabled ? 'state.on' : 'state.off')}</Badge>}
      description={why}
      actions={
        <ActionButton operation="deleteIdentityProvider" path={path} color="red" variant="light" onClick={ask}>
          {t('remove.verb')}
        </ActionButton>
      }
    >
      {provider.problem && (
        <Alert color="red" icon={<IconAlertTriangle />} title={t('state.problem')}>
          {provider.problem}
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Paper withBorder p="md">
            <ProviderForm key={provider.updated_at} organization={organization} provider={provider} why={why} done={() => {}} />
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Addresses provider={provider} />
            <Certificates provider={provider} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function Addresses({ provider: { service_provider: ours, last_sign_in_at } }: { provider: Schema<'IdentityProvider'> }) {
  const { t } = useTranslation('identity-providers')
  const rows = [
    [t('ours.metadata'), ours.metadata_url],
    [t('ours.entity'), ours.entity_id],
    [t('ours.acs'), ours.acs_url],
    [t('ours.login'), ours.login_url],
  ] as const
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4">
        {t('ours.title')}
      </Title>
      <Stack gap="sm" mt="sm">
        {rows.map(([label, value]) => (
          <div key={label}>
            <Text size="xs" c="dimmed">
              {label}
            </Text>
            <Group gap={4} wrap="nowrap" align="start">
              <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
              <CopySign value={value} label={label} />
            </Group>
          </div>
        ))}
        <Anchor href={ours.login_url} target="_blank" rel="noreferrer" size="sm">
          {t('ours.test')} <IconExternalLink size={14} aria-hidden />
        </Anchor>
        <Text size="sm" component="div" c="dimmed">
          {t('columns.lastSignIn')} <When at={last_sign_in_at} />
        </Text>
      </Stack>
    </Paper>
  )
}

/** Days before its end at which a certificate is worth a look. */
const soon = 30

function Certificates({ provider }: { provider: Schema<'IdentityProvider'> }) {
  const { t } = useTranslation('identity-providers')
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4">
        {t('certificates.title')}
      </Title>
      <Stack gap="sm" mt="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('certificates.of')} <Code>{provider.entity_id}</Code>
        </Text>
        {provider.certificates.map(({ fingerprint, expires_at }) => {
          const days = (expires_at * 1000 - Date.now()) / 86_400_000
          return (
            <div key={fingerprint}>
              <Code style={{ overflowWrap: 'anywhere' }}>{fingerprint}</Code>
              <Group gap="xs" mt={4}>
                <Badge color={days < 0 ? 'red' : days < soon ? 'yellow' : 'green'}>
                  {t(days < 0 ? 'certificates.over' : days < soon ? 'certificates.soon' : 'certificates.good')}
                </Badge>
                <Text size="sm" component="div">
                  <When at={expires_at} full />
                </Text>
              </Group>
            </div>
          )
        })}
      </Stack>
    </Paper>
  )
}
