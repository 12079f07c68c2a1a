import { Badge, Button, Group, Modal, Paper, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { money, When } from '@/kit/when.tsx'
import classes from './costs.module.css'
import { CostsFrame } from './costs-frame.tsx'
import { DayField } from './day-field.tsx'
import { dayLabel } from './format.ts'
import { type AnomalySearch, anomalyStatuses } from './pages-search.ts'

type Anomaly = Schema<'CostAnomaly'>
const colors = { open: 'orange', expected: 'blue', closed: 'gray' } as const

export function AnomaliesPage({ organization, search }: { organization: string; search: AnomalySearch }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/anomalies' })
  const path = { organization_canonical: organization }
  const status = search.status ?? 'open'
  const { begin, end } = search
  const rows = usePagedList('listCostAnomalies', {
    path,
    query: { ...(status === 'all' ? {} : { status }), ...(begin ? { begin } : {}), ...(end ? { end } : {}) },
  })
  const go = (change: AnomalySearch) => void navigate({ search: (old: AnomalySearch) => ({ ...old, ...change }), replace: true })
  const figure = (amount: string, currency: string) => <span className={classes.figure}>{money(amount, currency, i18n.language)}</span>
  const columns: Column<Anomaly>[] = [
    { key: 'day', title: t('anomalies.day'), width: '110px', cell: ({ day }) => dayLabel(day, i18n.language, true) },
    {
      key: 'service',
      title: t('dimensions.service'),
      width: 'minmax(180px, 1.5fr)',
      cell: ({ id, service, provider }) => (
        <Button variant="transparent" p={0} size="compact-sm" onClick={() => go({ anomaly: id })}>
          {service || provider}
        </Button>
      ),
    },
    { key: 'project', title: t('dimensions.project'), width: '150px', cell: ({ project }) => project || '–' },
    {
      key: 'expected',
      title: t('anomalies.expected'),
      width: '130px',
      align: 'end',
      cell: ({ expected, currency }) => figure(expected, currency),
    },
    { key: 'cost', title: t('anomalies.cost'), width: '130px', align: 'end', cell: ({ cost, currency }) => figure(cost, currency) },
    {
      key: 'causes',
      title: t('anomalies.causes'),
      width: 'minmax(180px, 2fr)',
      cell: ({ causes }) => (
        <Text size="sm" truncate>
          {causes.map(({ what }) => what).join(', ')}
        </Text>
      ),
    },
    {
      key: 'status',
      title: t('accounts.status'),
      width: '120px',
      cell: (row) => (
        <Badge variant="light" color={colors[row.status]}>
          {t(`anomalies.statuses.${row.status}`)}
        </Badge>
      ),
    },
  ]
  return (
    <CostsFrame organization={organization} title={t('anomalies.title')} description={t('anomalies.description')}>
      <Toolbar>
        <SegmentedControl
          aria-label={t('accounts.status')}
          value={status}
          data={([...anomalyStatuses, 'all'] as const).map((value) => ({ value, label: t(`anomalies.statuses.${value}`) }))}
          onChange={(value) => go({ status: value as AnomalySearch['status'] })}
        />
        <DayField label={t('toolbar.from')} value={begin} onChange={(day) => go({ begin: day })} onClear={() => go({ begin: undefined })} />
        <DayField label={t('anomalies.before')} value={end} onChange={(day) => go({ end: day })} onClear={() => go({ end: undefined })} />
      </Toolbar>
      <DataTable
        label={t('anomalies.title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={<Empty title={t('anomalies.empty')}>{t('anomalies.emptyText')}</Empty>}
      />
      <AnomalyDialog organization={organization} number={search.anomaly} close={() => go({ anomaly: undefined })} />
    </CostsFrame>
  )
}

interface DialogProps {
  organization: string
  /** Of the anomaly that the address names, whatever the list shows. */
  number: number | undefined
  close: () => void
}

const stale = ['listCostAnomalies', 'getCostAnomaly'] as const

export function AnomalyDialog({ organization, number, close }: DialogProps) {
  const { t } = useTranslation('cloud-costs')
  return (
    <Modal opened={number !== undefined} onClose={close} size="lg" title={t('anomalies.one')}>
      {number !== undefined && <AskedAnomaly organization={organization} number={number} close={close} />}
    </Modal>
  )
}

function AskedAnomaly({ organization, number, close }: DialogProps & { number: number }) {
  const asked = useAsk('getCostAnomaly', { path: { organization_canonical: organization, anomaly_id: number } })
  return <Asked of={asked}>{({ data }) => <AnomalyDetails organization={organization} anomaly={data} close={close} />}</Asked>
}

function AnomalyDetails({ organization, anomaly, close }: { organization: string; anomaly: Anomaly; close: () => void }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization, anomaly_id: anomaly.id }
  const undo = useChange('updateCostAnomaly', { stale, onError: tellProblem })
  const judge = useChange('updateCostAnomaly', {
    stale,
    onSuccess({ data }) {
      tell(t(`anomalies.judged.${data.status}`), () => undo.mutate({ path, body: { status: anomaly.status } }))
      close()
    },
    onError: tellProblem,
  })
  const figure = (amount: string) => money(amount, anomaly.currency, i18n.language)
  return (
    <Stack>
      <Group gap="xs">
        <Badge variant="light" color={colors[anomaly.status]}>
          {t(`anomalies.statuses.${anomaly.status}`)}
        </Badge>
        <Text size="sm">
          {dayLabel(anomaly.day, i18n.language, true)} · {anomaly.provider} · {anomaly.service}
          {anomaly.project && ` · ${anomaly.project}`}
        </Text>
      </Group>
      <Text>{anomaly.reason}</Text>
      {anomaly.judged_by && (
        <Text size="sm">
          {t('anomalies.judgedBy', { name: `${anomaly.judged_by.given_name} ${anomaly.judged_by.family_name}` })}{' '}
          <When at={anomaly.updated_at} />
        </Text>
      )}
      <Paper withBorder>
        <Table.ScrollContainer minWidth={400}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('anomalies.causes')}</Table.Th>
                <Table.Th ta="end">{t('anomalies.expected')}</Table.Th>
                <Table.Th ta="end">{t('anomalies.cost')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {anomaly.causes.map(({ what, cost, expected }) => (
                <Table.Tr key={what}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{what}</Table.Td>
                  <Table.Td ta="end">{figure(expected)}</Table.Td>
                  <Table.Td ta="end">{figure(cost)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      <Group justify="end">
        {anomalyStatuses
          .filter((status) => status !== anomaly.status)
          .map((status) => (
            <ActionButton
              key={status}
              operation="updateCostAnomaly"
              path={path}
              variant={status === 'open' ? 'default' : 'light'}
              loading={judge.isPending && judge.variables.body.status === status}
              onClick={() => judge.mutate({ path, body: { status } })}
            >
              {t(`anomalies.judge.${status}`)}
            </ActionButton>
          ))}
      </Group>
    </Stack>
  )
}
