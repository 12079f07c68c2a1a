import { MultiSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useAsk } from '@/api/query.ts'
import { ChoiceFilter, TextFilter, useSearchValues } from '@/kit/filter.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty, Toolbar } from '@/kit/states.tsx'
import { orderOf, type PipelineFilters, sortOf, statuses } from './filters.ts'
import { PipelineTable } from './pipeline-table.tsx'

interface Props {
  organization: string
  filters: PipelineFilters
}

export function OrganizationPipelines({ organization, filters }: Props) {
  const { t } = useTranslation(['pipelines', 'common'])
  const [, set] = useSearchValues()
  const { name, project, environment, statuses: chosen, order } = filters
  const rows = usePagedList(
    'getPipelines',
    {
      path: { organization_canonical: organization },
      query: {
        ...(project ? { project_canonical: project } : {}),
        ...(project && environment ? { environment_canonical: environment } : {}),
        ...(chosen ? { statuses: chosen } : {}),
        ...(order ? { order_by: order } : {}),
      },
      ...(name ? { filters: { 'name[rlike]': escaped(name) } } : {}),
    },
    { every: 8000 },
  )
  const filtered = Boolean(name ?? project ?? chosen)
  return (
    <Page title={t('list.title')} description={t('list.about')}>
      <Filters organization={organization} filters={filters} />
      <PipelineTable
        organization={organization}
        rows={rows}
        sort={sortOf(order)}
        onSort={(sort) => set({ order: orderOf(sort) })}
        empty={
          filtered ? (
            <Empty title={t('common:table.nothingFound')} />
          ) : (
            <Empty
              title={t('list.empty')}
              action={
                <LinkTo to="/organizations/$organization/projects" params={{ organization }}>
                  {t('list.toProjects')}
                </LinkTo>
              }
            >
              {t('list.emptyAbout')}
            </Empty>
          )
        }
      />
    </Page>
  )
}

function Filters({ organization, filters }: Props) {
  const { t } = useTranslation(['pipelines', 'common'])
  const [, set] = useSearchValues()
  const projects = useAsk('getProjects', { path: { organization_canonical: organization } })
  const found = projects.data?.data ?? []
  const environments = found.find(({ canonical }) => canonical === filters.project)?.environments ?? []
  return (
    <Toolbar>
      <TextFilter name="name" label={t('list.name')} />
      <ChoiceFilter
        name="project"
        label={t('list.project')}
        options={found.map(({ canonical, name }) => ({ value: canonical, label: name }))}
      />
      {environments.length > 0 && (
        <ChoiceFilter
          name="environment"
          label={t('list.environment')}
          options={environments.map(({ canonical, name }) => ({ value: canonical, label: name ?? canonical }))}
        />
      )}
      <MultiSelect
        label={t('list.state')}
        placeholder={filters.statuses ? '' : t('list.allStates')}
        data={statuses.map((status) => ({ value: status, label: t(`state.${status}`) }))}
        value={filters.statuses ?? []}
        onChange={(next) => set({ statuses: next.length > 0 ? next : undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t('common:table.clear') }}
        w={{ base: '100%', xs: 260 }}
      />
    </Toolbar>
  )
}

/** The API looks for an expression; people type names. */
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
