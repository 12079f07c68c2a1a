import { Divider, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { isProblem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Asked, Refused } from '@/kit/states.tsx'
import { AmountBars } from './amount-bar.tsx'
import { AmountsTable } from './amounts-table.tsx'

/** What takes of a quota, environment by environment. */
export function Consumption({ organization, id }: { organization: string; id: number }) {
  const { t } = useTranslation('quotas')
  const path = { organization_canonical: organization, quota_id: id }
  const quota = useAsk('getQuota', { path })
  return (
    <Asked of={quota}>
      {({ data }) => (
        <Stack>
          <Text fw={600}>{t('consumption.of', { team: data.team.name, pool: data.resource_pool.name })}</Text>
          <AmountBars of={data} used={{ cpu: data.used_cpu, memory: data.used_memory, storage: data.used_storage }} />
          <Divider />
          <Environments organization={organization} id={id} />
        </Stack>
      )}
    </Asked>
  )
}

function Environments({ organization, id }: { organization: string; id: number }) {
  const { t } = useTranslation('quotas')
  const asked = useAsk('listQuotaConsumptions', { path: { organization_canonical: organization, quota_id: id } })
  // The API answers so when nothing takes of it.
  if (isProblem(asked.error, 404)) return <Text size="sm">{t('consumption.nothing')}</Text>
  if (asked.error) return <Refused error={asked.error} again={() => void asked.refetch()} />
  return (
    <Asked of={asked}>
      {({ data, consumptions }) => (
        <AmountsTable
          title={t('consumption.environment')}
          rows={consumptions ?? [data]}
          name={({ project, environment }) => (
            <LinkTo
              size="sm"
              to="/organizations/$organization/projects/$project/environments/$environment"
              params={{ organization, project: project.canonical, environment: environment.canonical }}
            >
              {project.name} / {environment.name ?? environment.canonical}
            </LinkTo>
          )}
        />
      )}
    </Asked>
  )
}
