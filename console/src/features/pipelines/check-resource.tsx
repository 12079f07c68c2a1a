/** Looking for new versions now, and what the check says while it looks. */
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconRefresh } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { LogView } from '@/kit/log-view.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { StateBadge, stateOf } from './build-state.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { useBuildLog } from './use-build-log.ts'

export interface ResourcePlace extends PipelinePlace {
  resource: string
}
export const resourcePath = (place: ResourcePlace) => ({ ...pipelinePath(place), resource_name: place.resource })

export function CheckButton({ place }: { place: ResourcePlace }) {
  const { t } = useTranslation(['pipelines', 'common'])
  const [opened, { open, close }] = useDisclosure(false)
  const check = useChange('checkResource', { onSuccess: open })
  const path = resourcePath(place)
  return (
    <>
      <ActionButton
        operation="checkResource"
        path={path}
        leftSection={<IconRefresh size={18} />}
        loading={check.isPending}
        onClick={() => check.mutate({ path, body: {} })}
      >
        {t('check.now')}
      </ActionButton>
      <ProblemAlert problem={check.error} />
      <Modal opened={opened} onClose={close} title={t('check.title', { name: place.resource })} size="lg">
        {check.data && <CheckLog place={place} build={String(check.data.data.id)} />}
        <Group justify="end" mt="md">
          <Button onClick={close}>{t('common:actions.close')}</Button>
        </Group>
      </Modal>
    </>
  )
}

function CheckLog({ place, build }: { place: ResourcePlace; build: string }) {
  const { t } = useTranslation('pipelines')
  const { steps, errors, status, connection, problem } = useBuildLog(pipelinePath(place), build)
  useEffect(() => {
    if (connection === 'ended') void refresh('getResource', 'getResourceVersions', 'getPipelineResources')
  }, [connection])
  const told = [...steps.values()]
  const lines = told.flatMap((step) => step.lines)
  const wrong = [...errors, ...told.flatMap((step) => step.errors)]
  return (
    <Stack gap="xs">
      <Group gap="xs" role="status">
        <StateBadge state={stateOf(status ?? 'pending')} />
        <Text size="sm">{t(connection === 'ended' ? 'check.ended' : 'check.running')}</Text>
      </Group>
      <ProblemAlert problem={problem} />
      {wrong.map((message) => (
        <Alert key={message} color="red">
          {message}
        </Alert>
      ))}
      {lines.length > 0 ? (
        <LogView label={t('check.log')} lines={lines} fileName={`${place.resource}.txt`} />
      ) : (
        connection === 'ended' && <Text size="sm">{t('log.empty')}</Text>
      )}
    </Stack>
  )
}
