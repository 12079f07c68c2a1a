/** The KPIs of an organization or of one project, over a period that the address says. */
import { Pagination, SegmentedControl, SimpleGrid, Switch } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { DatesFilter } from '@/kit/dates-filter.tsx'
import { ChoiceFilter, useSearchValues } from '@/kit/filter.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, Pending, Toolbar } from '@/kit/states.tsx'
import type { Kpi } from './definition.ts'
import { KpiCard } from './kpi-card.tsx'
import { KpiEditor } from './kpi-editor.tsx'
import { useOpenProject } from './open-project.ts'
import { type PeriodSearch, periodOf, spans } from './period.ts'

export interface DashboardSearch extends PeriodSearch {
  favourites?: true
  environment?: string
  page?: number
}

interface Props {
  organization: string
  /** Undefined: of all projects. */
  project: string | undefined
  search: DashboardSearch
}

/** The API computes data for a hundred at a time; a page is for looking at. */
const pageSize = 24

export function Dashboard({ organization, project, search }: Props) {
  const { t } = useTranslation(['kpis', 'common'])
  const [, set] = useSearchValues()
  const [editing, setEditing] = useState<Kpi | 'new'>()
  const page = search.page ?? 1
  const question = {
    ...periodOf(search),
    ...(search.favourites ? { favorite: true } : {}),
    page_index: page,
    page_size: pageSize,
  }
  const path = { organization_canonical: organization }
  const ofProject = useAsk(
    'getKpis',
    {
      path: { ...path, project_canonical: project ?? '' },
      query: { ...question, fetch_data: true, ...(search.environment ? { environment_canonical: search.environment } : {}) },
    },
    { enabled: project !== undefined, every: 60_000, keep: true },
  )
  const ofAll = useAsk('getOrganizationKpis', { path, query: question }, { enabled: project === undefined, every: 60_000, keep: true })
  const answer = project === undefined ? ofAll : ofProject
  const lastPage = answer.data && !answer.isPlaceholderData ? Math.ceil((answer.data.pagination?.total ?? 0) / pageSize) : page
  // The last one of the last page was deleted, or an address says more pages than there are.
  useEffect(() => {
    if (page > Math.max(1, lastPage)) set({ page: lastPage > 1 ? lastPage : undefined })
  }, [page, lastPage, set])
  const projects = useAsk('getProjects', { path })
  const openProject = useOpenProject(organization, projects.data?.data ?? [])
  const create = (
    <ActionButton
      operation="createKpi"
      path={{ ...path, project_canonical: project ?? openProject }}
      why={projects.data?.data.length === 0 ? t('dashboard.noProject') : undefined}
      leftSection={<IconPlus size={18} />}
      onClick={() => setEditing('new')}
    >
      {t('dashboard.create')}
    </ActionButton>
  )
  return (
    <Page title={t('dashboard.title')} description={t(project === undefined ? 'dashboard.aboutAll' : 'dashboard.about')} actions={create}>
      <Filters organization={organization} project={project} search={search} />
      <Asked of={answer}>
        {({ data, pagination }) =>
          data.length === 0 && (pagination?.total ?? 0) > 0 ? (
            <Pending />
          ) : data.length === 0 ? (
            search.favourites || search.environment ? (
              <Empty title={t('common:table.nothingFound')} />
            ) : (
              <Empty title={t('dashboard.empty')} action={create}>
                {t('dashboard.emptyAbout')}
              </Empty>
            )
          ) : (
            <>
              <SimpleGrid cols={{ base: 1, md: 2 }}>
                {data.map((kpi) => (
                  <KpiCard
                    key={kpi.canonical}
                    organization={organization}
                    kpi={kpi}
                    ofOrganization={project === undefined}
                    onEdit={() => setEditing(kpi)}
                  />
                ))}
              </SimpleGrid>
              {(pagination?.total ?? 0) > pageSize && (
                <Pagination
                  total={Math.ceil((pagination?.total ?? 0) / pageSize)}
                  value={page}
                  onChange={(next) => set({ page: next === 1 ? undefined : next })}
                  getItemProps={(item) => ({ 'aria-label': t('dashboard.page', { page: item }) })}
                />
              )}
            </>
          )
        }
      </Asked>
      <KpiEditor
        organization={organization}
        project={project}
        editing={editing}
        period={periodOf(search)}
        close={() => setEditing(undefined)}
      />
    </Page>
  )
}

function Filters({ organization, project, search }: Props) {
  const { t } = useTranslation('kpis')
  const [, set] = useSearchValues()
  const found = useAsk(
    'getProject',
    { path: { organization_canonical: organization, project_canonical: project ?? '' } },
    { enabled: project !== undefined },
  )
  const environments = found.data?.data.environments ?? []
  return (
    <Toolbar>
      <SegmentedControl
        aria-label={t('period.label')}
        data={spans.map((days) => ({ value: String(days), label: t(`period.days${days}`) }))}
        value={search.from ? '' : String(search.days ?? 30)}
        onChange={(days) => set({ days: Number(days) === 30 ? undefined : Number(days), from: undefined, to: undefined })}
      />
      <DatesFilter label={t('period.dates')} />
      {environments.length > 0 && (
        <ChoiceFilter
          name="environment"
          label={t('form.environment')}
          options={environments.map(({ canonical, name }) => ({ value: canonical, label: name ?? canonical }))}
        />
      )}
      <Switch
        label={t('favourite.only')}
        checked={search.favourites ?? false}
        onChange={({ currentTarget: { checked } }) => set({ favourites: checked ? true : undefined })}
        mb={8}
      />
    </Toolbar>
  )
}
