import { Badge, Modal, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Column, DataTable, type Sort } from '@/kit/data-table.tsx'
import { useSearchValues } from '@/kit/filter.tsx'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { bodyOf, NameFields, useNamesForm } from './name-fields.tsx'

export function Children() {
  const { t } = useTranslation('organizations')
  const { organization } = useParams({ from: '/_in/organizations/$organization/children' })
  const [{ order }, set] = useSearchValues()
  const [opened, { open, close }] = useDisclosure()
  const path = { organization_canonical: organization }
  const [field = 'name', direction = 'asc'] = typeof order === 'string' ? order.split(':') : []
  const sort: Sort = { key: field, descending: direction === 'desc' }
  const rows = usePagedList('getChildren', { path, query: { order_by: `${sortFields[field] ?? field}:${direction}` } })
  const columns = useMemo<Column<Schema<'Organization'>>[]>(
    () => [
      {
        key: 'name',
        title: t('children.name'),
        width: 'minmax(180px, 2fr)',
        leads: true,
        sortable: true,
        cell: ({ canonical, name }) => (
          <LinkTo to="/organizations/$organization" params={{ organization: canonical }}>
            {name}
          </LinkTo>
        ),
      },
      { key: 'canonical', title: t('children.canonical'), width: 'minmax(140px, 1fr)', cell: ({ canonical }) => canonical },
      {
        key: 'state',
        title: t('children.state'),
        width: '150px',
        cell: ({ blocked }) =>
          blocked.length > 0 ? <Badge color="orange">{t('home.blocked')}</Badge> : <Badge color="green">{t('children.works')}</Badge>,
      },
      {
        key: 'created_at',
        title: t('children.created'),
        width: '150px',
        sortable: true,
        cell: ({ created_at }) => <When at={created_at} />,
      },
    ],
    [t],
  )
  const create = (
    <ActionButton operation="createChild" path={path} onClick={open} leftSection={<IconPlus size={16} aria-hidden />}>
      {t('children.create')}
    </ActionButton>
  )
  return (
    <Page title={t('children.title')} description={t('children.description')} actions={create}>
      <DataTable
        label={t('children.title')}
        columns={columns}
        rows={rows}
        rowKey={({ canonical }) => canonical}
        sort={sort}
        onSort={({ key, descending }) => set({ order: `${key}:${descending ? 'desc' : 'asc'}` })}
        empty={
          <Empty title={t('children.empty')} action={create}>
            {t('children.emptyText')}
          </Empty>
        }
      />
      <Modal opened={opened} onClose={close} title={t('children.create')}>
        <NewChild organization={organization} close={close} />
      </Modal>
    </Page>
  )
}

const sortFields: Readonly<Record<string, string>> = { name: 'organization_name', created_at: 'organization_created_at' }

function NewChild({ organization, close }: { organization: string; close: () => void }) {
  const { t } = useTranslation('organizations')
  const navigate = useNavigate()
  const form = useNamesForm()
  const create = useChange('createChild', {
    stale: ['getChildren', 'getOrgs'],
    onSuccess({ data: { canonical, name } }) {
      close()
      tell(t('new.done', { name }))
      void navigate({ to: '/organizations/$organization', params: { organization: canonical } })
    },
    onError: (problem) => showProblem(form, problem),
  })
  const submit = form.onSubmit(
    (names) => create.mutate({ path: { organization_canonical: organization }, body: bodyOf(names) }),
    (errors) => focusFirst(form, errors),
  )
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <NameFields form={form} />
        <ProblemAlert problem={create.error} />
        <FormButtons close={close} verb={t('new.submit')} busy={create.isPending} />
      </Stack>
    </form>
  )
}
