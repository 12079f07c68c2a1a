import { Alert, Group, Stack, Text, Title } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Pending, Refused } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { BuildActions } from './build-actions.tsx'
import { BuildResources } from './build-resources.tsx'
import { isFinal, StateBadge, stateOf } from './build-state.tsx'
import { BuildSteps, type LineTarget } from './build-steps.tsx'
import { BuildStrip } from './build-strip.tsx'
import { Elapsed } from './elapsed.tsx'
import { type BuildPlace, buildPath, buildRoute, jobRoute, pipelinePath } from './place.ts'
import { stepsOf } from './plan.ts'
import { useBuildLog } from './use-build-log.ts'
import { WhyPending } from './why-pending.tsx'

interface Props {
  place: BuildPlace
  target: LineTarget
  onTarget: (target: LineTarget) => void
}

export function BuildPage({ place, target, onTarget }: Props) {
  const question = { path: buildPath(place) }
  const build = useAsk('getBuild', question, { every: 15_000 })
  return (
    <Asked of={build}>{({ data }) => <Shown key={place.build} place={place} build={data} target={target} onTarget={onTarget} />}</Asked>
  )
}

function Shown({ place, build, target, onTarget }: Props & { build: Schema<'Build'> }) {
  const { t } = useTranslation('pipelines')
  const router = useRouter()
  const log = useBuildLog(pipelinePath(place), place.build)
  // The stream knows first.
  const status = isFinal(build.status) ? build.status : (log.status ?? build.status)
  const over = isFinal(status)
  const began = status !== 'pending'
  const plan = useAsk('getBuildPlan', { path: buildPath(place) }, { enabled: began })
  const seen = useRef(build.status)
  useEffect(() => {
    if (seen.current === status) return
    seen.current = status
    void refresh('getBuild', 'getBuilds', 'getBuildResources', 'getPipeline', 'getJob')
  }, [status])
  const hrefOf = (search: LineTarget) => router.buildLocation({ to: buildRoute, params: place, search: search as never }).href
  return (
    <Page
      title={t('build.title', { job: place.job, name: build.name })}
      beside={<StateBadge state={stateOf(status)} size="lg" />}
      description={<BuildFacts place={place} build={build} running={!over} />}
      actions={<BuildActions place={place} build={build} over={over} />}
    >
      <BuildStrip place={place} />
      {status === 'pending' && <WhyPending place={place} />}
      {log.connection === 'waiting' && !over && (
        <Alert color="yellow" role="status">
          {t('log.reconnecting')}
        </Alert>
      )}
      {log.problem && <Refused error={log.problem} />}
      {log.errors.map((message) => (
        <Alert key={message} color="red" title={t('build.failedWhole')}>
          {message}
        </Alert>
      ))}
      {build.reap_time !== undefined && <Alert color="gray">{t('build.reaped')}</Alert>}
      {began && (
        <Stack gap="xs" component="section" aria-label={t('build.steps')}>
          <Title order={2} size="h4">
            {t('build.steps')}
          </Title>
          {plan.data ? (
            <BuildSteps
              nodes={stepsOf(plan.data.data.plan)}
              record={log}
              status={status}
              target={target}
              hrefOf={hrefOf}
              onTarget={onTarget}
            />
          ) : plan.error?.status === 404 ? (
            <Text size="sm">{t('build.noPlan')}</Text>
          ) : plan.error ? (
            <Refused error={plan.error} again={() => void plan.refetch()} />
          ) : (
            <Pending />
          )}
        </Stack>
      )}
      {over && <BuildResources place={place} />}
    </Page>
  )
}

function BuildFacts({ place, build, running }: { place: BuildPlace; build: Schema<'Build'>; running: boolean }) {
  const { t } = useTranslation('pipelines')
  const { created_by, aborted_by, rerun_of, start_time, end_time } = build
  return (
    <Group gap="md" wrap="wrap">
      <LinkTo to={jobRoute} params={place} size="sm">
        {t('build.ofJob', { job: place.job })}
      </LinkTo>
      {start_time !== undefined && (
        <span>
          {t('build.began')} <When at={start_time} />
        </span>
      )}
      {start_time !== undefined && (
        <span>
          {t('build.took')} <Elapsed from={start_time} to={running ? undefined : (end_time ?? start_time)} />
        </span>
      )}
      <span>{created_by ? t('build.askedBy', { name: created_by }) : t('build.byItself')}</span>
      {rerun_of && (
        <LinkTo to={buildRoute} params={{ ...place, build: String(rerun_of.id) }} size="sm">
          {t('build.rerunOf', { name: rerun_of.name })}
        </LinkTo>
      )}
      {aborted_by && <span>{t('build.abortedBy', { name: aborted_by })}</span>}
    </Group>
  )
}
