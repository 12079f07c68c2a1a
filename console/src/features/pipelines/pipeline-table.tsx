import { Group, Text } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { ActionSign } from '@/kit/action-button.tsx'
import { type Column, DataTable, type Sort } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { When } from '@/kit/when.tsx'
import { JobSigns, StateBadge, stateOf } from './build-state.tsx'
import { usePausing } from './pausing.ts'
import { componentRoute, pipelinePath, pipelineRoute, placeOf } from './place.ts'
import { SyncBadge } from './sync-badge.tsx'

type Pipeline = Schema<'Pipeline'>

interface PipelineTableProps {
  organization: string
  rows: PagedList<Pipeline> | readonly Pipeline[]
  empty: ReactNode
  /** Of one component, which need not be said in each row. */
  bare?: boolean
  sort?: Sort | undefined
  onSort?: (sort: Sort) => void
}

export function PipelineTable({ organization, rows, empty, bare = false, sort, onSort }: PipelineTableProps) {
  const { t } = useTranslation('pipelines')
  const place = (pipeline: Pipeline) => placeOf(organization, pipeline)
  const component: Column<Pipeline> = {
    key: 'component',
    title: t('list.component'),
    width: 'minmax(200px, 1.8fr)',
    cell: (pipeline) => (
      <LinkTo to={componentRoute} params={place(pipeline)} size="sm" c="var(--mantine-color-text)">
        {pipeline.project.name} / {pipeline.environment.name ?? pipeline.environment.canonical} / {pipeline.component.name}
      </LinkTo>
    ),
  }
  const columns: Column<Pipeline>[] = [
    {
      key: 'name',
      title: t('list.name'),
      width: 'minmax(180px, 1.4fr)',
      leads: true,
      ...(onSort ? { sortable: true } : {}),
      cell: (pipeline) => (
        <LinkTo to={pipelineRoute} params={place(pipeline)} fw={600} size="sm">
          {pipeline.name}
        </LinkTo>
      ),
    },
    ...(bare ? [] : [component]),
    { key: 'state', title: t('list.state'), width: '125px', cell: (pipeline) => <PipelineState pipeline={pipeline} /> },
    { key: 'jobs', title: t('list.jobs'), width: 'minmax(80px, 0.5fr)', cell: ({ jobs }) => <JobSigns jobs={jobs} /> },
    { key: 'sync', title: t('list.sync'), width: '135px', cell: (pipeline) => <SyncBadge path={pipelinePath(place(pipeline))} /> },
    { key: 'last', title: t('list.last'), width: '140px', cell: ({ jobs }) => <LastRun jobs={jobs} /> },
    {
      key: 'actions',
      title: t('list.actions'),
      width: '84px',
      cell: (pipeline) => <PauseSign organization={organization} pipeline={pipeline} />,
    },
  ]
  return (
    <DataTable
      label={t('list.title')}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={empty}
      sort={sort}
      {...(onSort ? { onSort } : {})}
    />
  )
}

export function PipelineState({ pipeline: { paused, started, status, problem, archived } }: { pipeline: Pipeline }) {
  const { t } = useTranslation('pipelines')
  if (archived) return <Text size="sm">{t('state.archived')}</Text>
  if (paused) return <StateBadge state="paused" />
  if (problem) return <StateBadge state="errored" />
  return <StateBadge state={started ? 'started' : stateOf(status)} />
}

function LastRun({ jobs }: { jobs: Pipeline['jobs'] }) {
  const { t } = useTranslation('pipelines')
  const last = Math.max(0, ...jobs.map(({ next_build, finished_build }) => next_build?.start_time ?? finished_build?.end_time ?? 0))
  return last === 0 ? <span>{t('list.neverRun')}</span> : <When at={last} />
}

function PauseSign({ organization, pipeline }: { organization: string; pipeline: Pipeline }) {
  const { t } = useTranslation('pipelines')
  const { pausePipeline } = usePausing()
  const path = pipelinePath(placeOf(organization, pipeline))
  const { paused, name } = pipeline
  return (
    <Group gap={0}>
      <ActionSign
        operation={paused ? 'unpausePipeline' : 'pausePipeline'}
        path={path}
        label={t(paused ? 'pause.unpauseNamed' : 'pause.pauseNamed', { name })}
        onClick={() => void pausePipeline(path, !paused)}
      >
        {paused ? <IconPlayerPlay size={18} /> : <IconPlayerPause size={18} />}
      </ActionSign>
    </Group>
  )
}
