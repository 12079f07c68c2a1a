import { Badge, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Asked } from '@/kit/states.tsx'
import { AmountBars } from './amount-bar.tsx'
import { AmountsTable } from './amounts-table.tsx'

/** What a pool holds, what teams were given of it, and the machines that it is made of. */
export function PoolDetails({ organization, canonical }: { organization: string; canonical: string }) {
  const { t } = useTranslation('quotas')
  const path = { organization_canonical: organization }
  const pool = useAsk('getResourcePool', { path: { ...path, resource_pool_canonical: canonical } })
  const quotas = useAsk('listQuotas', { path })
  return (
    <Asked of={pool}>
      {({ data }) => (
        <Stack>
          <Group gap="xs">
            <Text fw={600}>{data.name}</Text>
            <Badge variant="light" color="gray" tt="none">
              {data.label}
            </Badge>
          </Group>
          <AmountBars
            of={data}
            used={{ cpu: data.used_cpu, memory: data.used_memory, storage: data.used_storage }}
            allocated={{ cpu: data.allocated_cpu, memory: data.allocated_memory, storage: data.allocated_storage }}
          />
          <Title order={3} size="h5">
            {t('quotas.title')}
          </Title>
          <Asked of={quotas}>
            {({ data: all }) => {
              const mine = all.filter(({ resource_pool }) => resource_pool.canonical === canonical)
              return mine.length === 0 ? (
                <Text size="sm">{t('pools.noQuotas')}</Text>
              ) : (
                <AmountsTable
                  title={t('quotas.team')}
                  rows={mine}
                  name={({ id, team }) => (
                    <LinkTo size="sm" to="/organizations/$organization/quotas" params={{ organization }} search={{ quota: id }}>
                      {team.name}
                    </LinkTo>
                  )}
                />
              )
            }}
          </Asked>
          <LinkTo size="sm" to="/organizations/$organization/inventory" params={{ organization }}>
            {t('pools.inventory')}
          </LinkTo>
        </Stack>
      )}
    </Asked>
  )
}
