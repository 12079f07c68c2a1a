import { Badge, Group, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import type { Schema } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { useSearchValues } from '@/kit/filter.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Star } from './favorite.tsx'
import { IfAllowed } from './if-allowed.tsx'
import { ColorDot, ProjectIcon } from './looks.tsx'
import { ProjectFilters } from './project-filters.tsx'
import { anywhere, orderOf, type ProjectSearch, sortOf } from './search.ts'

export function ProjectList() {
  const { t } = useTranslation('projects')
  const { organization } = useParams({ from: '/_in/organizations/$organization/projects/' })
  const search: ProjectSearch = useSearch({ from: '/_in/organizations/$organization/projects/' })
  const [, set] = useSearchValues()
  const order = search.order ?? 'project_favorite:desc'
  const rows = usePagedList('getProjects', {
    path: { organization_canonical: organization },
    query: {
      order_by: order,
      ...(search.favorite ? { favorite: true } : {}),
      ...(search.owner === undefined ? {} : { owner: search.owner }),
      ...(search.team === undefined ? {} : { team_canonical: search.team }),
      ...(search.stack === undefined ? {} : { service_catalog_ref: search.stack }),
      ...(search.environment === undefined ? {} : { environment_canonical: search.environment }),
      ...(search.repository === undefined ? {} : { project_config_repository_canonical: search.repository }),
      ...(search.source === undefined ? {} : { service_catalog_source_canonical: search.source }),
    },
    filters: search.q === undefined ? {} : { 'search[rlike]': anywhere(search.q) },
  })
  const { order: _order, ...filters } = search
  const isFiltered = Object.keys(filters).length > 0
  return (
    <Page title={t('list.title')} description={t('list.description')} actions={<NewProjectLink organization={organization} />}>
      {(isFiltered || rows.total !== 0) && <ProjectFilters organization={organization} />}
      <DataTable
        label={t('list.title')}
        columns={useColumns(organization)}
        rows={rows}
        rowKey={({ id }) => id}
        sort={sortOf(order)}
        onSort={(sort) => set({ order: orderOf(sort) })}
        empty={
          isFiltered ? (
            <Empty
              title={t('list.nothing')}
              action={
                <LinkTo to="/organizations/$organization/projects" params={{ organization }} search={{}}>
                  {t('list.unfilter')}
                </LinkTo>
              }
            />
          ) : (
            <Empty title={t('list.empty')} action={<NewProjectLink organization={organization} />}>
              {t('list.emptyHint')}
            </Empty>
          )
        }
      />
    </Page>
  )
}

const NewProjectLink = ({ organization }: { organization: string }) => {
  const { t } = useTranslation('projects')
  return (
    <IfAllowed operation="createProject" path={{ organization_canonical: organization }} label={t('list.create')}>
      <ButtonLink
        to="/organizations/$organization/projects/+new"
        params={{ organization }}
        leftSection={<IconPlus size={16} aria-hidden />}
      >
        {t('list.create')}
      </ButtonLink>
    </IfAllowed>
  )
}

function useColumns(organization: string): Column<Schema<'Project'>>[] {
  const { t } = useTranslation('projects')
  return useMemo(
    () => [
      {
        key: 'project_favorite',
        sortable: true,
        title: t('list.columns.favorite'),
        width: '112px',
        cell: (project) => <Star organization={organization} project={project} />,
      },
      {
        key: 'project_name',
        title: t('list.columns.name'),
        sortable: true,
        leads: true,
        width: 'minmax(200px, 2fr)',
        cell: ({ canonical, name, icon, color }) => (
          <Group gap="xs" wrap="nowrap">
            <ProjectIcon icon={icon} color={color} size={24} />
            <LinkTo
              to="/organizations/$organization/projects/$project"
              params={{ organization, project: canonical }}
              size="sm"
              fw={600}
              truncate
            >
              {name}
            </LinkTo>
          </Group>
        ),
      },
      {
        key: 'environments',
        title: t('list.columns.environments'),
        width: 'minmax(180px, 1.6fr)',
        cell: (project) => <Environments project={project} organization={organization} />,
      },
      {
        key: 'owner',
        title: t('list.columns.owner'),
        width: 'minmax(120px, 1fr)',
        cell: ({ owner }) => (owner ? `${owner.given_name} ${owner.family_name}` : '–'),
      },
      { key: 'team', title: t('list.columns.team'), cell: ({ team }) => team?.name ?? '–' },
      {
        key: 'repository',
        title: t('list.columns.repository'),
        cell: ({ config_repository_canonical }) => config_repository_canonical ?? '–',
      },
      {
        key: 'project_updated_at',
        title: t('list.columns.updated'),
        width: '150px',
        sortable: true,
        cell: ({ updated_at }) => <When at={updated_at} />,
      },
      {
        key: 'project_created_at',
        title: t('list.columns.created'),
        width: '150px',
        sortable: true,
        cell: ({ created_at }) => <When at={created_at} />,
      },
    ],
    [t, organization],
  )
}

const shown = 3

function Environments({ project, organization }: { project: Schema<'Project'>; organization: string }) {
  const { t } = useTranslation('projects')
  const rest = project.environments.length - shown
  if (project.environments.length === 0) return <Text size="sm">{t('list.noEnvironment')}</Text>
  return (
    <Group gap={10} wrap="nowrap">
      {project.environments.slice(0, shown).map(({ id, canonical, name, color }) => (
        <Group key={id} gap={5} wrap="nowrap">
          <ColorDot color={color} size={9} />
          <LinkTo
            size="sm"
            c="inherit"
            to="/organizations/$organization/projects/$project/environments/$environment"
            params={{ organization, project: project.canonical, environment: canonical }}
          >
            {name ?? canonical}
          </LinkTo>
        </Group>
      ))}
      {rest > 0 && (
        <Badge variant="default" size="sm">
          {t('list.more', { count: rest })}
        </Badge>
      )}
    </Group>
  )
}
