import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'

interface EnvironmentRow {
  id: number
  canonical: string
  name: string
  color: string
  created_at: Date | string
  updated_at: Date | string
  component_count?: number
}

/** @param components left out where nobody looked for them, as inside a project */
export function viewEnvironment(
  { id, canonical, name, color, created_at, updated_at, component_count }: EnvironmentRow,
  components?: Schema<'Component'>[],
): Schema<'Environment'> {
  return {
    id,
    canonical,
    name,
    color,
    ...(components ? { components } : {}),
    ...(component_count === undefined ? {} : { component_count }),
    created_at: seconds(new Date(created_at)),
    updated_at: seconds(new Date(updated_at)),
  }
}
