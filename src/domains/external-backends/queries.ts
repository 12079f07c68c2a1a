import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { ExternalBackends } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'

export type NewBackendRow = Omit<Insertable<ExternalBackends>, 'organization_id' | 'id'>
export type BackendRow = NonNullable<Awaited<ReturnType<typeof findBackend>>>

/** What a backend applies to; all null: the whole organization. */
export interface Scope {
  project_id: number | null
  environment_id: number | null
  component_id: number | null
}

export interface ScopeNames {
  project_canonical?: string | undefined
  environment_canonical?: string | undefined
  component_canonical?: string | undefined
}

const selectBackends = (tx: OrgTx) =>
  tx
    .selectFrom('external_backends')
    .leftJoin('projects as p', (join) =>
      join.onRef('p.organization_id', '=', 'external_backends.organization_id').onRef('p.id', '=', 'external_backends.project_id'),
    )
    .leftJoin('environments as e', (join) =>
      join.onRef('e.organization_id', '=', 'external_backends.organization_id').onRef('e.id', '=', 'external_backends.environment_id'),
    )
    .leftJoin('components as c', (join) =>
      join.onRef('c.organization_id', '=', 'external_backends.organization_id').onRef('c.id', '=', 'external_backends.component_id'),
    )
    .leftJoin('credentials as k', (join) =>
      join.onRef('k.organization_id', '=', 'external_backends.organization_id').onRef('k.id', '=', 'external_backends.credential_id'),
    )
    .selectAll('external_backends')
    .select([
      'p.canonical as project_canonical',
      'e.canonical as environment_canonical',
      'c.canonical as component_canonical',
      'k.canonical as credential_canonical',
    ])
    .$narrowType<{ configuration: Record<string, unknown> }>()

export async function listBackends(tx: OrgTx, query: ScopeNames & { external_backend_default?: boolean }, visible: Visibility) {
  let found = selectBackends(tx)
  if (query.project_canonical !== undefined) found = found.where('p.canonical', '=', query.project_canonical)
  if (query.environment_canonical !== undefined) found = found.where('e.canonical', '=', query.environment_canonical)
  if (query.component_canonical !== undefined) found = found.where('c.canonical', '=', query.component_canonical)
  if (query.external_backend_default !== undefined) found = found.where('external_backends.is_default', '=', query.external_backend_default)
  found = whereVisible(found, visible, sql`':external_backend:' || ${sql.ref('external_backends.id')}`)
  return page(found, {}, { columns: { external_backend_id: 'external_backends.id' }, tieBreaker: 'external_backends.id' })
}

export const findBackend = (tx: OrgTx, id: number) => selectBackends(tx).where('external_backends.id', '=', id).executeTakeFirst()

export async function lockBackend(tx: OrgTx, id: number) {
  const locked = await tx.selectFrom('external_backends').select('id').where('id', '=', id).forUpdate().executeTakeFirst()
  return locked && findBackend(tx, id)
}

export const insertBackend = (tx: OrgTx, row: NewBackendRow) =>
  tx.insertInto('external_backends', row).returning('id').executeTakeFirstOrThrow()

export const updateBackend = (tx: OrgTx, id: number, row: Updateable<ExternalBackends>) =>
  tx.updateTable('external_backends').set(row).where('id', '=', id).execute()

export const deleteBackend = (tx: OrgTx, id: number) => tx.deleteFrom('external_backends').where('id', '=', id).execute()

/** Whoever has this purpose and place already. */
export const findSamePlace = (tx: OrgTx, row: Scope & { purpose: string; is_default: boolean }) =>
  tx
    .selectFrom('external_backends')
    .select('id')
    .where('purpose', '=', row.purpose)
    .where('is_default', '=', row.is_default)
    .where(
      sql<boolean>`(project_id, environment_id, component_id) is not distinct from (${row.project_id}::bigint, ${row.environment_id}::bigint, ${row.component_id}::bigint)`,
    )
    .executeTakeFirst()

/** What these names stand for; what is not there is null. */
export async function findScope(
  tx: OrgTx,
  { project_canonical, environment_canonical, component_canonical }: ScopeNames,
): Promise<Scope & { is_ready: boolean | null }> {
  const found = await tx
    .selectFrom('projects')
    .leftJoin('environments as e', (join) =>
      join
        .onRef('e.organization_id', '=', 'projects.organization_id')
        .onRef('e.project_id', '=', 'projects.id')
        .on('e.canonical', '=', environment_canonical ?? null),
    )
    .leftJoin('components as c', (join) =>
      join
        .onRef('c.organization_id', '=', 'e.organization_id')
        .onRef('c.environment_id', '=', 'e.id')
        .on('c.canonical', '=', component_canonical ?? null),
    )
    .select(['projects.id as project_id', 'e.id as environment_id', 'c.id as component_id', 'c.is_ready'])
    .where('projects.canonical', '=', project_canonical ?? '')
    .executeTakeFirst()
  return found ?? { project_id: null, environment_id: null, component_id: null, is_ready: null }
}

/** The nearest one: the component's own, its environment's, its project's, the organization's default. */
export const findNearest = (tx: OrgTx, purpose: string, names: ScopeNames) =>
  selectBackends(tx)
    .where('external_backends.purpose', '=', purpose)
    .where(
      sql<boolean>`(external_backends.is_default
        or (p.canonical = ${names.project_canonical ?? null} and external_backends.environment_id is null)
        or (p.canonical = ${names.project_canonical ?? null} and e.canonical = ${names.environment_canonical ?? null}
          and (external_backends.component_id is null or c.canonical = ${names.component_canonical ?? null})))`,
    )
    .orderBy(sql`external_backends.component_id is null`)
    .orderBy(sql`external_backends.environment_id is null`)
    .orderBy(sql`external_backends.project_id is null`)
    .orderBy('external_backends.id')
    .limit(1)
    .executeTakeFirst()

/** A backend of a component goes where the component goes. */
export const moveWithComponent = (tx: OrgTx, componentId: number) =>
  tx
    .updateTable('external_backends')
    .set({
      environment_id: sql`(select c.environment_id from components c where c.organization_id = external_backends.organization_id and c.id = ${componentId})`,
      project_id: sql`(select e.project_id from components c join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
        where c.organization_id = external_backends.organization_id and c.id = ${componentId})`,
    })
    .where('component_id', '=', componentId)
    .execute()
