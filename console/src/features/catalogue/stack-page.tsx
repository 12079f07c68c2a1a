/** One stack: what it is, what its form asks, its files and Terraform, and who uses it. */
import { Button, Menu, Modal, Tabs } from '@mantine/core'
import { IconDots, IconRocket } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { Marks } from './catalogue-page.tsx'
import { EditStackForm } from './edit-stack.tsx'
import { NewStackForm } from './new-stack.tsx'
import { readStackSearch, type StackSearch, type StackTab, tabs } from './search.ts'
import { staleAfterScan } from './source-form.tsx'
import { StackDiagram } from './stack-diagram.tsx'
import { StackFiles } from './stack-files.tsx'
import { StackFormPreview } from './stack-form-preview.tsx'
import { StackOverview } from './stack-overview.tsx'
import { StackUsers } from './stack-users.tsx'
import { StartComponent } from './start-component.tsx'
import { useUsers } from './usage.ts'

interface StackPageProps {
  organization: string
  reference: string
  search: StackSearch
}

export function StackPage({ organization, reference, search }: StackPageProps) {
  const stack = useAsk('getServiceCatalog', { path: { organization_canonical: organization, service_catalog_ref: reference } })
  return <Asked of={stack}>{({ data }) => <StackView organization={organization} stack={data} search={search} />}</Asked>
}

function StackView({ organization, stack, search }: { organization: string; stack: Schema<'ServiceCatalog'>; search: StackSearch }) {
  const { t } = useTranslation('catalogue')
  const go = useNavigate() as (to: object) => Promise<void>
  const change = (next: StackSearch) => void go({ to: '.', search: readStackSearch({ ...search, ...next }), replace: true })
  const path = { organization_canonical: organization, service_catalog_ref: stack.ref }
  const configs = useAsk('getServiceCatalogConfig', { path })
  const users = useUsers(organization, (ref) => ref === stack.ref)
  const useCases = Object.keys(configs.data?.data ?? {})
  const useCase = useCases.find((key) => key === search.use_case) ?? useCases[0]
  const shared = { organization, stack, configs, useCase, search, change }
  const close = () => change({ open: undefined })
  return (
    <Page
      title={stack.name}
      beside={<Marks stack={stack} organization={organization} />}
      description={stack.ref}
      actions={
        <>
          {stack.blueprint ? (
            <Button leftSection={<IconRocket size={16} />} onClick={() => change({ open: 'derive' })}>
              {t('stack.derive')}
            </Button>
          ) : (
            <Button leftSection={<IconRocket size={16} />} onClick={() => change({ open: 'component' })}>
              {t('stack.use')}
            </Button>
          )}
          <MoreActions organization={organization} stack={stack} users={users.length} change={change} />
        </>
      }
    >
      <Tabs value={search.tab ?? 'overview'} onChange={(tab) => change({ tab: tab as StackTab })} keepMounted={false}>
        <Tabs.List>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`stack.tabs.${tab}`)}
              {tab === 'usage' && users.length > 0 ? ` (${users.length})` : ''}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" pt="md">
          <StackOverview {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="form" pt="md">
          <StackFormPreview {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="files" pt="md">
          <StackFiles {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="diagram" pt="md">
          <StackDiagram organization={organization} stack={stack} />
        </Tabs.Panel>
        <Tabs.Panel value="usage" pt="md">
          <StackUsers organization={organization} users={users} />
        </Tabs.Panel>
      </Tabs>
      <Modal opened={search.open !== undefined} onClose={close} title={t(`stack.dialogs.${search.open ?? 'component'}`)} size="lg">
        {search.open === 'component' && <StartComponent organization={organization} reference={stack.ref} />}
        {search.open === 'edit' && <EditStackForm organization={organization} stack={stack} onDone={close} />}
        {search.open === 'derive' && <NewStackForm organization={organization} blueprint={{ ref: stack.ref, useCases }} />}
      </Modal>
    </Page>
  )
}

interface MoreActionsProps {
  organization: string
  stack: Schema<'ServiceCatalog'>
  users: number
  change: (next: StackSearch) => void
}

function MoreActions({ organization, stack, users, change }: MoreActionsProps) {
  const { t } = useTranslation(['catalogue', 'common'])
  const go = useNavigate() as (to: object) => Promise<void>
  const path = { organization_canonical: organization, service_catalog_ref: stack.ref }
  const remove = useChange('deleteServiceCatalog', { stale: staleAfterScan })
  const mayEdit = useMay('updateServiceCatalog', path)
  const mayDelete = useMay('deleteServiceCatalog', path)
  const foreign =
    stack.organization_canonical === organization ? undefined : t('stack.foreign', { organization: stack.organization_canonical })
  const whyNotEdit = foreign ?? mayEdit.why
  const whyNotDelete = foreign ?? mayDelete.why ?? (users > 0 ? t('stack.inUse', { count: users }) : undefined)
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button variant="default" px="sm" aria-label={t('common:actions.more')}>
          <IconDots size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={whyNotEdit !== undefined} onClick={() => change({ open: 'edit' })}>
          {t('stack.dialogs.edit')}
          {whyNotEdit && <Why text={whyNotEdit} />}
        </Menu.Item>
        <Menu.Item
          color="red"
          disabled={whyNotDelete !== undefined}
          onClick={() =>
            confirm({
              title: t('source.delete', { name: stack.name }),
              children: t('stack.deleteExplain'),
              verb: t('source.deleteVerb'),
              act: async () => {
                await remove.mutateAsync({ path })
                tell(t('source.deleted', { name: stack.name }))
                await go({ to: '/organizations/$organization/catalogue', params: { organization } })
              },
            })
          }
        >
          {t('common:actions.delete')}
          {whyNotDelete && <Why text={whyNotDelete} />}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const Why = ({ text }: { text: string }) => (
  <>
    <br />
    <small>{text}</small>
  </>
)
