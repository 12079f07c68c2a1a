import { Badge, Button, Group, Menu, Modal, Text, Tooltip } from '@mantine/core'
import { IconChevronDown, IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { ChildAccountForm } from './account-child-form.tsx'
import { ExportAccountForm } from './account-export-form.tsx'
import { FileAccountForm } from './account-file-form.tsx'
import { CostsFrame } from './costs-frame.tsx'
import { type AccountKind, type AccountsSearch, accountKinds } from './pages-search.ts'

type Account = Schema<'CloudCostManagementAccount'>

export function AccountsPage({ organization, search }: { organization: string; search: AccountsSearch }) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/accounts/' })
  const rows = usePagedList('getCloudCostManagementAccounts', { path: { organization_canonical: organization } }, { every: 10_000 })
  const close = () => void navigate({ search: {} })
  const columns: Column<Account>[] = [
    {
      key: 'name',
      title: t('accounts.name'),
      width: 'minmax(180px, 2fr)',
      cell: ({ name, canonical }) => (
        <LinkTo
          size="sm"
          truncate
          to="/organizations/$organization/cloud-cost-management/accounts/$account"
          params={{ organization, account: canonical }}
        >
          {name}
        </LinkTo>
      ),
    },
    { key: 'provider', title: t('dimensions.provider'), width: '190px', cell: ({ cloud_provider }) => cloud_provider.name },
    { key: 'id', title: t('accounts.id'), width: '170px', cell: ({ account_id }) => account_id || '–' },
    { key: 'source', title: t('accounts.source'), width: '150px', cell: (account) => t(`accounts.kinds.${kindOf(account)}`) },
    { key: 'status', title: t('accounts.status'), width: '150px', cell: (account) => <AccountStatus account={account} /> },
    { key: 'last', title: t('accounts.last'), width: '150px', cell: ({ last_ingestion_ended_at: at }) => <When at={at} /> },
  ]
  return (
    <CostsFrame
      organization={organization}
      title={t('accounts.title')}
      description={t('accounts.description')}
      actions={<CreateMenu organization={organization} onChoose={(kind) => void navigate({ search: { new: kind } })} />}
    >
      <DataTable
        label={t('accounts.title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={
          <Empty
            title={t('accounts.empty')}
            action={<CreateMenu organization={organization} onChoose={(kind) => void navigate({ search: { new: kind } })} />}
          >
            {t('accounts.emptyText')}
          </Empty>
        }
      />
      <Modal opened={search.new !== undefined} onClose={close} title={search.new && t(`accounts.new.${search.new}`)} size="lg">
        {search.new === 'files' && <FileAccountForm organization={organization} close={close} />}
        {search.new === 'export' && <ExportAccountForm organization={organization} close={close} />}
        {search.new === 'child' && <ChildAccountForm organization={organization} close={close} />}
      </Modal>
    </CostsFrame>
  )
}

export const kindOf = ({ external_backend, parent_account_id }: Account): AccountKind =>
  parent_account_id ? 'child' : external_backend ? 'export' : 'files'

const statusColors = { idle: 'teal', import: 'blue', error: 'red' } as const

export function AccountStatus({ account: { status, status_message: message, enabled } }: { account: Account }) {
  const { t } = useTranslation('cloud-costs')
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label={message} disabled={!message} multiline maw={360} events={{ hover: true, focus: true, touch: true }}>
        <Badge variant="light" color={statusColors[status]} {...(message ? { tabIndex: 0 } : {})}>
          {t(`accounts.statuses.${status}`)}
        </Badge>
      </Tooltip>
      {!enabled && (
        <Badge variant="light" color="gray">
          {t('accounts.stopped')}
        </Badge>
      )}
    </Group>
  )
}

function CreateMenu({ organization, onChoose }: { organization: string; onChoose: (kind: AccountKind) => void }) {
  const { t } = useTranslation('cloud-costs')
  const { why } = useMay('createCloudCostFileAccount', { organization_canonical: organization })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconPlus size={16} aria-hidden />} rightSection={<IconChevronDown size={16} aria-hidden />}>
          {t('accounts.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown maw={360}>
        {why && <Menu.Label>{why}</Menu.Label>}
        {accountKinds.map((kind) => (
          <Menu.Item key={kind} disabled={why !== undefined} onClick={() => onChoose(kind)}>
            <Text size="sm" fw={600}>
              {t(`accounts.new.${kind}`)}
            </Text>
            <Text size="xs">{t(`accounts.newText.${kind}`)}</Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
