import { Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { jobState, StateBadge, stateOf } from './build-state.tsx'
import { buildRoute, jobRoute, type PipelinePlace } from './place.ts'
import { TriggerSign } from './trigger.tsx'

export function JobTable({ place, jobs }: { place: PipelinePlace; jobs: readonly Schema<'Job'>[] }) {
  const { t } = useTranslation('pipelines')
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {t('job.many')}
      </Title>
      <DataTable<Schema<'Job'>>
        label={t('job.many')}
        rows={jobs}
        rowKey={({ name }) => name}
        empty={<Empty title={t('pipeline.noJobs')} />}
        columns={[
          {
            key: 'name',
            title: t('job.one'),
            leads: true,
            sortBy: ({ name }) => name,
            cell: ({ name }) => (
              <LinkTo to={jobRoute} params={{ ...place, job: name }} size="sm" fw={600}>
                {name}
              </LinkTo>
            ),
          },
          {
            key: 'state',
            title: t('list.state'),
            width: '140px',
            cell: (job) => <StateBadge state={job.paused ? 'paused' : jobState(job)} />,
          },
          { key: 'next', title: t('job.now'), width: '110px', cell: (job) => <BuildLink place={place} build={job.next_build} /> },
          { key: 'last', title: t('job.last'), width: '110px', cell: (job) => <BuildLink place={place} build={job.finished_build} /> },
          { key: 'ended', title: t('build.ended'), width: '140px', cell: ({ finished_build }) => <When at={finished_build?.end_time} /> },
          {
            key: 'actions',
            title: t('list.actions'),
            width: '80px',
            cell: ({ name, disable_manual_trigger }) => <TriggerSign place={{ ...place, job: name }} automatic={disable_manual_trigger} />,
          },
        ]}
      />
    </>
  )
}

export function BuildLink({ place, build }: { place: PipelinePlace; build: Schema<'Build'> | undefined }) {
  const { t } = useTranslation('pipelines')
  if (!build?.job_name) return <>–</>
  return (
    <LinkTo
      to={buildRoute}
      params={{ ...place, job: build.job_name, build: String(build.id) }}
      size="sm"
      underline="always"
      aria-label={t('build.said', { job: build.job_name, name: build.name, state: t(`state.${stateOf(build.status)}`) })}
    >
      #{build.name}
    </LinkTo>
  )
}
