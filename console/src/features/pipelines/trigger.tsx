/** Asking for a build of a job, and going there. */
import { IconBolt } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { ActionButton, ActionSign } from '@/kit/action-button.tsx'
import { tellProblem } from '@/kit/notice.tsx'
import { buildRoute, type JobPlace, jobPath } from './place.ts'

interface TriggerProps {
  place: JobPlace
  /** It takes no builds that people ask for. */
  automatic: boolean | undefined
}

export function TriggerButton({ place, automatic }: TriggerProps) {
  const { t } = useTranslation('pipelines')
  const { trigger, busy } = useTrigger(place)
  return (
    <ActionButton
      operation="createBuild"
      path={jobPath(place)}
      why={automatic ? t('job.automatic') : undefined}
      leftSection={<IconBolt size={18} />}
      loading={busy}
      onClick={trigger}
    >
      {t('job.trigger')}
    </ActionButton>
  )
}

export function TriggerSign({ place, automatic }: TriggerProps) {
  const { t } = useTranslation('pipelines')
  const { trigger, busy } = useTrigger(place)
  return (
    <ActionSign
      operation="createBuild"
      path={jobPath(place)}
      why={automatic ? t('job.automatic') : undefined}
      label={t('job.triggerNamed', { name: place.job })}
      loading={busy}
      onClick={trigger}
    >
      <IconBolt size={18} />
    </ActionSign>
  )
}

function useTrigger(place: JobPlace) {
  const navigate = useNavigate()
  const create = useChange('createBuild', {
    stale: ['getPipeline', 'getPipelines', 'getJob', 'getBuilds'],
    onSuccess: ({ data }) => void navigate({ to: buildRoute, params: { ...place, build: String(data.id) } }),
    onError: tellProblem,
  })
  return { trigger: () => create.mutate({ path: jobPath(place) }), busy: create.isPending }
}
