import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { ComponentChanges, Components } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { whereVisible } from '../../db/visible.ts'
import type { FormValues } from '../../formats/forms/types.ts'
import type { PersonRow } from '../accounts/view.ts'
import { personIn } from '../people.ts'
import type { ImportStatus } from '../stacks/queries.ts'

/** A file that a component has in its config repository, and the variables of the form that stand in it. */
export interface ComponentFile {
  path: string
  technology: string
  key: string
  variables: string[]
  /** It was there before any component: it is edited, and stays when its components go. */
  adopted?: boolean
}

interface ComponentPlace {
  id: number
  canonical: string
  name: string
  created_at: string
  updated_at: string
}

export type ComponentSummaryRow = Awaited<ReturnType<typeof listComponents>>[number]
export type ComponentRow = NonNullable<Awaited<ReturnType<typeof findComponent>>>
export type NewComponentRow = Omit<Insertable<Components>, 'organization_id' | 'id'>

const placeOf = (table: 'projects' | 'environments', more: RawBuilder<unknown>) =>
  sql`jsonb_build_object('id', ${sql.ref(`${table}.id`)}, 'canonical', ${sql.ref(`${table}.canonical`)}, 'name', ${sql.ref(`${table}.name`)},
    'created_at', ${sql.ref(`${table}.created_at`)}, 'updated_at', ${sql.ref(`${table}.updated_at`)}, ${more})`

/** What answers show: without values and files, of which a component may have very many. */
const selectSummaries = (tx: OrgTx) =>
  tx
    .selectFrom('components')
    .innerJoin('environments', (join) =>
      join
        .onRef('environments.organization_id', '=', 'components.organization_id')
        .onRef('environments.id', '=', 'components.environment_id'),
    )
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'environments.organization_id').onRef('projects.id', '=', 'environments.project_id'),
    )
    .select([
      'components.id',
      'components.environment_id',
      'components.canonical',
      'components.name',
      'components.description',
      'components.stack_id',
      'components.use_case',
      'components.cloud_provider',
      'components.created_at',
      'components.updated_at',
      sql<
        ComponentPlace & { description: string; owner: PersonRow | null }
      >`${placeOf('projects', sql`'description', projects.description, 'owner', ${personIn('projects.owner_id')}`)}`.as('project'),
      sql<ComponentPlace & { color: string }>`${placeOf('environments', sql`'color', environments.color`)}`.as('environment'),
      sql<ImportStatus | null>`(
        select i.status from infra_imports i where i.organization_id = components.organization_id and i.project_id = projects.id
          and i.environment_canonical = environments.canonical and i.component_canonical = components.canonical limit 1)`.as(
        'import_status',
      ),
    ])

/** With the change under way too: to create one is to reserve its place, and it is not there before its files are. */
const selectComponents = (tx: OrgTx) =>
  selectSummaries(tx)
    .selectAll('components')
    .select('projects.config_repository_id')
    .$narrowType<{ vars: FormValues; files: ComponentFile[] }>()

const containmentPath = sql`':project:' || projects.canonical || ':environment:' || environments.canonical || ':component:' || components.canonical`

/** Of one environment, of some (by id), some by their own ids, or of the whole organization. */
export function listComponents(
  tx: OrgTx,
  where: { project?: string; environment?: string; environmentIds?: readonly number[]; componentIds?: readonly number[] },
  visible: Visibility,
) {
  let found = selectSummaries(tx).where('components.is_ready', '=', true)
  if (where.project !== undefined) found = found.where('projects.canonical', '=', where.project)
  if (where.environment !== undefined) found = found.where('environments.canonical', '=', where.environment)
  if (where.environmentIds !== undefined)
    found = found.where(sql<boolean>`components.environment_id = any (${[...where.environmentIds]}::bigint[])`)
  if (where.componentIds !== undefined) found = found.where(sql<boolean>`components.id = any (${[...where.componentIds]}::bigint[])`)
  return whereVisible(found, visible, containmentPath, 'projects.owner_id')
    .orderBy('projects.canonical')
    .orderBy('environments.canonical')
    .orderBy('components.canonical')
    .execute()
}

