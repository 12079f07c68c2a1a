/** What exists in the organization that rules can be about, as far as the caller may list it. */
import { useMemo } from 'react'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'

export interface Thing {
  /** `organization:acme:project:web` */
  resource: string
  name: string
  kind: Kind
  /** What it is in, by name. */
  inside?: string
}

export const kinds = [
  'organization',
  'project',
  'environment',
  'component',
  'team',
  'credential',
  'service_catalog',
  'service_catalog_source',
  'config_repository',
  'role',
  'api_key',
] as const
export type Kind = (typeof kinds)[number]

/** More of one kind are not looked at; pages say so. */
export const mostThings = 1000

const many = { page_size: mostThings }

export interface World {
  things: readonly Thing[]
  ready: boolean
}

export function useWorld(organization: string): World {
  const path = { organization_canonical: organization }
  const projects = useAsk('getProjects', { path, query: many }, { enabled: useMay('getProjects', path).allowed })
  const components = useAsk('getOrganizationComponents', { path }, { enabled: useMay('getOrganizationComponents', path).allowed })
  const teams = useAsk('getTeams', { path, query: many }, { enabled: useMay('getTeams', path).allowed })
  const credentials = useAsk('listCredentials', { path, query: many }, { enabled: useMay('listCredentials', path).allowed })
  const stacks = useAsk('listServiceCatalogs', { path, query: many }, { enabled: useMay('listServiceCatalogs', path).allowed })
  const sources = useAsk('getServiceCatalogSources', { path, query: many }, { enabled: useMay('getServiceCatalogSources', path).allowed })
  const repositories = useAsk('listConfigRepositories', { path, query: many }, { enabled: useMay('listConfigRepositories', path).allowed })
  const roles = useAsk('getRoles', { path, query: many }, { enabled: useMay('getRoles', path).allowed })
  const keys = useAsk('getAPIKeys', { path, query: many }, { enabled: useMay('getAPIKeys', path).allowed })
  const all = [projects, components, teams, credentials, stacks, sources, repositories, roles, keys]
  const ready = all.every(({ isLoading }) => !isLoading)
  const things = useMemo(() => {
    const top = `organization:${organization}`
    const direct = (kind: Kind, rows: readonly { canonical: string; name: string }[] | undefined): Thing[] =>
      (rows ?? []).map(({ canonical, name }) => ({ resource: `${top}:${kind}:${canonical}`, name, kind }))
    const found: Thing[] = [{ resource: top, name: organization, kind: 'organization' }, ...direct('project', projects.data?.data)]
    for (const project of projects.data?.data ?? [])
      for (const { canonical, name } of project.environments ?? [])
        found.push({
          resource: `${top}:project:${project.canonical}:environment:${canonical}`,
          name: name || canonical,
          kind: 'environment',
          inside: project.name,
        })
    for (const { canonical, name, project, environment } of components.data?.data ?? [])
      found.push({
        resource: `${top}:project:${project.canonical}:environment:${environment.canonical}:component:${canonical}`,
        name,
        kind: 'component',
        inside: `${project.name} / ${environment.name || environment.canonical}`,
      })
    const ofStacks = (stacks.data?.data ?? []).map(({ ref, name }) => ({ canonical: ref.slice(ref.lastIndexOf(':') + 1), name }))
    return [
      ...found,
      ...direct('team', teams.data?.data),
      ...direct('credential', credentials.data?.data),
      ...direct('service_catalog', ofStacks),
      ...direct('service_catalog_source', sources.data?.data),
      ...direct('config_repository', repositories.data?.data),
      ...direct('role', roles.data?.data),
      ...direct('api_key', keys.data?.data),
    ]
  }, [
    organization,
    projects.data,
    components.data,
    teams.data,
    credentials.data,
    stacks.data,
    sources.data,
    repositories.data,
    roles.data,
    keys.data,
  ])
  return { things, ready }
}
