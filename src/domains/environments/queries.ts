import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Environments } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'

export type EnvironmentRow = NonNullable<Awaited<ReturnType<typeof findEnvironment>>>
export type NewEnvironmentRow = Omit<Insertable<Environments>, 'organization_id' | 'id'>

function selectEnvironments(tx: OrgTx) {
  return tx
    .selectFrom('environments')
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'environments.organization_id').onRef('projects.id', '=', 'environments.project_id'),
    )
    .selectAll('environments')
}

const path = sql`':project:' || projects.canonical || ':environment:' || environments.canonical`

/** Of one project, or with none of the whole organization. */
export async function listEnvironments(tx: OrgTx, project: string | undefined, query: PageQuery, visible: Visibility) {
  let found = selectEnvironments(tx)
  if (project !== undefined) found = found.where('projects.canonical', '=', project)
  return page(whereVisible(found, visible, path, 'projects.owner_id'), query, {
    columns: { environment_canonical: 'environments.canonical', environment_name: 'environments.name' },
    tieBreaker: 'environments.id',
  })
}

export const findEnvironment = (tx: OrgTx, project: string, canonical: string) =>
  selectEnvironments(tx).where('projects.canonical', '=', project).where('environments.canonical', '=', canonical).executeTakeFirst()

export const insertEnvironment = (tx: OrgTx, row: NewEnvironmentRow) =>
  tx.insertInto('environments', row).returningAll().executeTakeFirstOrThrow()

export const updateEnvironment = (tx: OrgTx, id: number, row: Updateable<Environments>) =>
  tx.updateTable('environments').set(row).where('id', '=', id).returningAll().executeTakeFirst()

export const deleteEnvironment = (tx: OrgTx, id: number) => tx.deleteFrom('environments').where('id', '=', id).executeTakeFirst()
