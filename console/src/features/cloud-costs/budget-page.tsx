import { Alert, Badge, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { useDraft } from '@/kit/draft.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { money, When } from '@/kit/when.tsx'
import { BudgetCourse } from './budget-course.tsx'
import { BudgetForm } from './budget-form.tsx'
import { type Budget, BudgetBar, BudgetState } from './budgets-page.tsx'
import { dayLabel } from './format.ts'
import { addDays } from './period.ts'

export interface BudgetSearch {
  edit?: true
}

interface BudgetProps {
  organization: string
  search: BudgetSearch
}

export function BudgetPage({ organization, budget, search }: BudgetProps & { budget: string }) {
  const asked = useAsk('getCostBudget', { path: { organization_canonical: organization, budget_canonical: budget } })
  return (
    <Asked of={asked}>{({ data }) => <Details key={data.canonical} organization={organization} budget={data} search={search} />}</Asked>
  )
}

const here = '/organizations/$organization/cloud-cost-management/budgets/$budget' as const
const stale = ['getCostBudget', 'listCostBudgets'] as const

function Details({ organization, budget, search }: BudgetProps & { budget: Budget }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const navigate = useNavigate({ from: here })
  const path = { organization_canonical: organization, budget_canonical: budget.canonical }
  const remove = useChange('deleteCostBudget', {
    stale,
    onSuccess: () => {
      tell(t('budgets.deleted', { name: budget.name }))
      void navigate({ to: '/organizations/$organization/cloud-cost-management/budgets', params: { organization } })
    },
  })
  const amount = (value: string) => money(value, budget.currency, i18n.language)
  return (
    <Page
      title={budget.name}
      beside={<BudgetState budget={budget} />}
      actions={
        !search.edit && (
          <>
            <ActionButton
              operation="updateCostBudget"
              path={path}
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => void navigate({ search: { edit: true } })}
            >
              {common('actions.edit')}
            </ActionButton>
            <ActionButton
              operation="deleteCostBudget"
              path={path}
              variant="light"
              color="red"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() =>
                confirm({
                  title: t('budgets.deleteTitle', { name: budget.name }),
                  children: t('budgets.deleteText', { count: budget.alerts.length }),
                  verb: t('budgets.delete'),
                  name: budget.name,
                  act: () => remove.mutateAsync({ path }),
                })
              }
            >
              {common('actions.delete')}
            </ActionButton>
          </>
        )
      }
    >
      {search.edit ? (
        <BudgetEditor organization={organization} budget={budget} close={() => void navigate({ search: {}, ignoreBlocker: true })} />
      ) : (
        <>
          {budget.problem !== '' && (
            <Alert color="orange" title={t('budgets.unknown')}>
              {budget.problem}
            </Alert>
          )}
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <Figure title={t('budgets.used')}>
              <BudgetBar budget={budget} />
            </Figure>
            <Figure title={t('budgets.forecastFor', { day: dayLabel(addDays(budget.span_end, -1), i18n.language) })}>
              <Text size="xl" fw={700}>
                {budget.forecast ? amount(budget.forecast) : '–'}
              </Text>
              {!budget.forecast && <Text size="xs">{t('cards.noProjection')}</Text>}
            </Figure>
            <Figure title={t('budgets.owner')}>
              <Text size="sm">{budget.owner ? `${budget.owner.given_name} ${budget.owner.family_name}` : '–'}</Text>
              <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                {budget.recipients.join(', ')}
              </Text>
            </Figure>
          </SimpleGrid>
          <Paper withBorder p="md" component="section">
            <Title order={2} size="h4" mb="sm">
              {t('budgets.course')}
            </Title>
            <BudgetCourse organization={organization} budget={budget} />
          </Paper>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Paper withBorder p="md" component="section">
              <Title order={2} size="h4" mb="sm">
                {t('budgets.thresholds')}
              </Title>
              <Thresholds budget={budget} />
            </Paper>
            <Paper withBorder p="md" component="section">
              <Title order={2} size="h4" mb="sm">
                {t('budgets.filters')}
              </Title>
              <Filters budget={budget} />
            </Paper>
          </SimpleGrid>
          <Paper withBorder p="md" component="section">
            <Title order={2} size="h4" mb="sm">
              {t('budgets.alerts')}
            </Title>
            <Alerts budget={budget} />
          </Paper>
        </>
      )}
    </Page>
  )
}

