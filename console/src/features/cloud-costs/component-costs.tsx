/** What a component is billed, beside what its plan is estimated to cost. */
import { Alert, Badge, Paper, Select, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { PathParameters, Schema } from '@/api/types.ts'
import { Chart } from '@/kit/chart.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { money, When } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { dayLabel, percent } from './format.ts'
import { type Currency, currencies } from './search.ts'

export interface ComponentCostSearch {
  currency?: Currency
}

type Months = Schema<'ComponentCosts'>

export function ComponentCosts({ path, search }: { path: PathParameters<'getComponentCosts'>; search: ComponentCostSearch }) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate()
  const costs = useAsk('getComponentCosts', { path, query: search.currency ? { currency: search.currency } : {} }, { keep: true })
  return (
    <Stack>
      <Toolbar>
        <Select
          label={t('toolbar.currency')}
          w={110}
          allowDeselect={false}
          value={search.currency ?? costs.data?.data.currency ?? 'USD'}
          data={[...currencies]}
          onChange={(currency) => void navigate({ to: '.', search: { currency } as never, replace: true })}
        />
      </Toolbar>
      <Asked of={costs}>{({ data }) => <Comparison costs={data} />}</Asked>
    </Stack>
  )
}

function Comparison({ costs }: { costs: Months }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const { currency, months, estimated_monthly_cost: estimate } = costs
  const amount = (value: number | string) => money(value, currency, i18n.language)
  const [last] = months.filter(({ complete }) => complete)
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Figure title={t('component.estimate')} value={estimate === undefined ? '–' : amount(estimate)}>
          {costs.estimated_at ? <When at={costs.estimated_at} /> : t('component.noEstimate')}
        </Figure>
        <Figure title={t('component.last')} value={last ? amount(last.actual_cost) : '–'}>
          {last ? dayLabel(last.month, i18n.language) : t('component.noBill')}
        </Figure>
        <Figure title={t('component.difference')} value={last?.difference === undefined ? '–' : amount(last.difference)}>
          {last?.difference_percent === undefined ? null : percent(last.difference_percent / 100, i18n.language, true)}
        </Figure>
      </SimpleGrid>
      {costs.note && <Alert color={costs.attributed_by === 'none' ? 'orange' : 'blue'}>{costs.note}</Alert>}
      {months.length === 0 ? (
        <Empty title={t('component.nothing')}>{t('component.nothingText')}</Empty>
      ) : (
        <Paper withBorder p="md" component="section">
          <Title order={2} size="h4" mb="sm">
            {t('component.months')}
          </Title>
          <Chart
            kind="bar"
            label={t('component.chart')}
            rows={[...months].reverse().map(({ month, actual_cost: cost }) => ({
              month,
              billed: Number(cost),
              estimate: estimate === undefined ? null : Number(estimate),
            }))}
            x="month"
            series={[
              { key: 'billed', label: t('component.billed') },
              ...(estimate === undefined ? [] : [{ key: 'estimate', label: t('component.estimate') }]),
            ]}
            format={amount}
            formatX={(month) => dayLabel(month, i18n.language)}
          />
          <MonthsTable costs={costs} />
        </Paper>
      )}
    </Stack>
  )
}

const Figure = ({ title, value, children }: { title: string; value: string; children: React.ReactNode }) => (
  <Paper withBorder p="md">
    <Text size="sm">{title}</Text>
    <Text size="xl" fw={700} className={classes.figure}>
      {value}
    </Text>
    <Text size="xs" component="div">
      {children}
    </Text>
  </Paper>
)

function MonthsTable({ costs: { months, currency } }: { costs: Months }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const amount = (value: string) => money(value, currency, i18n.language)
  return (
    <Table.ScrollContainer minWidth={560} mt="md">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('months.month')}</Table.Th>
            <Table.Th ta="end">{t('component.billed')}</Table.Th>
            <Table.Th ta="end">{t('component.difference')}</Table.Th>
            <Table.Th>{t('component.services')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {months.map(({ month, actual_cost, complete, difference, difference_percent, services }) => (
            <Table.Tr key={month}>
              <Table.Td>
                {dayLabel(month, i18n.language)}{' '}
                {!complete && (
                  <Badge variant="light" color="blue">
                    {t('component.open')}
                  </Badge>
                )}
              </Table.Td>
              <Table.Td ta="end">{amount(actual_cost)}</Table.Td>
              <Table.Td ta="end">
                {difference === undefined ? '–' : amount(difference)}
                {difference_percent !== undefined && ` (${percent(difference_percent / 100, i18n.language, true)})`}
              </Table.Td>
              <Table.Td>{services.map(({ service, cost }) => `${service} ${amount(cost)}`).join(', ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
