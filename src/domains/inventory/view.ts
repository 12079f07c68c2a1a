import type { Schema } from '../../contract/operation.ts'
import { factsOf, iconUrl } from '../../formats/terraform/resource-facts.ts'
import type { ResourceRow } from './queries.ts'

/** @param apiUrl where icons are */
export function viewResource(row: ResourceRow, apiUrl: string): Schema<'InventoryResource'> {
  const facts = factsOf(row.type)
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    type: row.type,
    mode: row.mode,
    module: row.module,
    label: row.label,
    cpu: row.cpu,
    memory: row.memory,
    storage: row.storage,
    attributes: row.attributes,
    custom_attributes: row.custom_attributes,
    category: facts.category,
    short_description: facts.shortDescription,
    description: facts.description,
    keywords: [...facts.keywords],
    image: iconUrl(apiUrl, facts),
    ...(row.project_canonical === null ? {} : { project_canonical: row.project_canonical }),
    ...(row.environment_canonical === null ? {} : { environment_canonical: row.environment_canonical }),
  }
}
