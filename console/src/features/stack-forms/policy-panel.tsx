/** What the policies of the organization say of the component, beside its form, as it is filled in. */
import { Alert, Badge, Group, List, Loader, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { dataOf } from '@/api/client.ts'
import { isProblem } from '@/api/problem.ts'
import { isTransient } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { placeOf, type Sketch } from './cost-panel.tsx'

export function PolicyPanel({ sketch }: { sketch: Sketch }) {
  const { t } = useTranslation('stack-forms')
  const may = useMay('validateFormInfraPolicies', placeOf(sketch))
  const answer = useQuery({
    queryKey: ['validateFormInfraPolicies', placeOf(sketch), sketch.body],
    queryFn: ({ signal }) => dataOf('validateFormInfraPolicies', { path: placeOf(sketch), body: sketch.body }, { signal }),
    enabled: sketch.ready && may.allowed,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: (failures, error) => failures < 2 && isTransient(error),
  })
  return (
    <Paper withBorder p="md" component="section" aria-label={t('policy.title')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('policy.title')}
        </Title>
        {answer.isFetching && <Loader size="xs" role="status" aria-label={t('policy.working')} />}
      </Group>
      <div aria-live="polite">
        {!may.allowed ? (
          <Text size="sm">{may.why}</Text>
        ) : !sketch.ready ? (
          <Text size="sm">{t('policy.incomplete')}</Text>
        ) : answer.error ? (
          <Alert color="yellow">{isProblem(answer.error, 0) ? t('cost.unreachable') : answer.error.message}</Alert>
        ) : answer.data ? (
          <Verdicts result={answer.data} />
        ) : (
          <Skeleton height={24} />
        )}
      </div>
    </Paper>
  )
}

const severities = [
  ['criticals', 'critical', 'red'],
  ['warnings', 'warning', 'yellow'],
  ['advisories', 'advisory', 'blue'],
] as const

function Verdicts({ result }: { result: Schema<'InfraPoliciesValidationResult'> }) {
  const { t } = useTranslation('stack-forms')
  const found = severities.flatMap(([list, severity, color]) => (result[list] ?? []).map((item) => ({ ...item, severity, color })))
  if (found.length === 0)
    return (
      <Text size="sm">
        <IconCheck size={14} aria-hidden /> {t('policy.fine')}
      </Text>
    )
  return (
    <Stack gap="sm">
      {found.map(({ infra_policy: policy, reasons, severity, color }) => (
        <div key={policy.canonical}>
          <Group gap="xs">
            <Badge color={color} variant="light" size="sm" tt="none">
              {t(`policy.${severity}`)}
            </Badge>
            <Text size="sm" fw={600}>
              {policy.name}
            </Text>
          </Group>
          <List size="sm" withPadding>
            {(reasons ?? []).map((reason) => (
              <List.Item key={reason}>{reason}</List.Item>
            ))}
          </List>
        </div>
      ))}
      <Text size="xs">{t('policy.explain')}</Text>
    </Stack>
  )
}
