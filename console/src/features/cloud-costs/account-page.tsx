import { Alert, Badge, Group, Paper, SimpleGrid, Stack, Tabs, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { AccountSettings } from './account-settings.tsx'
import { AccountStatus, kindOf } from './accounts-page.tsx'
import { ImportsPanel } from './imports-panel.tsx'
import { LinkedAccounts } from './linked-accounts.tsx'
import { MonthsTable } from './months-table.tsx'
import { type AccountSearch, type AccountTab, accountTabs } from './pages-search.ts'

export function AccountPage({ organization, account, search }: { organization: string; account: string; search: AccountSearch }) {
  const path = { organization_canonical: organization, cloud_cost_management_account_canonical: account }
  const asked = useAsk('getCloudCostManagementAccount', { path }, { every: 5000 })
  return <Asked of={asked}>{({ data }) => <Account organization={organization} account={data} search={search} />}</Asked>
}

interface AccountProps {
  organization: string
  account: Schema<'CloudCostManagementAccount'>
  search: AccountSearch
}

function Account({ organization, account, search }: AccountProps) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/accounts/$account' })
  const path = { organization_canonical: organization, cloud_cost_management_account_canonical: account.canonical }
  const kind = kindOf(account)
  return (
    <Page
      title={account.name}
      beside={
        <Group gap="xs">
          <AccountStatus account={account} />
          <Badge variant="light" color="gray">
            {t(`accounts.kinds.${kind}`)}
          </Badge>
        </Group>
      }
    >
      {account.status === 'error' && account.status_message && (
        <Alert color="red" title={t('account.failed')}>
          {account.status_message}
        </Alert>
      )}
      <Paper withBorder p="md">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Fact title={t('dimensions.provider')}>{account.cloud_provider.name}</Fact>
          <Fact title={t('accounts.id')}>{account.account_id || '–'}</Fact>
          {account.parent_account_id && <Fact title={t('account.parent')}>{account.parent_account_id}</Fact>}
          {account.credential && <Fact title={t('export.credential')}>{account.credential.name}</Fact>}
          <Fact title={t('accounts.last')}>
            <When at={account.last_ingestion_ended_at} />
          </Fact>
          <Fact title={t('account.unfinalized')}>{account.unfinalized_period || '–'}</Fact>
        </SimpleGrid>
      </Paper>
      <Tabs
        value={search.tab ?? 'imports'}
        onChange={(tab) => void navigate({ search: tab === 'imports' ? {} : { tab: tab as AccountTab }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List>
          {accountTabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`account.tabs.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="imports" pt="md">
          <ImportsPanel path={path} kind={kind} shown={search.import} />
        </Tabs.Panel>
        <Tabs.Panel value="months" pt="md">
          <MonthsTable path={path} />
        </Tabs.Panel>
        <Tabs.Panel value="linked" pt="md">
          <LinkedAccounts path={path} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="md">
          <AccountSettings organization={organization} account={account} kind={kind} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

const Fact = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Stack gap={2}>
    <Text size="xs">{title}</Text>
    <Text size="sm" fw={600} component="div" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  </Stack>
)
