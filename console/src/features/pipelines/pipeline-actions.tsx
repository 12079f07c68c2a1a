import { Button, Menu, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconFileCode, IconHistory, IconPlayerPause, IconPlayerPlay, IconTextCaption, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { ButtonLink } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { namePattern } from './create-pipeline.tsx'
import { PlaceItem } from './links.tsx'
import { usePausing } from './pausing.ts'
import { configRoute, type PipelinePlace, pipelinePath, pipelineRoute, pipelinesRoute } from './place.ts'

const lists = ['getPipelines', 'getEnvironmentPipelines', 'getProjectPipelines', 'getComponents'] as const

export function PipelineActions({ place, pipeline }: { place: PipelinePlace; pipeline: Schema<'Pipeline'> }) {
  const { t } = useTranslation(['pipelines', 'common'])
  const navigate = useNavigate()
  const { pausePipeline } = usePausing()
  const [renaming, rename] = useDisclosure(false)
  const path = pipelinePath(place)
  const { name, paused, jobs } = pipeline
  const remove = useChange('deletePipeline', {
    stale: lists,
    onSuccess() {
      tell(t('delete.done', { name }))
      void navigate({ to: pipelinesRoute, params: place })
    },
  })
  const mayDelete = useMay('deletePipeline', path)
  const mayRename = useMay('renamePipeline', path)
  return (
    <>
      <ActionButton
        operation={paused ? 'unpausePipeline' : 'pausePipeline'}
        path={path}
        variant={paused ? 'filled' : 'default'}
        leftSection={paused ? <IconPlayerPlay size={18} /> : <IconPlayerPause size={18} />}
        onClick={() => void pausePipeline(path, !paused)}
      >
        {t(paused ? 'pause.unpause' : 'pause.pause')}
      </ActionButton>
      <ButtonLink to={configRoute} params={place} variant="default" leftSection={<IconFileCode size={18} />}>
        {t('config.title')}
      </ButtonLink>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('common:actions.more')}>
            <IconDots size={18} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <PlaceItem to={configRoute} params={place} search={{ tab: 'history' }} leftSection={<IconHistory size={16} />}>
            {t('config.history')}
          </PlaceItem>
          <Menu.Item leftSection={<IconTextCaption size={16} />} disabled={!mayRename.allowed} onClick={rename.open}>
            {t('rename.open')}
            {!mayRename.allowed && <Text size="xs">{mayRename.why}</Text>}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={16} />}
            color="red"
            disabled={!mayDelete.allowed}
            onClick={() =>
              confirm({
                title: t('delete.title', { name }),
                children: t('delete.about', { count: jobs.length }),
                verb: t('delete.verb'),
                name,
                act: () => remove.mutateAsync({ path }),
              })
            }
          >
            {t('delete.verb')}
            {!mayDelete.allowed && <Text size="xs">{mayDelete.why}</Text>}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={renaming} onClose={rename.close} title={t('rename.title', { name })}>
        <Rename place={place} close={rename.close} />
      </Modal>
    </>
  )
}

function Rename({ place, close }: { place: PipelinePlace; close: () => void }) {
  const { t } = useTranslation(['pipelines', 'common'])
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { name: place.pipeline },
    validate: { name: (name) => (name.length >= 3 && name.length <= 100 && namePattern.test(name) ? null : t('create.nameRule')) },
    validateInputOnChange: true,
  })
  const rename = useChange('renamePipeline', {
    stale: lists,
    onSuccess() {
      const { name } = form.getValues()
      tell(t('rename.done', { name }))
      close()
      void navigate({ to: pipelineRoute, params: { ...place, pipeline: name }, replace: true })
    },
  })
  return (
    <form onSubmit={form.onSubmit(({ name }) => rename.mutate({ path: pipelinePath(place), query: { pipeline_name: name } }))}>
      <Stack>
        <Text size="sm">{t('rename.about')}</Text>
        <TextInput label={t('create.name')} required data-autofocus {...form.getInputProps('name')} />
        <ProblemAlert problem={rename.error} />
        <FormButtons close={close} verb={t('rename.verb')} busy={rename.isPending} disabled={form.values.name === place.pipeline} />
      </Stack>
    </form>
  )
}
