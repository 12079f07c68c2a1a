/** What the pages of git repositories share, those that stacks are read from (sources) and those that configuration is written to. */
import { Modal, Text } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PagedList } from '@/api/paged.ts'
import type { OperationId, PathParameters } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty } from '@/kit/states.tsx'
import type { EditSearch, NewSearch } from './search.ts'

interface Repository {
  canonical: string
  name: string
  url: string
  branch?: string
}

const useGo = () => useNavigate() as (to: object) => Promise<void>

const adding = { source: 'createServiceCatalogSource', repository: 'createConfigRepository' } as const

interface GitListProps<Row> {
  /** What the messages call them. */
  kind: keyof typeof adding
  organization: string
  search: NewSearch
  rows: PagedList<Row>
  columns: readonly Column<Row>[]
  /** The form of a new one. */
  children: ReactNode
}

export function GitList<Row extends Repository>({ kind, organization, search, rows, columns, children }: GitListProps<Row>) {
  const { t } = useTranslation('catalogue')
  const go = useGo()
  const add = (
    <ActionButton
      operation={adding[kind]}
      path={{ organization_canonical: organization }}
      leftSection={<IconPlus size={16} />}
      onClick={() => void go({ to: '.', search: { new: true } })}
    >
      {t(`${kind}.addNew`)}
    </ActionButton>
  )
  return (
    <Page title={t(`${kind}.list`)} description={t(`${kind}.listExplain`)} actions={add}>
      <DataTable
        label={t(`${kind}.list`)}
        rows={rows}
        rowKey={({ canonical }) => canonical}
        empty={
          <Empty title={t(`${kind}.none`)} action={add}>
            {t(`${kind}.noneExplain`)}
          </Empty>
        }
        columns={columns}
      />
      <Modal opened={search.new === true} onClose={() => void go({ to: '.', search: {} })} title={t(`${kind}.addNew`)} size="lg">
        {children}
      </Modal>
    </Page>
  )
}

/** Where it is, after the column with its name. */
export function useGitColumns(): Column<Repository>[] {
  const { t } = useTranslation('catalogue')
  return [
    {
      key: 'url',
      title: t('git.url'),
      width: 'minmax(200px, 2fr)',
      cell: ({ url }) => (
        <Text size="sm" truncate title={url}>
          {url}
        </Text>
      ),
    },
    { key: 'branch', title: t('git.branch'), cell: ({ branch }) => branch },
  ]
}

export const GitAddress = ({ of: { url, branch = '' } }: { of: Repository }) => (
  <Text span size="sm" ff="monospace">{`${url} · ${branch}`}</Text>
)

interface ActionProps<Id extends OperationId> {
  operation: Id
  path: PathParameters<Id>
}

export function EditButton<Id extends OperationId>(props: ActionProps<Id>) {
  const { t } = useTranslation()
  const go = useGo()
  return (
    <ActionButton
      {...props}
      variant="default"
      leftSection={<IconPencil size={16} />}
      onClick={() => void go({ to: '.', search: { edit: true } })}
    >
      {t('actions.edit')}
    </ActionButton>
  )
}

interface EditDialogProps {
  title: string
  search: EditSearch
  /** The form, with what follows once it is saved. */
  children: (saved: (repository: { name: string }) => void) => ReactNode
}

export function EditDialog({ title, search, children }: EditDialogProps) {
  const { t } = useTranslation('catalogue')
  const go = useGo()
  const close = () => void go({ to: '.', search: {} })
  return (
    <Modal opened={search.edit === true} onClose={close} title={title} size="lg">
      {children(({ name }) => {
        tell(t('source.saved', { name }))
        close()
      })}
    </Modal>
  )
}

interface DeleteButtonProps<Id extends OperationId> extends ActionProps<Id> {
  of: Repository
  /** Why it cannot be deleted now. */
  why?: string | undefined
  remove: () => Promise<unknown>
  /** The list that it was in. */
  list: { to: string; params: object }
  /** What goes along. */
  children: ReactNode
}

export function DeleteButton<Id extends OperationId>({ of, remove, list, children, ...action }: DeleteButtonProps<Id>) {
  const { t } = useTranslation(['catalogue', 'common'])
  const go = useGo()
  const { name, canonical } = of
  const ask = () =>
    confirm({
      title: t('source.delete', { name }),
      children,
      verb: t('source.deleteVerb'),
      name: canonical,
      async act() {
        await remove()
        tell(t('source.deleted', { name }))
        await go(list)
      },
    })
  return (
    <ActionButton {...action} variant="default" leftSection={<IconTrash size={16} />} onClick={ask}>
      {t('common:actions.delete')}
    </ActionButton>
  )
}
