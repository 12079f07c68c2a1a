import { Anchor, Badge, Group, MultiSelect, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { TextFilter } from '@/kit/filter.tsx'
import { Page } from '@/kit/page.tsx'
import { like } from '@/kit/search.ts'
import { Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { CredentialDrawer } from './credential-drawer.tsx'
import { CredentialEditor } from './credential-editor.tsx'
import { credentialTypes } from './credential-fields.ts'
import type { CredentialsSearch } from './credentials-search.ts'
import { usersOf } from './used-by.tsx'

const id = '/_in/organizations/$organization/credentials'
const at = '/organizations/$organization/credentials'

export function CredentialsPage(): ReactNode {
  const { t } = useTranslation('credentials')
  const { organization } = useParams({ from: id })
  const search = useSearch({ from: id })
  const navigate = useNavigate({ from: at })
  const go = (change: Partial<CredentialsSearch>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const path = { organization_canonical: organization }
  const rows = usePagedList('listCredentials', {
    path,
    query: { ...(search.types ? { credential_types: search.types } : {}) },
    filters: { 'credential_name[rlike]': like(search.name) },
  })
  const filtered = search.types !== undefined || search.name !== undefined
  const create = (
    <ActionButton operation="createCredential" path={path} leftSection={<IconPlus size={16} />} onClick={() => go({ panel: 'new' })}>
      {t('list.create')}
    </ActionButton>
  )
  return (
    <Page title={t('list.title')} description={t('list.description')} actions={create}>
      <Toolbar>
        <TextFilter name="name" label={t('list.search')} />
        <MultiSelect
          label={t('list.types')}
          placeholder={search.types ? undefined : t('list.allTypes')}
          data={credentialTypes.map((type) => ({ value: type, label: t(`types.${type}`) }))}
          value={search.types ?? []}
          onChange={(types) => go({ types: types.length > 0 ? (types as CredentialsSearch['types']) : undefined })}
          clearable
          w={{ base: '100%', xs: 320 }}
        />
      </Toolbar>
      <DataTable
        label={t('list.title')}
        columns={useColumns()}
        rows={rows}
        rowKey={({ canonical }) => canonical}
        empty={
          filtered ? (
            <Empty title={t('list.nothingFound')}>{t('list.nothingFoundHint')}</Empty>
          ) : (
            <Empty title={t('list.empty')} action={create}>
              {t('list.emptyHint')}
            </Empty>
          )
        }
      />
      <CredentialDrawer
        organization={organization}
        canonical={search.panel ? undefined : search.credential}
        close={() => go({ credential: undefined })}
        edit={() => go({ panel: 'edit' })}
      />
      <CredentialEditor
        organization={organization}
        mode={search.panel}
        canonical={search.credential}
        close={(credential) => go({ panel: undefined, ...(credential ? { credential } : {}) })}
      />
    </Page>
  )
}

function useColumns(): Column<Schema<'CredentialSimple'>>[] {
  const { t } = useTranslation('credentials')
  return [
    {
      key: 'name',
      title: t('columns.name'),
      width: 'minmax(180px, 2fr)',
      cell: ({ canonical, name }) => (
        <Anchor
          component={Link}
          from={at}
          to="."
          search={((old: CredentialsSearch) => ({ ...old, credential: canonical })) as never}
          size="sm"
        >
          {name}
        </Anchor>
      ),
    },
    {
      key: 'type',
      title: t('columns.type'),
      width: 'minmax(200px, 1.2fr)',
      cell: ({ type }) => <Badge variant="light">{t(`types.${type}`)}</Badge>,
    },
    {
      key: 'path',
      title: t('columns.path'),
      width: 'minmax(140px, 1fr)',
      cell: ({ path }) => (
        <Text size="sm" ff="monospace" truncate>
          {path}
        </Text>
      ),
    },
    { key: 'used', title: t('columns.used'), width: '120px', cell: ({ in_use }) => t('list.uses', { count: usersOf(in_use).length }) },
    { key: 'owner', title: t('columns.owner'), width: 'minmax(120px, 1fr)', cell: ({ owner }) => owner?.username ?? '—' },
    {
      key: 'changed',
      title: t('columns.changed'),
      width: '140px',
      cell: ({ updated_at }) => (
        <Group gap={0}>
          <When at={updated_at} />
        </Group>
      ),
    },
  ]
}
