import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import type { StackSummaryRow } from '../stacks/queries.ts'
import { viewStack } from '../stacks/view.ts'
import type { KeptProblem, SourceRow, SourceSummaryRow } from './queries.ts'
import type { Changes } from './refresh.ts'

export function viewSource(row: SourceSummaryRow): Schema<'ServiceCatalogSource'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    url: row.url,
    branch: row.branch,
    stack_count: row.stack_count,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    ...(row.credential_canonical ? { credential_canonical: row.credential_canonical } : {}),
    ...(row.refreshed_at ? { refreshed_at: seconds(row.refreshed_at) } : {}),
    ...ownerOf(row),
  }
}

/** The contract has no repository without owner; where there is not even an administrator, nobody can be named. */
const ownerOf = ({ owner }: SourceSummaryRow) => (owner ? { owner: viewUser(owner) } : {}) as Pick<Schema<'ServiceCatalogSource'>, 'owner'>

/** One repository, with its stacks. */
export const viewSourceInFull = (
  row: SourceRow,
  stacks: readonly StackSummaryRow[],
  changes?: Changes,
): Schema<'ServiceCatalogSource'> => ({
  ...viewSource(row),
  service_catalogs: stacks.map(viewStack),
  problems: row.problems.map(viewProblem),
  ...(changes ? { changes: viewChanges(changes) } : {}),
})

export const viewChanges = ({ created, updated, deleted }: Changes): Schema<'ServiceCatalogChanges'> => ({
  created: created.map(viewStack),
  updated: updated.map(viewStack),
  deleted: deleted.map(viewStack),
})

export const viewProblem = ({ directory, error }: KeptProblem): Schema<'ServiceCatalogProblem'> => ({
  error,
  ...(directory === null ? {} : { directory }),
})
