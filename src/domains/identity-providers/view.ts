import { X509Certificate } from 'node:crypto'
import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { ProviderRow } from './queries.ts'

/** @param at where this installation is reached, and the organization's canonical */
export function viewProvider(row: ProviderRow, at: { apiUrl: string; organization: string }): Schema<'IdentityProvider'> {
  const problem = problemOf(row)
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    entity_id: row.entity_id,
    sso_url: row.sso_url,
    certificates: row.certificates.flatMap(viewCertificate),
    service_provider: { ...addressesOf(at.apiUrl, row.public_id), login_url: loginUrl(at, row.canonical) },
    enabled: row.enabled,
    required: row.required,
    idp_initiated: row.idp_initiated,
    provision: row.provision,
    default_role_canonical: row.default_role_canonical,
    attributes: row.attributes,
    group_mappings: row.group_mappings,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    ...(row.metadata_url === null ? {} : { metadata_url: row.metadata_url }),
    ...(problem === '' ? {} : { problem }),
    ...(row.last_sign_in_at === null ? {} : { last_sign_in_at: seconds(row.last_sign_in_at) }),
  }
}

/** What a provider is told about us: an entity id of its own, so that what it says is for this organization and no other. */
export const addressesOf = (apiUrl: string, publicId: string) => ({
  entity_id: `${apiUrl}/saml2/${publicId}/metadata`,
  metadata_url: `${apiUrl}/saml2/${publicId}/metadata`,
  acs_url: `${apiUrl}/saml2/${publicId}/acs`,
})

function loginUrl({ apiUrl, organization }: { apiUrl: string; organization: string }, canonical: string): string {
  const query = new URLSearchParams({ organization_canonical: organization, identity_provider_canonical: canonical })
  return `${apiUrl}/saml2/login?${query}`
}

function viewCertificate(pem: string): Schema<'IdentityProviderCertificate'>[] {
  try {
    const { fingerprint256, validTo } = new X509Certificate(pem)
    return [{ fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(), expires_at: seconds(new Date(validTo)) }]
  } catch {
    return []
  }
}

/** Everything that somebody should look at. */
function problemOf({ problem, lost }: ProviderRow): string {
  const gone = lost.slice(0, 10).map(({ group, role, team }) => {
    const what = [role === null ? '' : `the role ${role}`, team === null ? '' : `the team ${team}`].filter(Boolean).join(' and ')
    return `The group ${group} is given ${what}, which ${role !== null && team !== null ? 'are' : 'is'} gone.`
  })
  return [problem ?? '', ...gone].filter(Boolean).join(' ')
}
