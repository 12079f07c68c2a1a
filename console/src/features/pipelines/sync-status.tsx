/** Beside the name of a pipeline: whether it follows its stack, and what differs. */
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { refresh, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Diffs } from './diffs.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { SyncBadge, useSynced } from './sync-badge.tsx'

export function SyncStatus({ place }: { place: PipelinePlace }) {
  const { t } = useTranslation('pipelines')
  const [opened, { open, close }] = useDisclosure(false)
  const path = pipelinePath(place)
  const { data, isFetching } = useSynced(path)
  const status = data?.data
  const sync = useChange('syncPipeline', {
    stale: [
      'syncedPipeline',
      'getPipeline',
      'getPipelines',
      'getEnvironmentPipelines',
      'getPipelineConfig',
      'getPipelineConfigVersions',
      'getPipelineResources',
    ],
    onSuccess() {
      tell(t('sync.done'))
      close()
    },
  })
  return (
    <>
      <SyncBadge path={path} />
      {status && status.synced !== 'synced' && (
        <Button size="compact-sm" variant="subtle" onClick={open}>
          {t('sync.what')}
        </Button>
      )}
      {status && (
        <Modal opened={opened} onClose={close} title={t('sync.title')} size="xl">
          <Stack>
            <Text size="sm">{t(`sync.about.${status.synced}`)}</Text>
            {status.error && <Alert color="red">{status.error}</Alert>}
            {status.diffs && <Diffs diffs={status.diffs} />}
            <ProblemAlert problem={sync.error} />
            <Group justify="end" wrap="wrap">
              <Button variant="default" loading={isFetching} onClick={() => void refresh('syncedPipeline')}>
                {t('sync.again')}
              </Button>
              {status.synced === 'out_of_sync' && (
                <ActionButton operation="syncPipeline" path={path} loading={sync.isPending} onClick={() => sync.mutate({ path })}>
                  {t('sync.bring')}
                </ActionButton>
              )}
            </Group>
          </Stack>
        </Modal>
      )}
    </>
  )
}
