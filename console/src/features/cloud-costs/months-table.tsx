import { Badge, Group, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import type { AccountPath } from '@/api/upload.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { tell } from '@/kit/notice.tsx'
import { Empty } from '@/kit/states.tsx'
import { money, When } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { dayLabel, number, percent } from './format.ts'

type Month = Schema<'CloudCostMonth'>

const colors = { active: 'teal', loading: 'blue', refused: 'orange', replaced: 'gray' } as const

export function MonthsTable({ path }: { path: AccountPath }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const language = i18n.language
  const rows = usePagedList('listCloudCostMonths', { path }, { every: 10_000 })
  const figure = (amount: string, currency: string) => (
    <span className={classes.figure}>{currency ? money(amount, currency, language) : amount}</span>
  )
  const columns: Column<Month>[] = [
    { key: 'month', title: t('months.month'), width: '110px', cell: ({ month }) => dayLabel(month, language) },
    {
      key: 'state',
      title: t('accounts.status'),
      width: 'minmax(170px, 1fr)',
      cell: ({ state, message, finalized, attributed }) => (
        <Group gap={4} wrap="nowrap">
          <Tooltip label={message} disabled={!message} multiline maw={360} events={{ hover: true, focus: true, touch: true }}>
            <Badge variant="light" color={colors[state]} {...(message ? { tabIndex: 0 } : {})}>
              {t(`months.states.${state}`)}
            </Badge>
          </Tooltip>
          {finalized && (
            <Badge variant="light" color="gray">
              {t('months.final')}
            </Badge>
          )}
          {!attributed && state === 'active' && (
            <Badge variant="light" color="blue">
              {t('months.attributing')}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      key: 'billed',
      title: t('costTypes.billed'),
      width: '130px',
      align: 'end',
      cell: ({ billed_cost, currency }) => figure(billed_cost, currency),
    },
    {
      key: 'effective',
      title: t('costTypes.effective'),
      width: '130px',
      align: 'end',
      cell: ({ effective_cost, currency }) => figure(effective_cost, currency),
    },
    {
      key: 'stated',
      title: t('months.stated'),
      width: '130px',
      align: 'end',
      cell: ({ stated_cost, currency }) => (stated_cost ? figure(stated_cost, currency) : '–'),
    },
    { key: 'lines', title: t('imports.lines'), width: '100px', align: 'end', cell: ({ lines }) => number(lines, language) },
    {
      key: 'energy',
      title: t('months.coverage'),
      width: '120px',
      align: 'end',
      cell: ({ energy_coverage }) => percent(energy_coverage, language),
    },
    {
      key: 'at',
      title: t('months.since'),
      width: '140px',
      cell: ({ activated_at, created_at }) => <When at={activated_at ?? created_at} />,
    },
    {
      key: 'accept',
      title: t('months.judge'),
      width: '140px',
      cell: (month) => (month.state === 'refused' ? <AcceptMonth path={path} month={month} /> : null),
    },
  ]
  return (
    <DataTable
      label={t('months.label')}
      columns={columns}
      rows={rows}
      rowKey={({ month, state, created_at }) => `${month} ${state} ${created_at}`}
      empty={<Empty title={t('months.empty')}>{t('months.emptyText')}</Empty>}
    />
  )
}

/** A month that looked wrong stays out of sight until somebody says that it is right. */
export function AcceptMonth({ path, month }: { path: AccountPath; month: Month }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const name = dayLabel(month.month, i18n.language)
  const accept = useChange('acceptCloudCostMonth', {
    stale: ['listCloudCostMonths', 'listCloudCostImports', 'getCloudCostImport', 'getCloudCosts', 'getCloudCostManagementFilterVaules'],
    onSuccess: () => tell(t('months.accepted', { month: name })),
  })
  const question = { path: { ...path, month: month.month } }
  return (
    <ActionButton
      operation="acceptCloudCostMonth"
      path={question.path}
      size="compact-sm"
      variant="light"
      onClick={() =>
        confirm({
          title: t('months.acceptTitle', { month: name }),
          children: (
            <>
              <Text size="sm">{month.message}</Text>
              <Text size="sm" mt="xs">
                {t('months.acceptText')}
              </Text>
            </>
          ),
          verb: t('months.accept'),
          act: () => accept.mutateAsync(question),
        })
      }
    >
      {t('months.accept')}
    </ActionButton>
  )
}
