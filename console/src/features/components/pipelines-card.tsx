import { Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { When } from '@/kit/when.tsx'
import { Card } from './card.tsx'
import { pipelineStates, StateBadge, stateOf } from './pipeline-state.tsx'
import { type ComponentPlace, componentAddress } from './places.ts'

const jobsShown = 6

export function PipelinesCard({ place }: { place: ComponentPlace }) {
  const { t } = useTranslation('components')
  const path = { organization_canonical: place.organization }
  const { allowed, why } = useMay('getPipelines', path)
  const query = { project_canonical: place.project, environment_canonical: place.environment, component_canonical: place.component }
  const all = useAsk('getPipelines', { path, query }, { every: 5_000, enabled: allowed })
  const pipelines = all.data?.data ?? []
  return (
    <Card
      title={t('pipelines.title')}
      of={all}
      why={why}
      action={
        <LinkTo size="sm" to={`${componentAddress}/pipelines`} params={place}>
          {t('pipelines.more')}
        </LinkTo>
      }
    >
      {pipelines.length === 0 ? (
        <Text size="sm">{t('pipelines.none')}</Text>
      ) : (
        <Stack gap="lg">
          {pipelines.map((pipeline) => (
            <PipelineSummary key={pipeline.id} place={place} pipeline={pipeline} />
          ))}
        </Stack>
      )}
    </Card>
  )
}

function PipelineSummary({ place, pipeline }: { place: ComponentPlace; pipeline: Schema<'Pipeline'> }) {
  const { t } = useTranslation('components')
  const { name, problem, jobs } = pipeline
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <LinkTo
          fw={600}
          size="sm"
          to={`${componentAddress}/pipelines/$pipeline`}
          params={{ ...place, pipeline: name }}
          style={{ overflowWrap: 'anywhere' }}
        >
          {name}
        </LinkTo>
        <StateBadge state={stateOf(pipeline)} />
      </Group>
      {problem && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {problem}
        </Text>
      )}
      {jobs.slice(0, jobsShown).map((job) => (
        <LastBuild key={job.id} place={place} pipeline={name} job={job} />
      ))}
      {jobs.length > jobsShown && <Text size="xs">{t('pipelines.moreJobs', { count: jobs.length - jobsShown })}</Text>}
    </Stack>
  )
}

function LastBuild({ place, pipeline, job }: { place: ComponentPlace; pipeline: string; job: Schema<'Job'> }) {
  const { t } = useTranslation('components')
  const build = job.next_build ?? job.finished_build
  const state = pipelineStates.find((known) => known === build?.status)
  return (
    <Group gap="xs" justify="space-between" wrap="wrap">
      <LinkTo size="sm" truncate to={`${componentAddress}/pipelines/$pipeline/jobs/$job`} params={{ ...place, pipeline, job: job.name }}>
        {job.name}
      </LinkTo>
      <Group gap="xs" wrap="wrap">
        {build && (
          <>
            <LinkTo
              size="sm"
              to={`${componentAddress}/pipelines/$pipeline/jobs/$job/builds/$build`}
              params={{ ...place, pipeline, job: job.name, build: String(build.id) }}
            >
              {t('pipelines.build', { name: build.name })}
            </LinkTo>
            {(build.end_time ?? build.start_time) !== undefined && (
              <Text size="sm" component="div" c="dimmed">
                <When at={build.end_time ?? build.start_time} />
              </Text>
            )}
          </>
        )}
        <StateBadge state={state ?? 'pending'} />
      </Group>
    </Group>
  )
}
