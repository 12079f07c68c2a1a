import { Badge, Group, Progress, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Empty } from '@/kit/states.tsx'
import { money } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { CostsFrame } from './costs-frame.tsx'
import { dayLabel, percent } from './format.ts'
import { addDays } from './period.ts'

export type Budget = Schema<'CostBudget'>

export function BudgetsPage({ organization }: { organization: string }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const rows = usePagedList('listCostBudgets', { path })
  const columns: Column<Budget>[] = [
    {
      key: 'name',
      title: t('budgets.name'),
      width: 'minmax(160px, 1.5fr)',
      cell: ({ name, canonical }) => (
        <LinkTo
          size="sm"
          truncate
          to="/organizations/$organization/cloud-cost-management/budgets/$budget"
          params={{ organization, budget: canonical }}
        >
          {name}
        </LinkTo>
      ),
    },
    { key: 'used', title: t('budgets.used'), width: 'minmax(220px, 2fr)', cell: (budget) => <BudgetBar budget={budget} /> },
    {
      key: 'forecast',
      title: t('budgets.forecast'),
      width: '160px',
      align: 'end',
      cell: ({ forecast, currency, amount }) => (
        <Text span size="sm" className={classes.figure} {...(forecast && Number(forecast) > Number(amount) ? { fw: 700 } : {})}>
          {forecast ? money(forecast, currency, i18n.language) : '–'}
        </Text>
      ),
    },
    {
      key: 'span',
      title: t('budgets.span'),
      width: '190px',
      cell: ({ span, span_end: end }) => `${t(`spans.${span}`)}, ${t('budgets.until', { day: dayLabel(addDays(end, -1), i18n.language) })}`,
    },
    { key: 'state', title: t('accounts.status'), width: '150px', cell: (budget) => <BudgetState budget={budget} /> },
    {
      key: 'owner',
      title: t('budgets.owner'),
      width: '150px',
      cell: ({ owner }) => (owner ? `${owner.given_name} ${owner.family_name}` : '–'),
    },
  ]
  return (
    <CostsFrame
      organization={organization}
      title={t('budgets.title')}
      description={t('budgets.description')}
      actions={<CreateLink organization={organization} />}
    >
      <DataTable
        label={t('budgets.title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHeight={56}
        empty={
          <Empty title={t('budgets.empty')} action={<CreateLink organization={organization} />}>
            {t('budgets.emptyText')}
          </Empty>
        }
      />
    </CostsFrame>
  )
}

function CreateLink({ organization }: { organization: string }) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate()
  const path = { organization_canonical: organization }
  const { allowed } = useMay('createCostBudget', path)
  const icon = <IconPlus size={16} aria-hidden />
  if (!allowed)
    return (
      <ActionButton operation="createCostBudget" path={path} leftSection={icon} onClick={() => void navigate({ to: '.' })}>
        {t('budgets.create')}
      </ActionButton>
    )
  return (
    <ButtonLink to="/organizations/$organization/cloud-cost-management/budgets/+new" params={{ organization }} leftSection={icon}>
      {t('budgets.create')}
    </ButtonLink>
  )
}

/** How much of it is spent, and what that is in money. */
export function BudgetBar({ budget: { spent, amount, currency, name } }: { budget: Budget }) {
  const { t, i18n } = useTranslation('cloud-costs')
  if (spent === undefined) return <Text size="sm">–</Text>
  const share = Number(amount) > 0 ? Number(spent) / Number(amount) : 0
  return (
    <Stack gap={4}>
      <Text size="xs" className={classes.figure}>
        {t('budgets.of', {
          spent: money(spent, currency, i18n.language),
          amount: money(amount, currency, i18n.language),
          share: percent(share, i18n.language),
        })}
      </Text>
      <Progress
        value={Math.min(100, share * 100)}
        color={share >= 1 ? 'red' : share >= 0.8 ? 'orange' : 'teal'}
        aria-label={t('budgets.usedOf', { name })}
      />
    </Stack>
  )
}

export function BudgetState({ budget: { enabled, problem, spent, forecast, amount } }: { budget: Budget }) {
  const { t } = useTranslation('cloud-costs')
  const [state, color] =
    problem !== ''
      ? (['unknown', 'orange'] as const)
      : !enabled
        ? (['silent', 'gray'] as const)
        : Number(spent ?? 0) >= Number(amount)
          ? (['over', 'red'] as const)
          : Number(forecast ?? 0) > Number(amount)
            ? (['willBeOver', 'orange'] as const)
            : (['within', 'teal'] as const)
  return (
    <Group gap={4}>
      <Badge variant="light" color={color}>
        {t(`budgets.states.${state}`)}
      </Badge>
    </Group>
  )
}
