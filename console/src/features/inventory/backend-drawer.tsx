import { Anchor, Badge, Drawer, Group, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import type { Backend, Purpose } from './backend-engines.ts'
import { Attributes } from './resource-drawer.tsx'

/** `web / prod / front`; undefined for the whole organization. */
export const placeOf = ({
  project_canonical: project,
  environment_canonical: environment,
  component_canonical: component,
}: Backend): string | undefined => [project, environment, component].filter(Boolean).join(' / ') || undefined

interface DrawerProps {
  organization: string
  id: number | undefined
  close: () => void
  edit: () => void
}

export function BackendDrawer({ organization, id, close, edit }: DrawerProps) {
  const { t } = useTranslation('inventory')
  const path = { organization_canonical: organization, external_backend_id: id ?? 0 }
  const found = useAsk('getExternalBackend', { path }, { enabled: id !== undefined })
  const engine = found.data?.data.configuration?.engine
  return (
    <Drawer opened={id !== undefined} onClose={close} title={engine ? t(`engines.${engine}`) : t('backends.title')}>
      <Asked of={found}>{({ data }) => <Details organization={organization} backend={data} path={path} close={close} edit={edit} />}</Asked>
    </Drawer>
  )
}

interface DetailsProps extends Omit<DrawerProps, 'id'> {
  backend: Backend
  path: { organization_canonical: string; external_backend_id: number }
}

function Details({ organization, backend, path, close, edit }: DetailsProps) {
  const { t } = useTranslation(['inventory', 'common'])
  const [shown, setShown] = useState(false)
  const remove = useChange('deleteExternalBackend')
  const { engine, ...configuration } = (backend.configuration ?? {}) as Record<string, unknown>
  const place = placeOf(backend) ?? t('backends.everywhere')
  const askRemove = () =>
    confirm({
      title: t('backends.deleteTitle', { engine: String(engine), place }),
      children: t(`backends.deleteText.${backend.purpose as Purpose}`),
      verb: t('backends.delete'),
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('backends.deleted'))
        close()
        await refresh('getExternalBackends', 'listCredentials')
      },
    })
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <Badge variant="light">{t(`purposes.${backend.purpose as Purpose}`)}</Badge>
        <Text size="sm">{place}</Text>
      </Group>
      {backend.credential_canonical && (
        <Text size="sm">
          {t('backends.credential')}:{' '}
          <Anchor
            component={Link}
            to="/organizations/$organization/credentials"
            params={{ organization } as never}
            search={{ credential: backend.credential_canonical } as never}
            size="sm"
          >
            {backend.credential_canonical}
          </Anchor>
        </Text>
      )}
      <Attributes title={t('backends.configuration')} none={t('backends.noConfiguration')} values={configuration} />
      {backend.jwt !== undefined && backend.component_canonical === undefined && (
        <Stack align="start">
          <Text size="sm">{t('backends.tokenHint')}</Text>
          {shown ? (
            <Code
              value={`${window.location.origin}/inventory?jwt=${backend.jwt}`}
              language="text"
              label={t('backends.token')}
              minHeight={60}
            />
          ) : (
            <ActionButton operation="updateExternalBackend" path={path} variant="default" onClick={() => setShown(true)}>
              {t('backends.showToken')}
            </ActionButton>
          )}
        </Stack>
      )}
      <Group wrap="wrap">
        <ActionButton operation="updateExternalBackend" path={path} variant="default" onClick={edit}>
          {t('common:actions.edit')}
        </ActionButton>
        <ActionButton operation="deleteExternalBackend" path={path} color="red" variant="light" onClick={askRemove}>
          {t('backends.delete')}
        </ActionButton>
      </Group>
    </Stack>
  )
}
