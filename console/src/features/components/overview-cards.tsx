import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { money, When } from '@/kit/when.tsx'
import { Card } from './card.tsx'
import { type ComponentPlace, componentAddress, componentPath } from './places.ts'

interface CardProps {
  place: ComponentPlace
}

export function CostsCard({ place }: CardProps) {
  const { t, i18n } = useTranslation('components')
  const path = componentPath(place)
  const { allowed, why } = useMay('getComponentCosts', path)
  const costs = useAsk('getComponentCosts', { path }, { enabled: allowed })
  const data = costs.data?.data
  const [month] = data?.months ?? []
  return (
    <Card
      title={t('costs.title')}
      of={costs}
      why={why}
      action={
        <LinkTo size="sm" to={`${componentAddress}/costs`} params={place}>
          {t('costs.more')}
        </LinkTo>
      }
    >
      {data && (
        <Stack gap="xs">
          <Figure
            label={t('costs.estimate')}
            value={
              data.estimated_monthly_cost === undefined
                ? t('costs.noEstimate')
                : money(data.estimated_monthly_cost, data.currency, i18n.language)
            }
          />
          <Figure
            label={month ? t('costs.billedIn', { month: nameOfMonth(month.month, i18n.language) }) : t('costs.billed')}
            value={month ? money(month.actual_cost, data.currency, i18n.language) : t('costs.notBilled')}
          />
        </Stack>
      )}
    </Card>
  )
}

export function InventoryCard({ place }: CardProps) {
  const { t } = useTranslation('components')
  const path = { organization_canonical: place.organization }
  const { allowed, why } = useMay('listInventoryResources', path)
  const filters = {
    'project_canonical[eq]': place.project,
    'environment_canonical[eq]': place.environment,
    'component_canonical[eq]': place.component,
    page_size: '1',
  }
  const resources = useAsk('listInventoryResources', { path, filters }, { enabled: allowed })
  return (
    <Card
      title={t('inventory.title')}
      of={resources}
      why={why}
      action={
        <LinkTo size="sm" to={`${componentAddress}/infrastructure`} params={place}>
          {t('inventory.more')}
        </LinkTo>
      }
    >
      <Text size="sm">{t('inventory.count', { count: resources.data?.pagination.total ?? 0 })}</Text>
    </Card>
  )
}

export function StateCard({ place }: CardProps) {
  const { t } = useTranslation('components')
  const path = componentPath(place)
  const { allowed, why } = useMay('getComponentState', path)
  const state = useAsk('getComponentState', { path }, { enabled: allowed })
  const data = state.data?.data
  return (
    <Card
      title={t('state.title')}
      of={state}
      why={why}
      missing={t('state.none')}
      action={
        <LinkTo size="sm" to={`${componentAddress}/state`} params={place}>
          {t('state.more')}
        </LinkTo>
      }
    >
      {data && (
        <Stack gap="xs">
          <Figure label={t('state.versions')} value={data.versions} />
          {data.newest && <Figure label={t('state.newest')} value={<When at={data.newest.created_at} />} />}
          <Figure label={t('state.lock')} value={t(data.locked ? 'state.locked' : 'state.unlocked')} />
        </Stack>
      )}
    </Card>
  )
}

const Figure = ({ label, value }: { label: string; value: ReactNode }) => (
  <Group justify="space-between" gap="xs">
    <Text size="sm" c="dimmed">
      {label}
    </Text>
    <Text component="div" size="sm">
      {value}
    </Text>
  </Group>
)

export const nameOfMonth = (month: string, language: string): string =>
  new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`))
