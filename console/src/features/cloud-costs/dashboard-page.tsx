import { Box, Breadcrumbs, Group, Paper, Stack, Tabs, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { CostChart, colorOf, restColor } from './cost-chart.tsx'
import { CostsFrame, sections } from './costs-frame.tsx'
import { DashboardCards } from './dashboard-cards.tsx'
import { DashboardFilters } from './dashboard-filters.tsx'
import { DashboardTable } from './dashboard-table.tsx'
import { DashboardToolbar, DrawingBar } from './dashboard-toolbar.tsx'
import { dayLabel, measured, shortly } from './format.ts'
import { stepsOf } from './period.ts'
import { ResourcesTable } from './resources-table.tsx'
import { backTo, type CostSearch, type Dimension, drillInto, periodOf, readStep, stepOf } from './search.ts'
import { type CostRow, chartOf, rowsOf } from './series.ts'
import { type Comparison, useComparison } from './use-comparison.ts'
import { type Costs, questionOf, useCosts } from './use-costs.ts'
import { type NameOf, useFilterValues, useNames } from './use-names.ts'

interface DashboardProps {
  organization: string
  search: CostSearch
}

export function DashboardPage({ organization, search }: DashboardProps) {
  const { t } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const accounts = useAsk('getCloudCostManagementAccounts', { path, query: { page_index: 1, page_size: 1 } })
  return (
    <CostsFrame organization={organization} title={t('dashboard.title')}>
      {accounts.data?.data.length === 0 ? (
        <Empty
          title={t('dashboard.noAccounts')}
          action={
            <ButtonLink to={sections.accounts} params={{ organization }}>
              {t('dashboard.addAccount')}
            </ButtonLink>
          }
        >
          {t('dashboard.noAccountsText')}
        </Empty>
      ) : (
        <Dashboard organization={organization} search={search} />
      )}
    </CostsFrame>
  )
}

function Dashboard({ organization, search }: DashboardProps) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/' })
  const go = (change: Partial<CostSearch>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const range = periodOf(search)
  const values = useFilterValues(organization, range)
  const nameOf = useNames(organization, values.data?.data)
  const question = questionOf(search, search.currency ?? 'USD')
  const costs = useCosts(organization, question)
  const comparison = useComparison(organization, question, costs.isPlaceholderData ? undefined : costs.data)
  return (
    <Stack gap="md">
      <DashboardToolbar search={search} go={go} />
      <DashboardFilters search={search} go={go} values={values.data?.data} nameOf={nameOf} />
      <DrillPath organization={organization} search={search} nameOf={nameOf} />
      <Asked of={costs}>
        {(answer) => (
          <>
            <DashboardCards organization={organization} search={search} costs={answer} comparison={comparison} />
            <Tabs
              value={search.tab ?? 'overview'}
              onChange={(tab) => go({ tab: tab === 'resources' ? 'resources' : undefined })}
              keepMounted={false}
            >
              <Tabs.List>
                <Tabs.Tab value="overview">{t('dashboard.overview')}</Tabs.Tab>
                <Tabs.Tab value="resources">{t('dashboard.resources')}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="overview" pt="md">
                <Overview {...{ organization, search, go, nameOf }} costs={answer} comparison={comparison} />
              </Tabs.Panel>
              <Tabs.Panel value="resources" pt="md">
                <ResourcesTable organization={organization} search={search} nameOf={nameOf} />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Asked>
    </Stack>
  )
}

interface OverviewProps extends DashboardProps {
  go: (change: Partial<CostSearch>) => void
  costs: Costs
  comparison: Comparison | undefined
  nameOf: NameOf
}

function Overview({ search, go, costs, comparison, nameOf }: OverviewProps) {
  const { t, i18n } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/' })
  const [by, measure, currency] = [search.by ?? (['provider'] as Dimension[]), search.measure ?? 'cost', search.currency ?? 'USD']
  const range = periodOf(search)
  const rows = useMemo(() => rowsOf(costs.parts, comparison, measure), [costs, comparison, measure])
  const chart = useMemo(() => chartOf(costs.parts, rows, stepsOf(range, stepOf(search)), measure), [costs, rows, range, search, measure])
  const label = (row: CostRow) => by.map((dimension, index) => nameOf(dimension, row.keys[index] ?? '')).join(' · ')
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const series = chart.series.map((id, index) => {
    const row = rowOf.get(id)
    return { name: row ? `s${index}` : 'rest', label: row ? label(row) : t('dashboard.rest'), color: row ? colorOf(index) : restColor, row }
  })
  if (rows.length === 0) return <Empty title={t('dashboard.nothing')}>{t('dashboard.nothingText')}</Empty>
  const pick = (name: string) => {
    const row = series.find((one) => one.name === name)?.row
    if (row) void navigate({ search: drillInto(search, by, row.keys) })
  }
  return (
    <Stack gap="md">
      <Paper withBorder p="md">
        <DrawingBar search={search} go={go} />
        <CostChart
          label={t('dashboard.chart', { measure: t(`measures.${measure}`), by: by.map((one) => t(`dimensions.${one}`)).join(', ') })}
          points={chart.points}
          series={series.map(({ name, label: text, color }) => ({ name, label: text, color }))}
          drawing={search.drawing ?? 'bars'}
          format={(value) => measured(value, measure, currency, i18n.language)}
          formatShort={(value) => shortly(value, measure, currency, i18n.language)}
          formatStep={(step) => dayLabel(step, i18n.language)}
          onPick={pick}
        />
        <Legend series={series} />
      </Paper>
      <DashboardTable
        search={search}
        by={by}
        rows={rows}
        costs={costs}
        label={label}
        colors={new Map(series.flatMap(({ row, color }) => (row ? [[row.id, color] as const] : [])))}
      />
    </Stack>
  )
}

function Legend({ series }: { series: readonly { name: string; label: string; color: string }[] }) {
  return (
    <Group gap="md" mt="sm" wrap="wrap" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {series.map(({ name, label, color }) => (
        <Group key={name} gap={6} wrap="nowrap" component="li" style={{ minWidth: 0 }}>
          <Box w={10} h={10} bg={color} style={{ borderRadius: 2, flex: 'none' }} aria-hidden />
          <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
            {label}
          </Text>
        </Group>
      ))}
    </Group>
  )
}

/** The way back. */
function DrillPath({ organization, search, nameOf }: DashboardProps & { nameOf: NameOf }) {
  const { t } = useTranslation('cloud-costs')
  const steps = (search.drill ?? []).flatMap((step) => readStep(step) ?? [])
  if (steps.length === 0) return null
  return (
    <Paper withBorder p="xs" component="nav" aria-label={t('dashboard.path')}>
      <Breadcrumbs style={{ flexWrap: 'wrap' }}>
        <LinkTo size="sm" to={sections.dashboard} params={{ organization }} search={backTo(search, 0)}>
          {t('dashboard.everything')}
        </LinkTo>
        {steps.map(({ dimension, value }, index) => {
          const text = `${t(`dimensions.${dimension}`)}: ${nameOf(dimension, value)}`
          return index === steps.length - 1 ? (
            <Text
              key={`${dimension}${value}`}
              size="sm"
              fw={600}
              aria-current="page"
              style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}
            >
              {text}
            </Text>
          ) : (
            <LinkTo
              key={`${dimension}${value}`}
              size="sm"
              to={sections.dashboard}
              params={{ organization }}
              search={backTo(search, index + 1)}
              style={{ whiteSpace: 'normal' }}
            >
              {text}
            </LinkTo>
          )
        })}
      </Breadcrumbs>
    </Paper>
  )
}
