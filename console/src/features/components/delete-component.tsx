import { Alert, List, Stack, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Deletion } from '@/kit/deletion.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { isOf } from './pipeline-state.tsx'
import { type ComponentPlace, componentAddress, componentPath, environmentPath } from './places.ts'

export function DeleteComponent({ place, component: { name } }: { place: ComponentPlace; component: Schema<'Component'> }) {
  const { t } = useTranslation('components')
  const navigate = useNavigate()
  const path = componentPath(place)
  const environment = environmentPath(place)
  const { allowed } = useMay('getEnvironmentPipelines', environment)
  const pipelines = (useAsk('getEnvironmentPipelines', { path: environment }, { enabled: allowed }).data?.data ?? []).filter((pipeline) =>
    isOf(pipeline, place.project, place.environment, place.component),
  )
  const destroy = pipelines.flatMap((pipeline) =>
    pipeline.jobs.filter((job) => /destroy/i.test(job.name)).map((job) => ({ pipeline, job })),
  )
  const remove = useChange('deleteComponent', {
    stale: [
      'getComponents',
      'getEnvironment',
      'getProject',
      'getProjects',
      'getProjectEnvironments',
      'getProjectPipelines',
      'getEnvironmentPipelines',
      'getOrganizationComponents',
      'getPipelines',
      'getSummary',
    ],
    onSuccess() {
      tell(t('delete.done', { name }))
      void navigate({ to: '/organizations/$organization/projects/$project/environments/$environment', params: place, ignoreBlocker: true })
    },
  })
  return (
    <Deletion
      operation="deleteComponent"
      path={path}
      question={{
        title: t('delete.title', { name }),
        children: (
          <Stack gap="sm">
            <Text size="sm">{t('delete.goes')}</Text>
            <List size="sm">
              {pipelines.map((pipeline) => (
                <List.Item key={pipeline.id}>{t('delete.pipeline', { name: pipeline.name })}</List.Item>
              ))}
              <List.Item>{t('delete.files')}</List.Item>
              <List.Item>{t('delete.inventory')}</List.Item>
            </List>
            <Alert color="yellow">{t('delete.cloud')}</Alert>
          </Stack>
        ),
        verb: t('delete.verb'),
        name,
        act: () => remove.mutateAsync({ path }),
      }}
    >
      <Text size="sm">{t('delete.hint')}</Text>
      {destroy.map(({ pipeline, job }) => (
        <LinkTo
          key={`${pipeline.id} ${job.name}`}
          size="sm"
          to={`${componentAddress}/pipelines/$pipeline/jobs/$job`}
          params={{ ...place, pipeline: pipeline.name, job: job.name }}
        >
          {t('delete.destroyJob', { name: job.name })}
        </LinkTo>
      ))}
    </Deletion>
  )
}
