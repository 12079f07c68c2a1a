import { Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { Card } from '@/features/components/card.tsx'
import { StateBadge, stateOf } from '@/features/components/pipeline-state.tsx'
import { componentAddress } from '@/features/components/places.ts'
import { LinkTo } from '@/kit/link.tsx'
import { When } from '@/kit/when.tsx'

const shown = 6

/** Pipelines with a job that failed at its last run. */
export function TroubleCard({ organization }: { organization: string }) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getPipelines', path)
  const failing = useAsk(
    'getPipelines',
    { path, query: { statuses: ['failed', 'errored', 'aborted'], page_size: shown } },
    { every: 15_000, enabled: allowed },
  )
  const { data = [], pagination } = failing.data ?? {}
  const rest = (pagination?.total ?? 0) - data.length
  return (
    <Card
      title={t('trouble.title')}
      of={failing}
      why={why}
      action={
        <LinkTo size="sm" to="/organizations/$organization/pipelines" params={{ organization }}>
          {t('trouble.all')}
        </LinkTo>
      }
    >
      {data.length === 0 ? (
        <Text size="sm">{t('trouble.none')}</Text>
      ) : (
        <Stack gap="sm">
          {data.map((pipeline) => {
            const place = {
              organization,
              project: pipeline.project.canonical,
              environment: pipeline.environment.canonical,
              component: pipeline.component.canonical,
              pipeline: pipeline.name,
            }
            const ended = Math.max(...pipeline.jobs.map(({ finished_build: build }) => build?.end_time ?? 0))
            return (
              <Group key={pipeline.id} justify="space-between" gap="xs" wrap="nowrap" align="start">
                <Stack gap={0} miw={0}>
                  <LinkTo size="sm" fw={600} truncate to={`${componentAddress}/pipelines/$pipeline`} params={place}>
                    {pipeline.name}
                  </LinkTo>
                  <Text size="xs" c="dimmed" truncate component="div">
                    {`${pipeline.project.name} / ${pipeline.environment.name ?? place.environment} / ${pipeline.component.name}`}
                    {ended > 0 && (
                      <>
                        {' · '}
                        <When at={ended} />
                      </>
                    )}
                  </Text>
                </Stack>
                <StateBadge state={stateOf(pipeline)} />
              </Group>
            )
          })}
          {rest > 0 && <Text size="xs">{t('trouble.more', { count: rest })}</Text>}
        </Stack>
      )}
    </Card>
  )
}
