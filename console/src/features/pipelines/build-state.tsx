/** How a build, a job or a pipeline is doing: always a sign and a word beside the colour. */
import { Badge, type MantineSize, Tooltip } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClock,
  IconLoader,
  IconPlayerPause,
  IconPlayerTrackNext,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import classes from './build-state.module.css'

const looks = {
  succeeded: { color: 'green', Icon: IconCircleCheck },
  failed: { color: 'red', Icon: IconCircleX },
  errored: { color: 'orange', Icon: IconAlertTriangle },
  aborted: { color: 'grape', Icon: IconBan },
  started: { color: 'blue', Icon: IconLoader },
  pending: { color: 'gray', Icon: IconClock },
  paused: { color: 'cyan', Icon: IconPlayerPause },
  none: { color: 'gray', Icon: IconCircleDashed },
  skipped: { color: 'gray', Icon: IconPlayerTrackNext },
} as const
export type State = keyof typeof looks

export const stateOf = (status: string | undefined): State => (status !== undefined && status in looks ? (status as State) : 'none')
export const colorOf = (state: State): string => looks[state].color
export const isFinal = (status: string | undefined): boolean => ['succeeded', 'failed', 'errored', 'aborted'].includes(status ?? '')

/** What counts now: the build that runs or waits, or the last result. */
export const jobState = ({ next_build, finished_build }: Schema<'Job'>): State => stateOf((next_build ?? finished_build)?.status)

export function StateIcon({ state, size = 18 }: { state: State; size?: number }) {
  const { color, Icon } = looks[state]
  return <Icon size={size} className={classes[color]} data-turning={state === 'started'} aria-hidden />
}

export function StateBadge({ state, size }: { state: State; size?: MantineSize }) {
  const { t } = useTranslation('pipelines')
  return (
    <Badge
      variant="light"
      color={looks[state].color}
      size={size}
      leftSection={<StateIcon state={state} size={12} />}
      className={classes.badge}
    >
      {t(`state.${state}`)}
    </Badge>
  )
}

/** One small sign for each job, in the order of the pipeline. */
export function JobSigns({ jobs }: { jobs: readonly Schema<'Job'>[] }) {
  const { t } = useTranslation('pipelines')
  const shown = jobs.slice(0, 12)
  return (
    <span className={classes.signs}>
      {shown.map((job) => {
        const said = t('jobIs', { job: job.name, state: t(`state.${jobState(job)}`) })
        return (
          <Tooltip key={job.name} label={said}>
            <span role="img" aria-label={said}>
              <StateIcon state={jobState(job)} size={16} />
            </span>
          </Tooltip>
        )
      })}
      {jobs.length > shown.length && <span>+{jobs.length - shown.length}</span>}
    </span>
  )
}
