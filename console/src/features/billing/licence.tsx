import { Alert, Badge, Button, Group, Paper, Stack, Text, Textarea, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { HiddenSecret } from '@/kit/secret.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Seats } from './seats.tsx'

const stale = ['getLicence', 'getSubscription', 'getAccess', 'getOrg', 'getOrgs'] as const

export function LicencePart({ organization }: { organization: string }) {
  const { t } = useTranslation('billing')
  const licence = useAsk('getLicence', { path: { organization_canonical: organization } })
  return (
    <Paper withBorder p="md" component="section" aria-label={t('licence.title')}>
      <Stack>
        <Title order={2} size="h4">
          {t('licence.title')}
        </Title>
        {licence.error?.status === 404 ? (
          <Text size="sm">{t('licence.none')}</Text>
        ) : (
          <Asked of={licence}>{({ data }) => <Licence organization={organization} licence={data} />}</Asked>
        )}
        <Activate organization={organization} again={licence.data !== undefined} />
      </Stack>
    </Paper>
  )
}

function Licence({ organization, licence }: { organization: string; licence: Schema<'Licence'> }) {
  const { t } = useTranslation('billing')
  const path = { organization_canonical: organization }
  const remove = useChange('deleteLicence')
  const days = (licence.expires_at * 1000 - Date.now()) / 86_400_000
  const ask = () =>
    confirm({
      title: t('licence.removeTitle'),
      children: t('licence.removeText', { company: licence.company_name }),
      verb: t('licence.remove'),
      name: licence.company_name,
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('licence.removed'))
        await refresh(...stale)
      },
    })
  return (
    <Stack gap="sm">
      {days < 30 && <Alert color={days < 0 ? 'red' : 'yellow'}>{t(days < 0 ? 'licence.over' : 'licence.soon')}</Alert>}
      <Group gap="xs" wrap="wrap">
        <Text fw={600}>{licence.company_name}</Text>
        <Badge color="gray">{t(licence.on_prem ? 'licence.onPrem' : 'licence.hosted')}</Badge>
      </Group>
      <Text size="sm">{licence.email_address}</Text>
      <Text size="sm" component="div">
        {t('licence.until')} <When at={licence.expires_at} full />
      </Text>
      <Seats taken={licence.current_members} all={licence.members_count} />
      {licence.key === '' ? <Text size="sm">{t('licence.ofRoot')}</Text> : <HiddenSecret label={t('licence.key')} value={licence.key} />}
      <Group>
        <ActionButton
          operation="deleteLicence"
          path={path}
          color="red"
          variant="light"
          why={licence.key === '' ? t('licence.ofRoot') : undefined}
          onClick={ask}
        >
          {t('licence.remove')}
        </ActionButton>
      </Group>
    </Stack>
  )
}

function Activate({ organization, again }: { organization: string; again: boolean }) {
  const { t } = useTranslation('billing')
  const form = useForm({
    initialValues: { key: '' },
    validate: { key: (key) => (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(key.trim()) ? null : t('licence.wrongKey')) },
  })
  const activate = useChange('activateLicence', {
    stale,
    onSuccess: () => {
      tell(t('licence.activated'))
      form.reset()
    },
  })
  return (
    <form
      onSubmit={form.onSubmit(({ key }) => activate.mutate({ path: { organization_canonical: organization }, body: { key: key.trim() } }))}
    >
      <Stack align="start" gap="sm">
        <Textarea
          label={t(again ? 'licence.another' : 'licence.enter')}
          description={t('licence.keyHint')}
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
          w="100%"
          maw={720}
          {...form.getInputProps('key')}
        />
        <ProblemAlert problem={activate.error} />
        <Button type="submit" loading={activate.isPending} variant={again ? 'default' : 'filled'}>
          {t('licence.activate')}
        </Button>
      </Stack>
    </form>
  )
}