export const findComponent = (tx: OrgTx, path: { project: string; environment: string; component: string }) =>
  selectComponents(tx)
    .where('components.is_ready', '=', true)
    .where('projects.canonical', '=', path.project)
    .where('environments.canonical', '=', path.environment)
    .where('components.canonical', '=', path.component)
    .executeTakeFirst()

export const findComponentById = (tx: OrgTx, id: number) => selectComponents(tx).where('components.id', '=', id).executeTakeFirst()

/** Nobody changes it until the transaction ends. A second look, since the first may have waited for who did. */
export async function lockComponent(tx: OrgTx, id: number) {
  await tx.selectFrom('components').select('id').where('id', '=', id).forNoKeyUpdate().execute()
  return findComponentById(tx, id)
}

/** Those that keep a project or an environment from being deleted, not yet ready ones too. */
export const listComponentsWithin = (tx: OrgTx, where: { projectId: number } | { environmentId: number }) => {
  const found = tx
    .selectFrom('components')
    .innerJoin('environments', (join) =>
      join
        .onRef('environments.organization_id', '=', 'components.organization_id')
        .onRef('environments.id', '=', 'components.environment_id'),
    )
    .select(['components.id', 'components.canonical', 'environments.canonical as environment', 'components.files', 'components.updated_at'])
    .orderBy('environments.canonical')
    .orderBy('components.canonical')
    .$narrowType<{ files: ComponentFile[] }>()
  return 'projectId' in where
    ? found.where('environments.project_id', '=', where.projectId).execute()
    : found.where('environments.id', '=', where.environmentId).execute()
}

/**
 * Components that have one of these files in this repository, or are about to; others than `except`. Two config repositories
 * may be the same place in git, say with other credentials.
 */
export async function listUsersOfFiles(
  tx: OrgTx,
  { repositoryId, paths, except }: { repositoryId: number; paths: readonly string[]; except: number | null },
) {
  const { rows } = await tx.execute(sql<{
    id: number
    canonical: string
    environment: string
    project: string
    stack_id: number
    use_case: string
    files: ComponentFile[]
  }>`
    select c.id, c.canonical, e.canonical as environment, p.canonical as project, c.stack_id, c.use_case,
      c.files || coalesce(ch.intended -> 'files', '[]') as files
    from components c
    join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
    join projects p on p.organization_id = e.organization_id and p.id = e.project_id
    left join component_changes ch on ch.organization_id = c.organization_id and ch.component_id = c.id
    join config_repositories here on here.organization_id = c.organization_id and here.id = ${repositoryId}
    join config_repositories r on r.organization_id = here.organization_id and r.branch = here.branch and ${samePlace('r')} = ${samePlace('here')}
      and (r.id = p.config_repository_id or r.id = ch.config_repository_id)
    where c.organization_id = ${tx.organizationId} and c.id is distinct from ${except}
      and exists (select from jsonb_array_elements(c.files || coalesce(ch.intended -> 'files', '[]')) f where f ->> 'path' = any (${[...paths]}::text[]))
    order by c.id`)
  return rows
}

/** An address without what makes no difference. */
const samePlace = (table: string) => sql`lower(regexp_replace(${sql.ref(`${table}.url`)}, '(\\.git)?/*$', ''))`

/** What goes with a component. */
export const ownPaths = (files: readonly ComponentFile[]): string[] => files.filter(({ adopted }) => !adopted).map(({ path }) => path)

export const insertComponent = (tx: OrgTx, row: NewComponentRow) =>
  tx.insertInto('components', row).returning('id').executeTakeFirstOrThrow()

export const updateComponent = (tx: OrgTx, id: number, row: Updateable<Components>) =>
  tx.updateTable('components').set(row).where('id', '=', id).execute()

export const deleteComponent = (tx: OrgTx, id: number) => tx.deleteFrom('components').where('id', '=', id).execute()

export const insertChange = (tx: OrgTx, row: Omit<Insertable<ComponentChanges>, 'organization_id'>) =>
  tx.insertInto('component_changes', row).execute()

export const findChange = (tx: OrgTx, componentId: number, change: string) =>
  tx
    .selectFrom('component_changes')
    .selectAll()
    .where('component_id', '=', componentId)
    .where('change', '=', change)
    .forUpdate()
    .executeTakeFirst()

