import { Alert, Badge, Button, Code, CopyButton, Drawer, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, NotFound } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { BigQueryAccess } from './big-query.tsx'
import { SecretValues } from './secret-values.tsx'
import { UsedBy } from './used-by.tsx'

interface DrawerProps {
  organization: string
  canonical: string | undefined
  close: () => void
  edit: () => void
}

/** One credential without its values: those are asked for when somebody wants to see them. */
export function CredentialDrawer({ organization, canonical, close, edit }: DrawerProps) {
  const found = useCredential(organization, canonical)
  return (
    <Drawer opened={canonical !== undefined} onClose={close} title={found.data?.data[0]?.name ?? canonical}>
      <Asked of={found}>
        {({ data: [credential] }) =>
          credential ? <Details organization={organization} credential={credential} close={close} edit={edit} /> : <NotFound />
        }
      </Asked>
    </Drawer>
  )
}

/** Of the list, which says everything but the values, and may be read by more people. */
export const useCredential = (organization: string, canonical: string | undefined) =>
  useAsk(
    'listCredentials',
    { path: { organization_canonical: organization }, filters: { 'credential_canonical[eq]': canonical } },
    { enabled: canonical !== undefined },
  )

function Details({ organization, credential, close, edit }: Omit<DrawerProps, 'canonical'> & { credential: Schema<'CredentialSimple'> }) {
  const { t } = useTranslation(['credentials', 'common'])
  const path = { organization_canonical: organization, credential_canonical: credential.canonical }
  const remove = useChange('deleteCredential', { onSuccess: () => tell(t('details.deleted', { name: credential.name })) })
  const askRemove = () =>
    confirm({
      title: t('details.deleteTitle', { name: credential.name }),
      children: t('details.deleteText', { path: credential.path }),
      verb: t('details.delete'),
      name: credential.canonical,
      act: async () => {
        await remove.mutateAsync({ path })
        close()
        await refresh('listCredentials')
      },
    })
  return (
    <Stack gap="lg">
      {credential.description && <Text size="sm">{credential.description}</Text>}
      <Group gap="xs" wrap="wrap">
        <Badge variant="light">{t(`types.${credential.type}`)}</Badge>
        <Text size="sm">{t('details.owner', { owner: credential.owner?.username ?? t('details.nobody') })}</Text>
        <Text size="sm" component="span">
          {t('columns.changed')} <When at={credential.updated_at} />
        </Text>
      </Group>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('details.values')}
        </Title>
        <SecretValues path={path} keys={credential.keys} />
      </section>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('details.inPipelines')}
        </Title>
        <Stack gap={4}>
          {credential.keys.map((key) => (
            <PipelineName key={key} text={`((${credential.path}.${key}))`} />
          ))}
        </Stack>
      </section>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('details.usedBy')}
        </Title>
        <UsedBy organization={organization} use={credential.in_use} />
      </section>
      {credential.type === 'gcp' && <BigQueryAccess path={path} />}
      {credential.canonical === 'vault' && <Alert color="gray">{t('details.builtIn')}</Alert>}
      <Group wrap="wrap">
        <ActionButton operation="updateCredential" path={path} variant="default" onClick={edit}>
          {t('common:actions.edit')}
        </ActionButton>
        <ActionButton
          operation="deleteCredential"
          path={path}
          color="red"
          variant="light"
          why={credential.canonical === 'vault' ? t('details.builtIn') : undefined}
          onClick={askRemove}
        >
          {t('details.delete')}
        </ActionButton>
      </Group>
    </Stack>
  )
}

function PipelineName({ text }: { text: string }) {
  const { t } = useTranslation('common')
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="subtle" onClick={copy} aria-label={`${t('actions.copy')} ${text}`}>
            {copied ? t('actions.copied') : t('actions.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}
