import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { providers } from '../cloud-providers/providers.ts'
import { viewSimpleTeam } from '../teams/simple.ts'
import type { StackRow, StackSummaryRow } from './queries.ts'

/** A stack as lists and other things mention it: without its README. */
export function viewStack(row: StackSummaryRow): Schema<'ServiceCatalog'> {
  return {
    id: row.id,
    ref: row.ref,
    canonical: row.canonical,
    name: row.name,
    description: row.description,
    author: row.author,
    keywords: row.keywords,
    blueprint: row.is_blueprint,
    cloud_providers: row.cloud_providers.flatMap(viewProvider),
    dependencies: row.dependencies,
    technologies: row.technologies,
    directory: row.directory,
    form_enabled: row.form_enabled,
    quota_enabled: row.quota_enabled,
    // A stack has no versions of its own: it is what stands on a branch, and that is always the newest.
    version: row.version,
    latest: true,
    trusted: row.trusted,
    visibility: row.visibility,
    organization_canonical: row.organization_canonical,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    ...(row.source_canonical === null ? {} : { service_catalog_source_canonical: row.source_canonical }),
    ...(row.image !== null ? { image: row.image } : {}),
    ...(row.import_status ? { import_status: row.import_status } : {}),
    ...(row.team ? { team: viewSimpleTeam(row.team) } : {}),
  }
}

/** The only stack of an answer. */
export const viewStackInFull = (row: StackRow): Schema<'ServiceCatalog'> => ({
  ...viewStack(row),
  ...(row.readme === null ? {} : { readme: row.readme }),
})

/** Without regions: a list of stacks would repeat hundreds of them. */
function viewProvider(canonical: string): Schema<'CloudProvider'>[] {
  const index = providers.findIndex((provider) => provider.canonical === canonical)
  const provider = providers[index]
  if (provider) return [{ id: index + 1, canonical: provider.canonical, name: provider.name, abbreviation: provider.abbreviation ?? '' }]
  return others.filter((other) => other.canonical === canonical)
}

/** What use cases may name although organizations cannot choose it. */
const others: readonly Schema<'CloudProvider'>[] = [
  { canonical: 'vsphere', name: 'VMware vSphere' },
  { canonical: 'kubernetes', name: 'Kubernetes' },
]
