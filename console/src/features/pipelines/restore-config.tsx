import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { VersionsCompared } from './versions-compared.tsx'

/** Going back to a saved configuration, after a look at what that changes. */
export function RestoreButton({ place, version }: { place: PipelinePlace; version: number }) {
  const { t } = useTranslation(['pipelines', 'common'])
  const [opened, { open, close }] = useDisclosure(false)
  const path = { ...pipelinePath(place), config_version: version }
  const current = useAsk('getPipeline', { path: pipelinePath(place) })
  const restore = useChange('restorePipelineConfigVersion', {
    stale: ['getPipeline', 'getPipelines', 'getPipelineConfig', 'getPipelineConfigVersions', 'getPipelineVariables', 'syncedPipeline'],
    onSuccess() {
      tell(t('history.restored', { version }))
      close()
    },
  })
  return (
    <>
      <ActionButton operation="restorePipelineConfigVersion" path={path} size="compact-sm" variant="default" onClick={open}>
        {t('history.restore')}
      </ActionButton>
      <Modal opened={opened} onClose={close} title={t('history.restoreTitle', { version })} size="xl">
        <Stack>
          <Text size="sm">{t('history.restoreAbout')}</Text>
          <Asked of={current}>
            {({ data: { config_version: now } }) => (now === undefined ? null : <VersionsCompared place={place} from={now} to={version} />)}
          </Asked>
          <ProblemAlert problem={restore.error} />
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common:actions.cancel')}
            </Button>
            <Button loading={restore.isPending} onClick={() => restore.mutate({ path })} data-autofocus>
              {t('history.restoreVerb')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
