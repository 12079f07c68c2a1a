import { Alert, List, Progress, ScrollArea, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk } from '@/api/query.ts'
import type { AccountPath } from '@/api/upload.ts'
import { Asked } from '@/kit/states.tsx'
import { money, When } from '@/kit/when.tsx'
import { bytes, dayLabel, number, percent } from './format.ts'
import { type CostImport, ImportState } from './imports-panel.tsx'
import { AcceptMonth } from './months-table.tsx'

const isUnderWay = (status: CostImport['status'] | undefined) => status === 'waiting' || status === 'running'

/** Looks again every second while it runs; what it brought is asked anew once it ended. */
export function ImportDetails({ path, id }: { path: AccountPath; id: number }) {
  const question = { path: { ...path, import_id: id } }
  const first = useAsk('getCloudCostImport', question)
  const status = first.data?.data.status
  useAsk('getCloudCostImport', question, { every: isUnderWay(status) ? 1000 : false })
  useEffect(() => {
    if (status === 'succeeded' || status === 'failed')
      void refresh(
        'listCloudCostImports',
        'listCloudCostMonths',
        'getCloudCostManagementAccount',
        'getCloudCostManagementFilterVaules',
        'getCloudCosts',
      )
  }, [status])
  return <Asked of={first}>{({ data }) => <Details of={data} path={path} />}</Asked>
}

function Details({ of: one, path }: { of: CostImport; path: AccountPath }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const language = i18n.language
  return (
    <Stack>
      <ImportState of={one} />
      {isUnderWay(one.status) && (
        <div role="status">
          <Progress value={one.progress * 100} animated aria-label={t('imports.progress')} />
          <Text size="xs" mt={4}>
            {percent(one.progress, language)}
          </Text>
        </div>
      )}
      {one.message && <Alert color={one.status === 'failed' ? 'red' : 'blue'}>{one.message}</Alert>}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
        <Line name={t('imports.what')}>{one.source_name}</Line>
        <Line name={t('imports.source')}>{t(`imports.sources.${one.source}`)}</Line>
        <Line name={t('imports.files')}>
          {t('imports.of', { done: number(one.files_done, language), total: number(one.files_total, language) })}
        </Line>
        <Line name={t('imports.bytes')}>
          {one.bytes_total > 0
            ? t('imports.of', { done: bytes(one.bytes_done, language), total: bytes(one.bytes_total, language) })
            : bytes(one.bytes_done, language)}
        </Line>
        <Line name={t('imports.lines')}>{number(one.lines, language)}</Line>
        <Line name={t('imports.at')}>
          <When at={one.created_at} full />
        </Line>
        {one.ended_at && (
          <Line name={t('imports.ended')}>
            <When at={one.ended_at} full />
          </Line>
        )}
      </SimpleGrid>
      {one.months.length > 0 && (
        <div>
          <Title order={3} size="h5" mb="xs">
            {t('imports.months')}
          </Title>
          <Stack gap="xs">
            {one.months.map((month) => (
              <Alert
                key={month.month}
                p="xs"
                color={month.state === 'refused' ? 'orange' : 'gray'}
                title={`${dayLabel(month.month, language)} · ${t(`months.states.${month.state}`)}`}
              >
                <Text size="sm">
                  {month.currency ? money(month.billed_cost, month.currency, language) : month.billed_cost} ·{' '}
                  {t('imports.lineCount', { count: month.lines })}
                </Text>
                {month.message && <Text size="sm">{month.message}</Text>}
                {month.state === 'refused' && <AcceptMonth path={path} month={month} />}
              </Alert>
            ))}
          </Stack>
        </div>
      )}
      {one.problems.length > 0 && (
        <div>
          <Title order={3} size="h5" mb="xs">
            {t('imports.problems')}
          </Title>
          <ScrollArea.Autosize mah={260} tabIndex={0} role="region" aria-label={t('imports.problems')}>
            <List size="sm" spacing={4}>
              {one.problems.map((problem) => (
                <List.Item key={problem}>{problem}</List.Item>
              ))}
            </List>
          </ScrollArea.Autosize>
        </div>
      )}
    </Stack>
  )
}

const Line = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div>
    <Text size="xs">{name}</Text>
    <Text size="sm" fw={600} component="div" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  </div>
)
