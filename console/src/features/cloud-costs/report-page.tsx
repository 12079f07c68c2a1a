import { Alert, Paper, Select, Stack, Text, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Asked, ProblemAlert, Toolbar } from '@/kit/states.tsx'
import classes from './costs.module.css'
import { CostsFrame } from './costs-frame.tsx'
import { dayLabel } from './format.ts'
import { latestMonths } from './period.ts'
import { type Currency, currencies } from './search.ts'

export interface ReportSearch {
  month?: string
  currency?: Currency
}

interface ReportProps {
  organization: string
  search: ReportSearch
}

export function ReportPage({ organization, search }: ReportProps) {
  const { t, i18n } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/report' })
  const month = search.month ?? latestMonths(2)[1] ?? ''
  const go = (change: ReportSearch) => void navigate({ search: (old: ReportSearch) => ({ ...old, ...change }), replace: true })
  const months = [...new Set([...latestMonths(36), month])].sort().reverse()
  return (
    <CostsFrame organization={organization} title={t('report.title')} description={t('report.description')}>
      <Toolbar>
        <Select
          label={t('months.month')}
          allowDeselect={false}
          value={month}
          data={months.map((value) => ({ value, label: dayLabel(value, i18n.language) }))}
          onChange={(value) => go({ month: value ?? undefined })}
        />
        <Select
          label={t('toolbar.currency')}
          w={160}
          clearable
          clearButtonProps={{ 'aria-label': t('filters.clearOne', { name: t('toolbar.currency') }) }}
          placeholder={t('report.currency')}
          value={search.currency ?? null}
          data={[...currencies]}
          onChange={(value) => go({ currency: (value ?? undefined) as Currency | undefined })}
        />
      </Toolbar>
      <Report organization={organization} search={{ ...search, month }} />
      <FocusExport organization={organization} month={month} />
    </CostsFrame>
  )
}

function Report({ organization, search }: ReportProps) {
  const { t } = useTranslation('cloud-costs')
  const text = useQuery<string, Problem>({
    queryKey: ['getCloudCostReport', organization, search],
    queryFn: async ({ signal }) =>
      (await send('getCloudCostReport', { path: { organization_canonical: organization }, query: search } as never, { signal })).text(),
  })
  return (
    <Paper withBorder p="md" component="section" aria-label={t('report.title')}>
      <Asked of={text}>
        {(page) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          <pre className={classes.text} tabIndex={0}>
            {page}
          </pre>
        )}
      </Asked>
    </Paper>
  )
}

export function FocusExport({ organization, month }: { organization: string; month: string }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const accounts = useAsk('getCloudCostManagementAccounts', { path })
  const [account, setAccount] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [isBroken, setBroken] = useState(false)
  const download = async () => {
    setBusy(true)
    setProblem(undefined)
    setBroken(false)
    try {
      const response = await send('exportCloudCostLines', { path, query: { month, ...(account ? { account } : {}) } } as never)
      // Not held in memory: browsers keep a large blob in a file. A link would, too, but brings no CSRF token.
      save(await response.blob(), `focus-${organization}-${account ? `${account}-` : ''}${month}.csv.gz`)
    } catch (error) {
      // The answer had begun, so that nothing can be refused any more: its end did not come.
      if (isProblem(error)) setProblem(error)
      else setBroken(true)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Paper withBorder p="md" component="section">
      <Stack>
        <div>
          <Title order={2} size="h4">
            {t('report.focus')}
          </Title>
          <Text size="sm">{t('report.focusText', { month: dayLabel(month, i18n.language) })}</Text>
        </div>
        <Toolbar>
          <Select
            label={t('report.account')}
            clearable
            clearButtonProps={{ 'aria-label': t('filters.clearOne', { name: t('report.account') }) }}
            placeholder={t('report.allAccounts')}
            value={account}
            data={(accounts.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
            onChange={setAccount}
          />
          <ActionButton
            operation="exportCloudCostLines"
            path={path}
            variant="default"
            loading={busy}
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void download()}
          >
            {t('report.download')}
          </ActionButton>
        </Toolbar>
        <ProblemAlert problem={problem} />
        {isBroken && (
          <Alert color="red" role="alert" title={t('report.broken')}>
            {t('report.brokenText')}
          </Alert>
        )}
      </Stack>
    </Paper>
  )
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
