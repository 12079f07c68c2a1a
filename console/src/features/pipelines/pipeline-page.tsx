import { Alert, Badge, Grid, Group, SegmentedControl, Tabs, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { idOf, type Thing, thingOf } from './graph-of.ts'
import { JobPanel } from './job-panel.tsx'
import { JobTable } from './job-table.tsx'
import { PipelineActions } from './pipeline-actions.tsx'
import { PipelineGraph } from './pipeline-graph.tsx'
import { PipelineState } from './pipeline-table.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { ResourcePanel } from './resource-panel.tsx'
import { ResourceTable } from './resource-table.tsx'
import { SyncStatus } from './sync-status.tsx'
import { usePipeline } from './use-pipeline.ts'

export interface PipelineSearch {
  group?: string
  /** `job:deploy` or `resource:app`. */
  selected?: string
  view?: 'list'
}

interface Props {
  place: PipelinePlace
  search: PipelineSearch
  onSearch: (search: PipelineSearch) => void
}

export function PipelinePage(props: Props) {
  const { place } = props
  const pipeline = usePipeline(place)
  return <Asked of={pipeline}>{({ data }) => <Shown {...props} pipeline={data} />}</Asked>
}

function Shown({ place, search, onSearch, pipeline }: Props & { pipeline: Schema<'Pipeline'> }) {
  const { t } = useTranslation('pipelines')
  const { name, jobs, paused_by, paused_at, paused, problem } = pipeline
  return (
    <Page
      title={name}
      beside={
        <>
          <PipelineState pipeline={pipeline} />
          <SyncStatus place={place} />
        </>
      }
      description={
        <Group gap="md" wrap="wrap">
          <span>
            {t('pipeline.about', {
              project: pipeline.project.name,
              environment: pipeline.environment.name,
              component: pipeline.component.name,
            })}
          </span>
          {pipeline.engine && <span>{t(pipeline.engine === 'concourse' ? 'pipeline.onConcourse' : 'pipeline.onEmbedded')}</span>}
        </Group>
      }
      actions={<PipelineActions place={place} pipeline={pipeline} />}
    >
      {problem && (
        <Alert color="red" title={t('pipeline.problem')}>
          {problem}
        </Alert>
      )}
      {paused && (
        <Alert color="cyan" title={t('pipeline.pausedTitle')}>
          {paused_by ? t('pipeline.pausedBy', { name: paused_by }) : t('pipeline.pausedAbout')} {paused_at && <When at={paused_at} />}
        </Alert>
      )}
      {jobs.length === 0 ? (
        <Empty title={t('pipeline.noJobs')}>{t('pipeline.noJobsAbout')}</Empty>
      ) : (
        <Groups place={place} search={search} onSearch={onSearch} pipeline={pipeline} />
      )}
    </Page>
  )
}

const everything = '*'

function Groups({ place, search, onSearch, pipeline }: Props & { pipeline: Schema<'Pipeline'> }) {
  const { t } = useTranslation('pipelines')
  const groups = pipeline.groups ?? []
  const chosen = search.group ?? groups[0]?.name ?? everything
  const inside = groups.find(({ name }) => name === chosen)?.jobs
  const jobs = inside ? pipeline.jobs.filter(({ name }) => inside.includes(name)) : pipeline.jobs
  const board = <Board place={place} search={search} onSearch={onSearch} name={pipeline.name} jobs={jobs} />
  if (groups.length === 0) return board
  return (
    <Tabs value={chosen} onChange={(group) => onSearch({ ...search, group: group ?? everything })}>
      <Tabs.List aria-label={t('pipeline.groups')} mb="md">
        {groups.map(({ name, jobs: ofGroup = [] }) => (
          <Tabs.Tab
            key={name}
            value={name}
            rightSection={
              <Badge size="xs" variant="light" color="gray">
                {ofGroup.length}
              </Badge>
            }
          >
            {name}
          </Tabs.Tab>
        ))}
        <Tabs.Tab value={everything}>{t('pipeline.allJobs')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value={chosen}>{board}</Tabs.Panel>
    </Tabs>
  )
}

function Board({ place, search, onSearch, name, jobs }: Props & { name: string; jobs: Schema<'Job'>[] }) {
  const { t } = useTranslation('pipelines')
  const resources = useAsk('getPipelineResources', { path: pipelinePath(place) }, { every: 15_000 }).data?.data ?? []
  const thing = search.selected === undefined ? undefined : thingOf(search.selected)
  const select = (next: Thing | undefined) => {
    const { selected: _, ...rest } = search
    onSearch(next ? { ...rest, selected: idOf(next) } : rest)
  }
  const used = new Set(jobs.flatMap(({ inputs = [], outputs = [] }) => [...inputs, ...outputs].map(({ resource }) => resource)))
  return (
    <>
      <Group justify="space-between" mb="sm" wrap="wrap">
        <SegmentedControl
          aria-label={t('pipeline.view')}
          data={[
            { value: 'graph', label: t('pipeline.graph') },
            { value: 'list', label: t('pipeline.list') },
          ]}
          value={search.view ?? 'graph'}
          onChange={(view) => {
            const { view: _, ...rest } = search
            onSearch(view === 'list' ? { ...rest, view } : rest)
          }}
        />
        {!search.view && (
          <Text size="sm" c="dimmed">
            {t('graph.legend')}
          </Text>
        )}
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, lg: thing ? 8 : 12 }}>
          {search.view === 'list' ? (
            <>
              <JobTable place={place} jobs={jobs} />
              <ResourceTable place={place} resources={resources.filter((resource) => used.has(resource.name))} />
            </>
          ) : (
            <PipelineGraph
              name={name}
              jobs={jobs}
              resources={resources}
              selected={search.selected}
              onSelect={(id) => select(thingOf(id))}
            />
          )}
        </Grid.Col>
        {thing && (
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <Selected place={place} thing={thing} jobs={jobs} resources={resources} close={() => select(undefined)} />
          </Grid.Col>
        )}
      </Grid>
    </>
  )
}

interface SelectedProps {
  place: PipelinePlace
  thing: Thing
  jobs: readonly Schema<'Job'>[]
  resources: readonly Schema<'Resource'>[]
  close: () => void
}

function Selected({ place, thing: { kind, name }, jobs, resources, close }: SelectedProps) {
  if (kind === 'job') {
    const job = jobs.find((one) => one.name === name)
    return job ? <JobPanel key={name} place={{ ...place, job: name }} job={job} close={close} /> : null
  }
  const resource = resources.find((one) => one.name === name)
  return resource ? <ResourcePanel key={name} place={place} resource={resource} jobs={jobs} close={close} /> : null
}
