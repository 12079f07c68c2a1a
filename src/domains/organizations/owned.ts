import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'

/** Everything a person owns in the organization, as resource strings: `organization:acme:project:web`. */
export async function ownedResources(tx: OrgTx, organization: string, accountId: number): Promise<string[]> {
  const prefix = `organization:${organization}`
  const { rows } = await tx.execute(sql<{ resource: string }>`
    select ${prefix} || ':project:' || canonical as resource from projects where organization_id = ${tx.organizationId} and owner_id = ${accountId}
    union all select ${prefix} || ':team:' || canonical from teams where organization_id = ${tx.organizationId} and owner_id = ${accountId}
    union all select ${prefix} || ':credential:' || canonical from credentials where organization_id = ${tx.organizationId} and owner_id = ${accountId}
    union all select ${prefix} || ':service_catalog_source:' || canonical from stack_sources where organization_id = ${tx.organizationId} and owner_id = ${accountId}
    union all select ${prefix} || ':api_key:' || canonical from api_keys where organization_id = ${tx.organizationId} and owner_id = ${accountId}
    union all select ${prefix} || ':infra_policy:' || canonical from infra_policies where organization_id = ${tx.organizationId} and owner_id = ${accountId}
    order by resource`)
  return rows.map(({ resource }) => resource)
}
