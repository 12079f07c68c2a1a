import { Tabs } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ActionButton } from '@/kit/action-button.tsx'
import { Page } from '@/kit/page.tsx'
import { InventoryHistory } from './inventory-history.tsx'
import type { InventorySearch } from './inventory-search.ts'
import { ResourceDrawer } from './resource-drawer.tsx'
import { ResourceEditor } from './resource-editor.tsx'
import { ResourceLabels } from './resource-labels.tsx'
import { ResourceTable } from './resource-table.tsx'

const id = '/_in/organizations/$organization/inventory'

export function InventoryPage(): ReactNode {
  const { t } = useTranslation('inventory')
  const { organization } = useParams({ from: id })
  const search: InventorySearch = useSearch({ from: id })
  const navigate = useNavigate({ from: '/organizations/$organization/inventory' })
  const go = (change: Partial<InventorySearch>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const create = (
    <ActionButton
      operation="createInventoryResource"
      path={{ organization_canonical: organization }}
      leftSection={<IconPlus size={16} />}
      onClick={() => go({ panel: 'new' })}
    >
      {t('list.create')}
    </ActionButton>
  )
  return (
    <Page title={t('list.title')} description={t('list.description')} actions={create}>
      <Tabs
        value={search.tab ?? 'list'}
        onChange={(tab) => go({ tab: tab === 'history' || tab === 'labels' ? tab : undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="list">{t('tabs.list')}</Tabs.Tab>
          <Tabs.Tab value="history">{t('tabs.history')}</Tabs.Tab>
          <Tabs.Tab value="labels">{t('tabs.labels')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="list">
          <ResourceTable organization={organization} search={search} go={go} create={create} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <InventoryHistory organization={organization} search={search} go={go} />
        </Tabs.Panel>
        <Tabs.Panel value="labels">
          <ResourceLabels organization={organization} go={go} />
        </Tabs.Panel>
      </Tabs>
      <ResourceDrawer
        organization={organization}
        id={search.panel ? undefined : search.resource}
        close={() => go({ resource: undefined })}
        edit={() => go({ panel: 'edit' })}
      />
      <ResourceEditor organization={organization} mode={search.panel} id={search.resource} close={() => go({ panel: undefined })} />
    </Page>
  )
}