export function BudgetEditor({ organization, budget, close }: { organization: string; budget: Budget; close: () => void }) {
  const { t } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const draft = useDraft(budget, budget.updated_at)
  const { canonical } = budget
  const save = useChange('updateCostBudget', {
    stale,
    onSuccess: () => {
      tell(t('budgets.saved'))
      close()
    },
  })
  return (
    <Paper withBorder p="md" maw={860}>
      <BudgetForm
        key={draft.key}
        organization={organization}
        budget={draft.from}
        draft={draft}
        verb={common('actions.save')}
        problem={save.error}
        busy={save.isPending}
        onSubmit={(body) =>
          save.mutate({ path: { organization_canonical: organization, budget_canonical: canonical }, body: { ...body, canonical } })
        }
        close={close}
      />
    </Paper>
  )
}

const Figure = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Paper withBorder p="md">
    <Text size="sm" mb={4}>
      {title}
    </Text>
    {children}
  </Paper>
)

function Thresholds({ budget }: { budget: Budget }) {
  const { t } = useTranslation('cloud-costs')
  const isCrossed = (of: string, percent: number) =>
    budget.alerts.some((alert) => alert.of === of && alert.percent === percent && alert.span_begin === budget.span_begin)
  return (
    <Stack gap="xs">
      {budget.thresholds.map(({ of, percent }) => (
        <Group key={`${of}${percent}`} gap="xs">
          <Text size="sm">{t(`budgets.threshold.${of}`, { percent })}</Text>
          <Badge variant="light" color={isCrossed(of, percent) ? 'red' : 'gray'}>
            {t(isCrossed(of, percent) ? 'budgets.crossed' : 'budgets.notCrossed')}
          </Badge>
        </Group>
      ))}
    </Stack>
  )
}

function Filters({ budget }: { budget: Budget }) {
  const { t } = useTranslation('cloud-costs')
  const filters = Object.entries(budget.filters).filter(([, values]) => values.length > 0)
  if (filters.length === 0) return <Text size="sm">{t('budgets.everything')}</Text>
  return (
    <Stack gap="xs">
      {filters.map(([name, values]) => (
        <div key={name}>
          <Text size="xs">{t(`filters.${name as 'services'}`)}</Text>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {values.join(', ')}
          </Text>
        </div>
      ))}
    </Stack>
  )
}

function Alerts({ budget: { alerts, currency } }: { budget: Budget }) {
  const { t, i18n } = useTranslation('cloud-costs')
  if (alerts.length === 0) return <Text size="sm">{t('budgets.noAlerts')}</Text>
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('budgets.at')}</Table.Th>
            <Table.Th>{t('budgets.spanFrom')}</Table.Th>
            <Table.Th>{t('budgets.thresholdName')}</Table.Th>
            <Table.Th ta="end">{t('budgets.spent')}</Table.Th>
            <Table.Th ta="end">{t('budgets.amount')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {alerts.map(({ of, percent, created_at, span_begin, spent, amount }) => (
            <Table.Tr key={`${span_begin}${of}${percent}${created_at}`}>
              <Table.Td>
                <When at={created_at} full />
              </Table.Td>
              <Table.Td>{dayLabel(span_begin, i18n.language, true)}</Table.Td>
              <Table.Td>{t(`budgets.threshold.${of}`, { percent })}</Table.Td>
              <Table.Td ta="end">{money(spent, currency, i18n.language)}</Table.Td>
              <Table.Td ta="end">{money(amount, currency, i18n.language)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
