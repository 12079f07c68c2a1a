/** Names of projects, environments and components as attribution makes them of tags: costs of `Web.API` are kept as those of `web-api`. */
import { foldedName } from '../../canonical.ts'
import type { CostFilters } from '../../costs/types.ts'

/** What nothing is left of stays as it is, and finds nothing; the empty one asks for what is attributed to none. */
export const folded = (canonical: string): string => foldedName(canonical) || canonical

/** Of what people ask for. What filter values offer is folded already, and stays the same. */
export function foldedFilters(filters: CostFilters): CostFilters {
  const { projects, environments, components } = filters
  return {
    ...filters,
    ...(projects ? { projects: projects.map(folded) } : {}),
    ...(environments ? { environments: environments.map(folded) } : {}),
    ...(components ? { components: components.map(folded) } : {}),
  }
}
