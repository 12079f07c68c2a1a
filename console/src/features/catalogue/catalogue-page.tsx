/** The stacks that the organization can use: its own, and what its ancestors share. */
import { Badge, Button, Group, Modal, SegmentedControl, Select, Skeleton, Text, TextInput } from '@mantine/core'
import { IconLayoutGrid, IconList, IconPlus, IconSearch } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PagedList, usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { StackCard, StackCards } from '@/features/stack-forms/stack-cards.tsx'
import { ActionButton } from '@/kit/action-button.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty, Pending, ProblemAlert, Refused, Toolbar } from '@/kit/states.tsx'
import { useTyped } from '@/kit/use-typed.ts'
import { NewStackForm } from './new-stack.tsx'
import { type CatalogueSearch, readCatalogueSearch } from './search.ts'
import { StackTable } from './stack-table.tsx'

type Stack = Schema<'ServiceCatalog'>

export function CataloguePage({ organization, search }: { organization: string; search: CatalogueSearch }) {
  const { t } = useTranslation(['catalogue', 'common'])
  const go = useNavigate() as (to: object) => Promise<void>
  const change = (next: CatalogueSearch) => void go({ to: '.', search: readCatalogueSearch({ ...search, ...next }), replace: true })
  const path = { organization_canonical: organization }
  const rows = usePagedList('listServiceCatalogs', {
    path,
    query: {
      ...(search.kind === 'own' ? { service_catalog_own: true } : {}),
      ...(search.kind === 'blueprints' ? { service_catalog_template: true } : {}),
    },
    filters: {
      ...(search.q
        ? {
            'service_catalog_ref[rlike]': search.q
              .trim()
              .toLowerCase()
              .replace(/[^a-z0-9]+/g, '.*'),
          }
        : {}),
      ...(search.visibility ? { 'service_catalog_visibility[eq]': search.visibility } : {}),
    },
  })
  const isFiltered = search.q !== undefined || search.kind !== undefined || search.visibility !== undefined
  const empty = isFiltered ? (
    <Empty
      title={t('common:table.nothingFound')}
      action={
        <Button variant="default" onClick={() => void go({ to: '.', search: search.view ? { view: search.view } : {} })}>
          {t('stack.clear')}
        </Button>
      }
    />
  ) : (
    <Empty title={t('stack.none')} action={<AddSource organization={organization} />}>
      {t('stack.noneExplain')}
    </Empty>
  )
  return (
    <Page
      title={t('stack.list')}
      description={t('stack.listExplain')}
      actions={
        <ActionButton
          operation="createServiceCatalog"
          path={path}
          leftSection={<IconPlus size={16} />}
          onClick={() => change({ new: true })}
        >
          {t('stack.new')}
        </ActionButton>
      }
    >
      <Toolbar>
        <Search value={search.q ?? ''} onChange={(q) => change({ q })} />
        <Select
          label={t('stack.kind')}
          data={(['all', 'own', 'blueprints'] as const).map((value) => ({ value, label: t(`stack.kinds.${value}`) }))}
          value={search.kind ?? 'all'}
          onChange={(kind) => change({ kind: kind === 'own' || kind === 'blueprints' ? kind : undefined })}
          allowDeselect={false}
        />
        <Select
          label={t('stack.visibility')}
          data={(['any', 'local', 'shared'] as const).map((value) => ({ value, label: t(`visibility.${value}`) }))}
          value={search.visibility ?? 'any'}
          onChange={(visibility) => change({ visibility: visibility === 'local' || visibility === 'shared' ? visibility : undefined })}
          allowDeselect={false}
        />
        <SegmentedControl
          aria-label={t('stack.view')}
          value={search.view ?? 'cards'}
          onChange={(view) => change({ view: view === 'table' ? view : undefined })}
          data={[
            { value: 'cards', label: <ViewSign icon={<IconLayoutGrid size={16} aria-hidden />} label={t('stack.cards')} /> },
            { value: 'table', label: <ViewSign icon={<IconList size={16} aria-hidden />} label={t('stack.table')} /> },
          ]}
        />
      </Toolbar>
      {search.view === 'table' ? (
        <StackTable organization={organization} rows={rows} empty={empty} />
      ) : (
        <Cards organization={organization} rows={rows} empty={empty} />
      )}
      <Modal opened={search.new === true} onClose={() => change({ new: undefined })} title={t('stack.new')} size="lg">
        <NewStackForm organization={organization} />
      </Modal>
    </Page>
  )
}

