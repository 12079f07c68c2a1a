/** The newest builds as bars: the colour says how they ended, the height how long they took; each leads to its build. */
import { Group, Text, Tooltip } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { asked } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { buildRoute, placeOf } from '@/features/pipelines/place.ts'
import { LinkTo } from '@/kit/link.tsx'
import { duration, fullTime } from '@/kit/when.tsx'
import classes from './build-history.module.css'

interface Run {
  date: number
  status: string
  duration: number
  job: string
  name: string
  pipeline: string
  id: number
}

const most = 60

export function BuildHistory({
  organization,
  name,
  runs,
}: {
  organization: string
  name: string
  runs: readonly Readonly<Record<string, unknown>>[]
}) {
  const { t, i18n } = useTranslation('kpis')
  const shown = (runs as unknown as readonly Run[]).slice(-most)
  const pipelines = usePipelines(organization, [...new Set(shown.map(({ pipeline }) => pipeline))].slice(0, 10))
  const longest = Math.max(1, ...shown.map((run) => run.duration))
  return (
    <div>
      <ol className={classes.runs} aria-label={name}>
        {shown.map((run) => {
          const status = ['succeeded', 'failed', 'errored', 'aborted'].includes(run.status) ? (run.status as 'failed') : 'aborted'
          const said = t('history.run', {
            job: run.job,
            name: run.name,
            status: t(`status.${status}`),
            duration: duration(run.duration, i18n.language),
            date: fullTime(run.date, i18n.language),
          })
          const pipeline = pipelines.get(run.pipeline)
          const bar = <span className={classes.bar} data-status={status} style={{ height: `${12 + (run.duration / longest) * 88}%` }} />
          return (
            <li key={`${run.pipeline}-${run.id}`}>
              <Tooltip label={said} multiline maw={260}>
                {pipeline ? (
                  <LinkTo
                    to={buildRoute}
                    params={{ ...placeOf(organization, pipeline), job: run.job, build: String(run.id) }}
                    className={classes.run}
                    aria-label={said}
                  >
                    {bar}
                  </LinkTo>
                ) : (
                  <span className={classes.run} role="img" aria-label={said}>
                    {bar}
                  </span>
                )}
              </Tooltip>
            </li>
          )
        })}
      </ol>
      <Group justify="space-between" wrap="wrap" gap="xs" mt="xs">
        <Text size="xs">{t('history.about', { count: shown.length })}</Text>
        {runs.length > shown.length && <Text size="xs">{t('history.more', { count: runs.length })}</Text>}
      </Group>
    </div>
  )
}

/** Where the builds are: data sets name pipelines, addresses need their components too. */
function usePipelines(organization: string, names: readonly string[]): Map<string, Schema<'Pipeline'>> {
  const found = useQueries({
    queries: names.map((name) => ({
      ...asked('getPipelines', { path: { organization_canonical: organization }, query: { concourse_pipeline_name: name } }),
      staleTime: 300_000,
    })),
  })
  return new Map(found.flatMap(({ data }) => (data?.data ?? []).map((pipeline) => [pipeline.name, pipeline] as const)))
}
