/** What selects of projects offer. Whoever may not list something is told so at the field, and can go on without it. */
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'

export interface Options {
  data: { value: string; label: string }[]
  /** Why there is nothing to choose from. */
  why: string | undefined
}

export function useRepositoryOptions(organization: string): Options & { preferred: string | undefined } {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('listConfigRepositories', path)
  const { data } = useAsk('listConfigRepositories', { path }, { enabled: allowed })
  const repositories = data?.data ?? []
  return {
    data: repositories.map(({ canonical, name }) => ({ value: canonical, label: name })),
    preferred: (repositories.find((repository) => repository.default) ?? repositories[0])?.canonical,
    why,
  }
}

export function useTeamOptions(organization: string): Options {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getTeams', path)
  const { data } = useAsk('getTeams', { path }, { enabled: allowed })
  return { data: (data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name })), why }
}

export function useSourceOptions(organization: string): Options {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getServiceCatalogSources', path)
  const { data } = useAsk('getServiceCatalogSources', { path }, { enabled: allowed })
  return { data: (data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name })), why }
}

export function useStackOptions(organization: string): Options {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('listServiceCatalogs', path)
  const { data } = useAsk('listServiceCatalogs', { path }, { enabled: allowed })
  return { data: (data?.data ?? []).map(({ ref, name }) => ({ value: ref, label: name })), why }
}

/** Those that a project can name: the API knows more of them. */
const named = ['aws', 'google', 'azurerm', 'flexibleengine', 'openstack'] as const
export type ProviderName = (typeof named)[number]
export const providerOf = (text: string | undefined): ProviderName | null => named.find((name) => name === text) ?? null

export function useProviderOptions(organization: string): Options {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getCloudProviders', path)
  const { data } = useAsk('getCloudProviders', { path }, { enabled: allowed })
  const providers = (data?.data ?? []).filter(({ canonical }) => providerOf(canonical) !== null)
  return { data: providers.map(({ canonical, name }) => ({ value: canonical, label: name })), why }
}

/** By user name, as owners are named. */
export function useMemberOptions(organization: string): Options {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getOrgMembers', path)
  const { data } = useAsk('getOrgMembers', { path, query: { page_size: 1000 } }, { enabled: allowed })
  const members = (data?.data ?? []).flatMap(({ username, given_name, family_name }) =>
    username === undefined ? [] : [{ value: username, label: `${[given_name, family_name].filter(Boolean).join(' ')} (${username})` }],
  )
  return { data: members, why }
}
