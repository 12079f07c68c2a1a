import { IconBan, IconRepeat } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { type BuildPlace, buildPath, buildRoute } from './place.ts'
import { TriggerButton } from './trigger.tsx'

const stale = ['getBuild', 'getBuilds', 'getJob', 'getPipeline', 'getPipelines'] as const

export function BuildActions({ place, build, over }: { place: BuildPlace; build: Schema<'Build'>; over: boolean }) {
  const { t } = useTranslation('pipelines')
  const navigate = useNavigate()
  const path = buildPath(place)
  const abort = useChange('abortBuild', { stale, onSuccess: () => tell(t('build.aborting', { name: build.name })), onError: tellProblem })
  const rerun = useChange('rerunBuild', {
    stale,
    onSuccess: ({ data }) => void navigate({ to: buildRoute, params: { ...place, build: String(data.id) } }),
    onError: tellProblem,
  })
  return (
    <>
      {!over && (
        <ActionButton
          operation="abortBuild"
          path={path}
          color="red"
          leftSection={<IconBan size={18} />}
          loading={abort.isPending}
          onClick={() => abort.mutate({ path })}
        >
          {t('build.abort')}
        </ActionButton>
      )}
      {over && (
        <ActionButton
          operation="rerunBuild"
          path={path}
          variant="default"
          leftSection={<IconRepeat size={18} />}
          loading={rerun.isPending}
          onClick={() => rerun.mutate({ path })}
        >
          {t('build.rerun')}
        </ActionButton>
      )}
      <TriggerButton place={place} automatic={false} />
    </>
  )
}
