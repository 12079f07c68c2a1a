import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { ConfigRepositories } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'

export type NewConfigRepositoryRow = Omit<Insertable<ConfigRepositories>, 'organization_id' | 'id'>
export type ConfigRepositoryRow = NonNullable<Awaited<ReturnType<typeof findConfigRepository>>>

const selectConfigRepositories = (tx: OrgTx) =>
  tx
    .selectFrom('config_repositories')
    .leftJoin('credentials as c', (join) =>
      join.onRef('c.organization_id', '=', 'config_repositories.organization_id').onRef('c.id', '=', 'config_repositories.credential_id'),
    )
    .selectAll('config_repositories')
    .select('c.canonical as credential_canonical')

export async function listConfigRepositories(tx: OrgTx, query: PageQuery & { default?: boolean }, visible: Visibility) {
  let found = selectConfigRepositories(tx)
  // False is what absent means on the wire, so it cannot mean "only the others".
  if (query.default) found = found.where('config_repositories.is_default', '=', true)
  found = whereVisible(found, visible, sql`':config_repository:' || ${sql.ref('config_repositories.canonical')}`)
  return page(found, query, {
    columns: { config_repository_canonical: 'config_repositories.canonical' },
    tieBreaker: 'config_repositories.id',
  })
}

export const findConfigRepository = (tx: OrgTx, canonical: string) =>
  selectConfigRepositories(tx).where('config_repositories.canonical', '=', canonical).executeTakeFirst()

/**
 * Who may become the default is decided one at a time in each organization. The organization's row is locked, since of the
 * repositories there may be none yet; gently, so that rows which only refer to the organization need not wait.
 */
export const lockDefaults = (tx: OrgTx) => tx.selectFrom('organizations').select('id').forNoKeyUpdate().executeTakeFirst()

export const findDefault = (tx: OrgTx) =>
  tx.selectFrom('config_repositories').select(['id', 'canonical']).where('is_default', '=', true).executeTakeFirst()

export const findOther = (tx: OrgTx, id: number) =>
  tx.selectFrom('config_repositories').select('id').where('id', '<>', id).limit(1).executeTakeFirst()

export const clearDefault = (tx: OrgTx) =>
  tx.updateTable('config_repositories').set({ is_default: false, updated_at: new Date() }).where('is_default', '=', true).execute()

export const insertConfigRepository = (tx: OrgTx, row: NewConfigRepositoryRow) => tx.insertInto('config_repositories', row).execute()

export const updateConfigRepository = (tx: OrgTx, id: number, row: Updateable<ConfigRepositories>) =>
  tx.updateTable('config_repositories').set(row).where('id', '=', id).execute()

export const deleteConfigRepository = (tx: OrgTx, id: number) => tx.deleteFrom('config_repositories').where('id', '=', id).execute()

export const listProjectsOf = (tx: OrgTx, id: number) =>
  tx.selectFrom('projects').select('canonical').where('config_repository_id', '=', id).orderBy('canonical').limit(10).execute()

/** A change of a component that is being written to the repository. */
export const findPendingChange = (tx: OrgTx, id: number) =>
  tx.selectFrom('component_changes').select('change').where('config_repository_id', '=', id).limit(1).executeTakeFirst()
