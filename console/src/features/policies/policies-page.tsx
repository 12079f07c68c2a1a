import { Button, Tabs } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Page } from '@/kit/page.tsx'
import { CheckPlan } from './check-plan.tsx'
import type { PoliciesSearch } from './policies-search.ts'
import { PolicyList } from './policy-list.tsx'

const id = '/_in/organizations/$organization/policies/'

export function PoliciesPage(): ReactNode {
  const { t } = useTranslation('policies')
  const { organization } = useParams({ from: id })
  const search: PoliciesSearch = useSearch({ from: id })
  const navigate = useNavigate({ from: '/organizations/$organization/policies/' })
  const go = (change: Partial<PoliciesSearch>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const path = { organization_canonical: organization }
  const may = useMay('createInfraPolicy', path)
  const create = may.allowed ? (
    <Button
      component={Link}
      to="/organizations/$organization/policies/+new"
      params={{ organization } as never}
      leftSection={<IconPlus size={16} />}
    >
      {t('list.create')}
    </Button>
  ) : (
    <ActionButton operation="createInfraPolicy" path={path} leftSection={<IconPlus size={16} />}>
      {t('list.create')}
    </ActionButton>
  )
  return (
    <Page title={t('list.title')} description={t('list.description')} actions={create}>
      <Tabs value={search.tab ?? 'list'} onChange={(tab) => go({ tab: tab === 'check' ? 'check' : undefined })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="list">{t('tabs.list')}</Tabs.Tab>
          <Tabs.Tab value="check">{t('tabs.check')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="list">
          <PolicyList organization={organization} search={search} go={go} create={create} />
        </Tabs.Panel>
        <Tabs.Panel value="check">
          <CheckPlan organization={organization} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
