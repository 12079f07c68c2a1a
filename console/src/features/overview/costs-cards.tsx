import { Group, Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Card } from '@/features/components/card.tsx'
import { costCurrency, thisMonth } from '@/features/projects/months.ts'
import { LinkTo } from '@/kit/link.tsx'
import { money } from '@/kit/when.tsx'

interface OrganizationProps {
  organization: string
}

export function CostsCard({ organization }: OrganizationProps) {
  const { t, i18n } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getCloudCostManagementDashboard', path)
  const costs = useAsk(
    'getCloudCostManagementDashboard',
    { path, query: { ...thisMonth(), currency: costCurrency, granularity: 'month' } },
    { enabled: allowed },
  )
  const total = costs.data?.data.total_cost ?? 0
  const providers = [...(costs.data?.data.providers.buckets ?? [])].sort((one, other) => other.cost - one.cost).slice(0, 5)
  return (
    <Card
      title={t('costs.title')}
      of={costs}
      why={why}
      action={
        <LinkTo size="sm" to="/organizations/$organization/cloud-cost-management" params={{ organization }}>
          {t('costs.all')}
        </LinkTo>
      }
    >
      <Stack gap="xs">
        <Text fw={700} size="xl">
          {money(total, costCurrency, i18n.language)}
        </Text>
        {providers.map(({ value, cost }) => (
          <div key={value}>
            <Group justify="space-between">
              <Text size="sm">{value}</Text>
              <Text size="sm">{money(cost, costCurrency, i18n.language)}</Text>
            </Group>
            <Progress value={total > 0 ? (100 * Math.max(cost, 0)) / total : 0} aria-label={value} size="sm" />
          </div>
        ))}
        {providers.length === 0 && <Text size="sm">{t('costs.none')}</Text>}
      </Stack>
    </Card>
  )
}

const shown = 5

export function QuotasCard({ organization }: OrganizationProps) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('listQuotas', path)
  const quotas = useAsk('listQuotas', { path }, { enabled: allowed })
  const fullest = [...(quotas.data?.data ?? [])].sort((one, other) => fullness(other).share - fullness(one).share).slice(0, shown)
  return (
    <Card
      title={t('quotas.title')}
      of={quotas}
      why={why}
      action={
        <LinkTo size="sm" to="/organizations/$organization/quotas" params={{ organization }}>
          {t('quotas.all')}
        </LinkTo>
      }
    >
      {fullest.length === 0 ? (
        <Text size="sm">{t('quotas.none')}</Text>
      ) : (
        <Stack gap="xs">
          {fullest.map((quota) => (
            <Fullness key={quota.id} quota={quota} />
          ))}
        </Stack>
      )}
    </Card>
  )
}

function Fullness({ quota }: { quota: Schema<'Quota'> }) {
  const { t, i18n } = useTranslation('overview')
  const { share, of } = fullness(quota)
  const name = t('quotas.of', { team: quota.team.name, pool: quota.resource_pool.name })
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(share)
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{name}</Text>
        <Text size="sm">{t(`quotas.used.${of}`, { percent })}</Text>
      </Group>
      <Progress
        value={Math.min(100, share * 100)}
        color={share > 0.9 ? 'red' : share > 0.75 ? 'yellow' : undefined}
        aria-label={name}
        size="sm"
      />
    </div>
  )
}

/** The dimension that runs out first decides. */
function fullness(quota: Schema<'Quota'>): { share: number; of: 'cpu' | 'memory' | 'storage' } {
  const shares = (['cpu', 'memory', 'storage'] as const).map((of) => ({ of, share: quota[of] > 0 ? quota[`used_${of}`] / quota[of] : 0 }))
  return shares.reduce((most, one) => (one.share > most.share ? one : most))
}
