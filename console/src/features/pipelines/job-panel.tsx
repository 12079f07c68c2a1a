import { Group, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { Panel } from '@/kit/panel.tsx'
import { When } from '@/kit/when.tsx'
import { jobState, StateBadge } from './build-state.tsx'
import { Elapsed } from './elapsed.tsx'
import { Facts } from './facts.tsx'
import { JobIngredients } from './job-ingredients.tsx'
import { BuildLink } from './job-table.tsx'
import { PauseJobButton } from './pause-job.tsx'
import { type JobPlace, jobRoute } from './place.ts'
import { TriggerButton } from './trigger.tsx'
import { WhyPending } from './why-pending.tsx'

export function JobPanel({ place, job, close }: { place: JobPlace; job: Schema<'Job'>; close: () => void }) {
  const { t } = useTranslation('pipelines')
  const { next_build: next, finished_build: last, paused_by, paused_at } = job
  return (
    <Panel title={job.name} beside={<StateBadge state={job.paused ? 'paused' : jobState(job)} />} close={close}>
      <Group gap="xs" wrap="wrap">
        <TriggerButton place={place} automatic={job.disable_manual_trigger} />
        <PauseJobButton place={place} paused={job.paused ?? false} />
        <ButtonLink to={jobRoute} params={place} variant="default">
          {t('job.open')}
        </ButtonLink>
      </Group>
      {next?.status === 'pending' && <WhyPending place={{ ...place, build: String(next.id) }} />}
      <Stack gap="md">
        <Facts
          facts={[
            next && [
              t('job.now'),
              <>
                <BuildLink place={place} build={next} /> · {t(`state.${next.status === 'started' ? 'started' : 'pending'}`)}{' '}
                <Elapsed from={next.start_time} to={undefined} />
              </>,
            ],
            [
              t('job.last'),
              last ? (
                <>
                  <BuildLink place={place} build={last} /> · <When at={last.end_time} />
                </>
              ) : (
                t('job.neverRun')
              ),
            ],
            last && [t('build.took'), <Elapsed key="took" from={last.start_time ?? last.end_time} to={last.end_time} />],
            job.paused &&
              paused_by !== undefined && [
                t('pause.by'),
                <>
                  {paused_by} {paused_at !== undefined && <When at={paused_at} />}
                </>,
              ],
          ]}
        />
        <JobIngredients place={place} job={job} />
      </Stack>
    </Panel>
  )
}
