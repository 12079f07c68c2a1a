import { Badge, Group, Paper, SimpleGrid, Text, Tooltip } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { money } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { dayLabel, measured, percent } from './format.ts'
import { addDays, type Range, before as rangeBefore, today } from './period.ts'
import { type CostSearch, periodOf } from './search.ts'
import { changeOf } from './series.ts'
import type { Costs } from './use-costs.ts'
import { useProjection } from './use-projection.ts'

interface CardsProps {
  organization: string
  search: CostSearch
  costs: Costs
  before: Costs | undefined
}

export function DashboardCards({ organization, search, costs, before }: CardsProps) {
  const { t, i18n } = useTranslation('cloud-costs')
  const currency = search.currency ?? 'USD'
  const projection = useProjection(organization, search)
  const range = periodOf(search)
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
      <Card title={t('cards.total')} value={money(costs.cost, currency, i18n.language)}>
        <Change now={costs.cost} before={before?.cost} />{' '}
        {before &&
          t('cards.before', { amount: money(before.cost, currency, i18n.language), period: days(rangeBefore(range), i18n.language) })}
      </Card>
      {range.end > today() && (
        <Card
          title={t('cards.projection', { day: dayLabel(addDays(range.end, -1), i18n.language) })}
          value={projection === undefined ? '–' : money(projection, currency, i18n.language)}
        >
          {projection === undefined ? t('cards.noProjection') : t('cards.projectionText')}
        </Card>
      )}
      <Card title={t('cards.energy')} value={measured(costs.kwh, 'kwh', currency, i18n.language)}>
        <Change now={costs.kwh} before={before?.kwh} /> {t('cards.coverage', { share: percent(costs.coverage, i18n.language) })}
      </Card>
      <Card title={t('cards.emissions')} value={measured(costs.co2e, 'co2e', currency, i18n.language)}>
        <Change now={costs.co2e} before={before?.co2e} /> {t('cards.estimate')}
      </Card>
    </SimpleGrid>
  )
}

const days = ({ begin, end }: Range, language: string) => `${dayLabel(begin, language)} – ${dayLabel(addDays(end, -1), language, true)}`

const Card = ({ title, value, children }: { title: string; value: string; children: ReactNode }) => (
  <Paper withBorder p="md">
    <Text size="sm">{title}</Text>
    <Text size="xl" fw={700} className={classes.figure}>
      {value}
    </Text>
    <Text size="xs" component="div" mt={4}>
      {children}
    </Text>
  </Paper>
)

/** More costs are nothing good: red. */
export function Change({ now, before }: { now: number; before: number | undefined }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const change = changeOf(now, before)
  if (change === undefined) return null
  const text = percent(change, i18n.language, true)
  const isUp = change > 0.0005
  const isDown = change < -0.0005
  return (
    <Tooltip label={t('cards.change')}>
      <Badge variant="light" color={isUp ? 'red' : isDown ? 'teal' : 'gray'}>
        <Group gap={2} wrap="nowrap">
          {isUp && <IconArrowUpRight size={12} aria-hidden />}
          {isDown && <IconArrowDownRight size={12} aria-hidden />}
          {text}
        </Group>
      </Badge>
    </Tooltip>
  )
}