const ViewSign = ({ icon, label }: { icon: React.ReactNode; label: string }) => (
  <Group gap={6} wrap="nowrap">
    {icon}
    <span>{label}</span>
  </Group>
)

function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation('catalogue')
  const [typed, type] = useTyped(value, onChange)
  return (
    <TextInput
      type="search"
      label={t('stack.search')}
      leftSection={<IconSearch size={16} />}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
    />
  )
}

export const AddSource = ({ organization }: { organization: string }) => {
  const { t } = useTranslation('catalogue')
  return (
    <Button
      renderRoot={(props) => (
        <Link
          {...props}
          to="/organizations/$organization/catalogue-sources"
          params={{ organization } as never}
          search={{ new: true } as never}
        />
      )}
    >
      {t('source.addNew')}
    </Button>
  )
}

const atOnce = 60

function Cards({ organization, rows, empty }: { organization: string; rows: PagedList<Stack>; empty: React.ReactNode }) {
  const { t } = useTranslation('catalogue')
  const [most, setMost] = useState(atOnce)
  const count = Math.min(rows.total ?? 0, most)
  const { show } = rows
  useEffect(() => show(0, Math.max(0, count - 1)), [show, count])
  if (rows.problem && rows.total === undefined) return <Refused error={rows.problem} again={rows.again} />
  if (rows.total === undefined) return <Pending />
  if (rows.total === 0) return empty
  return (
    <>
      <ProblemAlert problem={rows.problem} again={rows.again} />
      <Text size="sm" role="status">
        {t('stack.found', { count: rows.total })}
      </Text>
      <StackCards>
        {Array.from({ length: count }, (_, index) => rows.rowAt(index) ?? index).map((stack) =>
          typeof stack === 'number' ? (
            <li key={stack}>
              <Skeleton height={140} />
            </li>
          ) : (
            <li key={stack.ref}>
              <StackCard stack={stack} to="/organizations/$organization/catalogue/$stack" params={{ organization, stack: stack.ref }}>
                <Marks stack={stack} organization={organization} />
              </StackCard>
            </li>
          ),
        )}
      </StackCards>
      {rows.total > most && (
        <Button variant="default" onClick={() => setMost(most + atOnce)} w="fit-content">
          {t('stack.more', { count: rows.total - most })}
        </Button>
      )}
    </>
  )
}

/** What it is at a glance: whose, what kind, which tools. */
export function Marks({ stack, organization }: { stack: Stack; organization: string }) {
  const { t } = useTranslation('catalogue')
  const shared = stack.organization_canonical !== organization
  return (
    <>
      {stack.blueprint && <Mark color="grape">{t('stack.blueprint')}</Mark>}
      {shared && <Mark color="blue">{t('stack.from', { organization: stack.organization_canonical })}</Mark>}
      {stack.visibility !== 'local' && !shared && <Mark color="blue">{t(`visibility.${stack.visibility as 'shared'}`)}</Mark>}
      {!stack.form_enabled && <Mark color="gray">{t('stack.noForm')}</Mark>}
      {(stack.technologies ?? []).map(({ technology, version }) => (
        <Mark key={technology}>{[technology, version].filter(Boolean).join(' ')}</Mark>
      ))}
    </>
  )
}

const Mark = ({ color, children }: { color?: string; children: React.ReactNode }) => (
  <Badge variant="light" size="sm" tt="none" {...(color ? { color } : {})}>
    {children}
  </Badge>
)
