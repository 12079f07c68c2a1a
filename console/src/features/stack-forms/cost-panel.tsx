/** What the component would cost, beside its form, as it is filled in. */
import { Alert, Divider, Group, Loader, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { dataOf } from '@/api/client.ts'
import { isProblem } from '@/api/problem.ts'
import { isTransient } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { money } from '@/kit/when.tsx'

/** What both panels ask about: a component as its form would make it. */
export interface Sketch {
  organization: string
  project: string
  environment: string
  body: Schema<'CostEstimationForm'>
  /** False while something is wrong with the values: there is nothing to ask about then. */
  ready: boolean
}

/** The only one that estimates are made in: a price in another is not taken, and nothing is converted (src/estimate/pricing.ts). */
const currency = 'USD'
const mostShown = 6

export const placeOf = ({ organization, project, environment }: Sketch) => ({
  organization_canonical: organization,
  project_canonical: project,
  environment_canonical: environment,
})

export function CostPanel({ sketch }: { sketch: Sketch }) {
  const { t } = useTranslation('stack-forms')
  const may = useMay('costEstimateForm', placeOf(sketch))
  const answer = useQuery({
    queryKey: ['costEstimateForm', placeOf(sketch), sketch.body],
    queryFn: ({ signal }) => dataOf('costEstimateForm', { path: placeOf(sketch), body: sketch.body }, { signal }),
    enabled: sketch.ready && may.allowed,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: (failures, error) => failures < 2 && isTransient(error),
  })
  return (
    <Paper withBorder p="md" component="section" aria-label={t('cost.title')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('cost.title')}
        </Title>
        {answer.isFetching && <Loader size="xs" role="status" aria-label={t('cost.working')} />}
      </Group>
      <div aria-live="polite">
        {!may.allowed ? (
          <Text size="sm">{may.why}</Text>
        ) : !sketch.ready ? (
          <Text size="sm">{t('cost.incomplete')}</Text>
        ) : answer.error ? (
          <Alert color="yellow">{isProblem(answer.error, 0) ? t('cost.unreachable') : answer.error.message}</Alert>
        ) : answer.data ? (
          <Estimates results={answer.data} />
        ) : (
          <Skeleton height={48} />
        )}
      </div>
    </Paper>
  )
}

function Estimates({ results }: { results: readonly Schema<'CostEstimationResult'>[] }) {
  const { t, i18n } = useTranslation('stack-forms')
  const amount = (text: string) => money(text, currency, i18n.language)
  const priced = results.filter((result) => result.planned_cost !== undefined)
  const total = priced.reduce((sum, result) => sum + Number(result.planned_cost), 0)
  const resources = results
    .flatMap((result) => result.resource_estimates)
    .sort((a, b) => Number(b.planned_cost ?? 0) - Number(a.planned_cost ?? 0))
  const skipped = results.reduce((sum, result) => sum + (result.skipped_resource_addresses?.length ?? 0), 0)
  return (
    <Stack gap="xs">
      {priced.length > 0 && (
        <Text fw={700} size="xl">
          {t('cost.month', { amount: amount(String(total)) })}
        </Text>
      )}
      {resources.slice(0, mostShown).map(({ address, planned_cost: cost }) => (
        <Group key={address} justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" truncate title={address}>
            {address}
          </Text>
          <Text size="sm" ff="monospace">
            {amount(cost ?? '0')}
          </Text>
        </Group>
      ))}
      {resources.length > mostShown && <Text size="sm">{t('cost.more', { count: resources.length - mostShown })}</Text>}
      {skipped > 0 && (
        <>
          <Divider />
          <Text size="sm">{t('cost.skipped', { count: skipped })}</Text>
        </>
      )}
      {[...new Set(results.flatMap(({ info }) => info ?? []))].map((info) => (
        <Text key={info} size="sm">
          {info}
        </Text>
      ))}
    </Stack>
  )
}
