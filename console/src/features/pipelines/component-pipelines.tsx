import { Button, Group, Modal } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { CreatePipeline } from './create-pipeline.tsx'
import { PipelineTable } from './pipeline-table.tsx'
import { type ComponentPlace, componentPath } from './place.ts'

interface Props {
  place: ComponentPlace
  creating: boolean
  onCreating: (creating: boolean) => void
}

export function ComponentPipelines({ place, creating, onCreating }: Props) {
  const { t } = useTranslation(['pipelines', 'common'])
  const { component_canonical: component, ...environment } = componentPath(place)
  const pipelines = useAsk('getEnvironmentPipelines', { path: environment }, { every: 8000 })
  const create = (
    <ActionButton
      operation="createPipeline"
      path={componentPath(place)}
      leftSection={<IconPlus size={18} />}
      onClick={() => onCreating(true)}
    >
      {t('create.open')}
    </ActionButton>
  )
  return (
    <Page title={t('list.title')} description={t('list.ofComponent')} actions={create}>
      <Asked of={pipelines}>
        {({ data }) => (
          <PipelineTable
            organization={place.organization}
            rows={data.filter((pipeline) => pipeline.component.canonical === component)}
            bare
            empty={
              <Empty title={t('list.emptyComponent')} action={create}>
                {t('list.emptyComponentAbout')}
              </Empty>
            }
          />
        )}
      </Asked>
      <Modal opened={creating} onClose={() => onCreating(false)} title={t('create.title')} size="xl">
        <CreatePipeline
          place={place}
          cancel={
            <Group>
              <Button variant="default" onClick={() => onCreating(false)}>
                {t('common:actions.cancel')}
              </Button>
            </Group>
          }
        />
      </Modal>
    </Page>
  )
}
