import { Anchor, Badge, Modal, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { DataTable } from '@/kit/data-table.tsx'
import { ChoiceFilter } from '@/kit/filter.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { BackendDrawer, placeOf } from './backend-drawer.tsx'
import { type Backend, type Purpose, purposes } from './backend-engines.ts'
import { BackendForm } from './backend-form.tsx'
import type { BackendsSearch } from './backends-search.ts'

const id = '/_in/organizations/$organization/external-backends'
const at = '/organizations/$organization/external-backends'

export function BackendsPage(): ReactNode {
  const { t } = useTranslation('inventory')
  const { organization } = useParams({ from: id })
  const search: BackendsSearch = useSearch({ from: id })
  const navigate = useNavigate({ from: at })
  const go = (change: Partial<BackendsSearch>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const path = { organization_canonical: organization }
  const backends = useAsk(
    'getExternalBackends',
    {
      path,
      query: {
        ...(search.project ? { project_canonical: search.project } : {}),
        ...(search.reach ? { external_backend_default: search.reach === 'default' } : {}),
      },
    },
    { keep: true },
  )
  const projects = useAsk('getProjects', { path })
  const create = (
    <ActionButton operation="createExternalBackend" path={path} leftSection={<IconPlus size={16} />} onClick={() => go({ panel: 'new' })}>
      {t('backends.create')}
    </ActionButton>
  )
  const filtered = search.project !== undefined || search.reach !== undefined || search.purpose !== undefined
  const chosen = backends.data?.data.find((backend) => backend.id === search.backend)
  return (
    <Page title={t('backends.title')} description={t('backends.description')} actions={create}>
      <Toolbar>
        <ChoiceFilter
          name="purpose"
          label={t('backends.purpose')}
          options={purposes.map((purpose) => ({ value: purpose, label: t(`purposes.${purpose}`) }))}
        />
        <ChoiceFilter
          name="reach"
          label={t('backends.reach')}
          options={(['default', 'placed'] as const).map((reach) => ({ value: reach, label: t(`backends.reaches.${reach}`) }))}
        />
        <ChoiceFilter
          name="project"
          label={t('filters.project')}
          options={(projects.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
        />
      </Toolbar>
      <Asked of={backends}>
        {({ data }) => (
          <DataTable<Backend>
            label={t('backends.title')}
            rows={data.filter(({ purpose }) => search.purpose === undefined || purpose === search.purpose)}
            rowKey={(backend) => backend.id ?? 0}
            columns={[
              {
                key: 'engine',
                title: t('backends.engine'),
                width: 'minmax(200px, 2fr)',
                cell: ({ id: backend, configuration }) => (
                  <Anchor component={Link} from={at} to="." search={((old: BackendsSearch) => ({ ...old, backend })) as never} size="sm">
                    {configuration ? t(`engines.${configuration.engine}`) : backend}
                  </Anchor>
                ),
              },
              {
                key: 'purpose',
                title: t('backends.purpose'),
                cell: ({ purpose }) => <Badge variant="light">{t(`purposes.${purpose as Purpose}`)}</Badge>,
              },
              {
                key: 'place',
                title: t('backends.place'),
                cell: (backend) => (
                  <Text size="sm" truncate>
                    {placeOf(backend) ?? t('backends.everywhere')}
                  </Text>
                ),
              },
              { key: 'credential', title: t('backends.credential'), cell: ({ credential_canonical: credential }) => credential ?? '—' },
              { key: 'changed', title: t('backends.changed'), width: '150px', cell: ({ updated_at: changed }) => <When at={changed} /> },
            ]}
            empty={
              filtered ? (
                <Empty title={t('backends.nothingFound')} />
              ) : (
                <Empty title={t('backends.empty')} action={create}>
                  {t('backends.emptyHint')}
                </Empty>
              )
            }
          />
        )}
      </Asked>
      <BackendDrawer
        organization={organization}
        id={search.panel ? undefined : search.backend}
        close={() => go({ backend: undefined })}
        edit={() => go({ panel: 'edit' })}
      />
      <Modal
        opened={search.panel !== undefined}
        onClose={() => go({ panel: undefined })}
        size="lg"
        title={t(search.panel === 'edit' ? 'backends.editTitle' : 'backends.create')}
      >
        {search.panel === 'new' && <BackendForm organization={organization} backend={undefined} close={() => go({ panel: undefined })} />}
        {search.panel === 'edit' && chosen && (
          <BackendForm organization={organization} backend={chosen} close={() => go({ panel: undefined })} />
        )}
      </Modal>
    </Page>
  )
}
