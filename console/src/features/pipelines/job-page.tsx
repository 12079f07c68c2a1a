import { Alert, Grid, Paper, Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { jobState, StateBadge, stateOf } from './build-state.tsx'
import { ClearCaches } from './clear-caches.tsx'
import type { CursorSearch } from './cursor.ts'
import { Elapsed } from './elapsed.tsx'
import { JobIngredients } from './job-ingredients.tsx'
import { BuildLink } from './job-table.tsx'
import { PauseJobButton } from './pause-job.tsx'
import { type JobPlace, jobPath } from './place.ts'
import { TriggerButton } from './trigger.tsx'
import { cursorQuery, Turning } from './turning.tsx'
import { WhyPending } from './why-pending.tsx'

interface Props {
  place: JobPlace
  search: CursorSearch
  onSearch: (search: CursorSearch) => void
}

export function JobPage({ place, search, onSearch }: Props) {
  const { t } = useTranslation('pipelines')
  const job = useAsk('getJob', { path: jobPath(place) }, { every: 3000 })
  return (
    <Asked of={job}>
      {({ data }) => (
        <Page
          title={data.name}
          description={t('job.about', { pipeline: place.pipeline })}
          beside={<StateBadge state={data.paused ? 'paused' : jobState(data)} />}
          actions={
            <>
              <TriggerButton place={place} automatic={data.disable_manual_trigger} />
              <PauseJobButton place={place} paused={data.paused ?? false} />
              <ClearCaches place={place} last={data.finished_build} />
            </>
          }
        >
          {data.paused && (
            <Alert color="cyan" title={t('job.pausedTitle')}>
              {data.paused_by ? t('pipeline.pausedBy', { name: data.paused_by }) : t('job.pausedAbout')}{' '}
              {data.paused_at && <When at={data.paused_at} />}
            </Alert>
          )}
          {data.next_build?.status === 'pending' && <WhyPending place={{ ...place, build: String(data.next_build.id) }} />}
          <Grid>
            <Grid.Col span={{ base: 12, lg: 8 }}>
              <Builds place={place} search={search} onSearch={onSearch} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, lg: 4 }}>
              <Paper withBorder p="md">
                <Stack>
                  <Title order={2} size="h4">
                    {t('job.ingredients')}
                  </Title>
                  <JobIngredients place={place} job={data} />
                </Stack>
              </Paper>
            </Grid.Col>
          </Grid>
        </Page>
      )}
    </Asked>
  )
}

function Builds({ place, search, onSearch }: Props) {
  const { t } = useTranslation('pipelines')
  const builds = useAsk('getBuilds', { path: jobPath(place), query: cursorQuery(search) }, { every: 4000, keep: true })
  return (
    <Stack gap="xs" component="section" aria-label={t('build.many')}>
      <Title order={2} size="h4">
        {t('build.many')}
      </Title>
      <Asked of={builds}>
        {({ data, pagination_concourse }) => (
          <>
            <DataTable<Schema<'Build'>>
              label={t('build.many')}
              rows={data}
              rowKey={({ id }) => id}
              empty={<Empty title={t('build.empty')}>{t('build.emptyAbout')}</Empty>}
              columns={[
                {
                  key: 'name',
                  title: t('build.one'),
                  width: '90px',
                  leads: true,
                  cell: (build) => <BuildLink place={place} build={build} />,
                },
                { key: 'state', title: t('list.state'), width: '140px', cell: ({ status }) => <StateBadge state={stateOf(status)} /> },
                { key: 'began', title: t('build.began'), width: 'minmax(130px, 1fr)', cell: ({ start_time }) => <When at={start_time} /> },
                {
                  key: 'took',
                  title: t('build.took'),
                  width: '110px',
                  cell: ({ start_time, end_time }) => <Elapsed from={start_time} to={end_time} />,
                },
                { key: 'by', title: t('build.by'), width: 'minmax(130px, 1fr)', cell: ({ created_by }) => created_by ?? t('build.itself') },
              ]}
            />
            <Turning pagination={pagination_concourse} search={search} onSearch={onSearch} />
          </>
        )}
      </Asked>
    </Stack>
  )
}
