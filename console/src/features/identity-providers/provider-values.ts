/** What the form of a provider holds, and what of it is sent. */
import type { Schema } from '@/api/types.ts'

export const attributeNames = ['email', 'given_name', 'family_name', 'username', 'groups'] as const

export interface Mapping {
  id: string
  group: string
  role_canonical: string
  team_canonical: string
}

export interface ProviderValues {
  name: string
  source: 'keep' | 'url' | 'text'
  metadata_url: string
  metadata: string
  enabled: boolean
  required: boolean
  idp_initiated: boolean
  provision: boolean
  default_role_canonical: string
  attributes: Record<(typeof attributeNames)[number], string>
  group_mappings: Mapping[]
}

let made = 0
export const newMapping = (mapping: Partial<Mapping> = {}): Mapping => ({
  id: `mapping-${++made}`,
  group: '',
  role_canonical: '',
  team_canonical: '',
  ...mapping,
})

export const valuesOf = (provider: Schema<'IdentityProvider'> | undefined): ProviderValues => ({
  name: provider?.name ?? '',
  source: provider ? 'keep' : 'url',
  metadata_url: provider?.metadata_url ?? '',
  metadata: '',
  enabled: provider?.enabled ?? true,
  required: provider?.required ?? false,
  idp_initiated: provider?.idp_initiated ?? true,
  provision: provider?.provision ?? true,
  default_role_canonical: provider?.default_role_canonical ?? 'organization-member',
  attributes: { email: '', given_name: '', family_name: '', username: '', groups: '', ...provider?.attributes },
  group_mappings: (provider?.group_mappings ?? []).map(({ group, role_canonical, team_canonical }) =>
    newMapping({ group, role_canonical: role_canonical ?? '', team_canonical: team_canonical ?? '' }),
  ),
})

export function bodyOf(values: ProviderValues): Schema<'UpdateIdentityProvider'> {
  const { name, source, metadata_url, metadata, enabled, required, idp_initiated, provision, default_role_canonical } = values
  return {
    name: name.trim(),
    enabled,
    required,
    idp_initiated,
    provision,
    default_role_canonical,
    ...(source === 'url' ? { metadata_url: metadata_url.trim() } : {}),
    ...(source === 'text' ? { metadata } : {}),
    attributes: Object.fromEntries(Object.entries(values.attributes).filter(([, value]) => value !== '')),
    group_mappings: values.group_mappings.map(({ group, role_canonical, team_canonical }) => ({
      group,
      ...(role_canonical ? { role_canonical } : {}),
      ...(team_canonical ? { team_canonical } : {}),
    })),
  }
}