/** How many it deleted: 0 when somebody else finished or undid the change. */
export async function deleteChange(tx: OrgTx, componentId: number, change: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('component_changes')
    .where('component_id', '=', componentId)
    .where('change', '=', change)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** Of all organizations; answers only in the platform scope. */
export async function listOverdue(tx: AccountTx, most: number) {
  const { rows } = await tx.execute(
    sql<{ organization_id: number; component_id: number; change: string }>`select * from overdue_component_changes(${most})`,
  )
  return rows
}

/** A repository as git needs it, by number. */
export const findRepository = (tx: OrgTx, id: number) =>
  tx
    .selectFrom('config_repositories')
    .leftJoin('credentials as k', (join) =>
      join.onRef('k.organization_id', '=', 'config_repositories.organization_id').onRef('k.id', '=', 'config_repositories.credential_id'),
    )
    .select(['config_repositories.id', 'config_repositories.url', 'config_repositories.branch', 'k.canonical as credential_canonical'])
    .where('config_repositories.id', '=', id)
    .executeTakeFirst()

export const findEnvironment = (tx: OrgTx, project: string, environment: string) =>
  selectEnvironment(tx, project, environment).executeTakeFirst()

/** With the environment locked against being deleted. */
export const lockEnvironment = (tx: OrgTx, project: string, environment: string) =>
  selectEnvironment(tx, project, environment).forKeyShare().executeTakeFirst()

const selectEnvironment = (tx: OrgTx, project: string, environment: string) =>
  tx
    .selectFrom('environments')
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'environments.organization_id').onRef('projects.id', '=', 'environments.project_id'),
    )
    .select(['environments.id', 'environments.project_id', 'projects.config_repository_id'])
    .where('projects.canonical', '=', project)
    .where('environments.canonical', '=', environment)

export interface PlaceRow {
  organization_name: string
  parent_canonical: string | null
  parent_name: string | null
  project_name: string | null
  owner_username: string | null
  owner_given_name: string | null
  owner_family_name: string | null
  owner_email: string | null
  environment_name: string | null
  component_name: string | null
  config_repository_id: number | null
  config_repository_canonical: string | null
  config_repository_name: string | null
  config_repository_url: string | null
  config_repository_branch: string | null
  config_repository_credential: string | null
  config_repository_credential_type: string | null
  config_repository_credential_path: string | null
  username: string | null
  given_name: string | null
  family_name: string | null
  email: string | null
}

/** Everything that tokens can name beside the stack, in one look; what is not there, or not yet, is null. */
export async function readPlace(
  tx: OrgTx,
  names: { project: string | null; environment: string | null; component: string | null; accountId: number | null },
): Promise<PlaceRow> {
  const { rows } = await tx.execute(sql<PlaceRow>`
    select o.name as organization_name, parent.canonical as parent_canonical, parent.name as parent_name,
      p.name as project_name, owner.username as owner_username, owner.given_name as owner_given_name,
      owner.family_name as owner_family_name, owner.email as owner_email,
      e.name as environment_name, c.name as component_name,
      cr.id as config_repository_id, cr.canonical as config_repository_canonical, cr.name as config_repository_name, cr.url as config_repository_url,
      cr.branch as config_repository_branch, k.canonical as config_repository_credential, k.type as config_repository_credential_type,
      k.path as config_repository_credential_path,
      me.username, me.given_name, me.family_name, me.email
    from organizations o
    left join lateral (select a.canonical, a.name from ancestors_of(o.id) a where a.id = o.parent_id) parent on true
    left join projects p on p.organization_id = o.id and p.canonical = ${names.project}
    left join people owner on owner.id = p.owner_id
    left join environments e on e.organization_id = o.id and e.project_id = p.id and e.canonical = ${names.environment}
    left join components c on c.organization_id = o.id and c.environment_id = e.id and c.canonical = ${names.component} and c.is_ready
    left join config_repositories cr on cr.organization_id = o.id and cr.id = p.config_repository_id
    left join credentials k on k.organization_id = o.id and k.id = cr.credential_id
    left join people me on me.id = ${names.accountId}
    where o.id = ${tx.organizationId}`)
  const [row] = rows
  if (!row) throw new Error('an organization that was entered is not there')
  return row
}
