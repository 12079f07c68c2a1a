import { Badge, Group, Paper, SimpleGrid, Text, Tooltip } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { money } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { dayLabel, measured, percent } from './format.ts'
import { addDays, type Range, today } from './period.ts'
import { type CostSearch, type Measure, periodOf } from './search.ts'
import { changeOf } from './series.ts'
import type { Comparison } from './use-comparison.ts'
import type { Costs } from './use-costs.ts'
import { useProjection } from './use-projection.ts'

interface CardsProps {
  organization: string
  search: CostSearch
  costs: Costs
  comparison: Comparison | undefined
}

export function DashboardCards({ organization, search, costs, comparison }: CardsProps) {
  const { t, i18n } = useTranslation('cloud-costs')
  const currency = search.currency ?? 'USD'
  const projection = useProjection(organization, search)
  const range = periodOf(search)
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
      <Card title={t('cards.total')} value={money(costs.cost, currency, i18n.language)}>
        <Change change={changeIn(comparison, 'cost')} />{' '}
        {comparison && <ComparedWith comparison={comparison} range={range} currency={currency} />}
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
        <Change change={changeIn(comparison, 'kwh')} /> {t('cards.coverage', { share: percent(costs.coverage, i18n.language) })}
      </Card>
      <Card title={t('cards.emissions')} value={measured(costs.co2e, 'co2e', currency, i18n.language)}>
        <Change change={changeIn(comparison, 'co2e')} /> {t('cards.estimate')}
      </Card>
    </SimpleGrid>
  )
}

const changeIn = (comparison: Comparison | undefined, measure: Measure) =>
  comparison && changeOf(comparison.now[measure], comparison.before[measure])

/** Of a span whose bills are not all there: also which of its days are compared. */
function ComparedWith({
  comparison: { ranges, now, before },
  range,
  currency,
}: {
  comparison: Comparison
  range: Range
  currency: string
}) {
  const { t, i18n } = useTranslation('cloud-costs')
  const earlier = { amount: money(before.cost, currency, i18n.language), period: days(ranges.before, i18n.language) }
  return ranges.now.end === range.end
    ? t('cards.before', earlier)
    : t('cards.billed', { ...earlier, now: money(now.cost, currency, i18n.language), days: days(ranges.now, i18n.language) })
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
export function Change({ change }: { change: number | undefined }) {
  const { t, i18n } = useTranslation('cloud-costs')
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
