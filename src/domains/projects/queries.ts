import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Projects } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { isVisible, whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'
import { teamIn } from '../teams/simple.ts'

/** The repository is found by its canonical in the statement that writes it; an unknown one is refused by violations.ts. */
export type NewProjectRow = Omit<Insertable<Projects>, 'organization_id' | 'id' | 'config_repository_id'> & { config_repository: string }
export type ProjectChanges = Omit<Updateable<Projects>, 'organization_id' | 'id' | 'config_repository_id'> & { config_repository?: string }
export type ProjectRow = NonNullable<Awaited<ReturnType<typeof findProject>>>

interface EnvironmentJson {
  id: number
  canonical: string
  name: string
  color: string
  created_at: string
  updated_at: string
  component_count: number
}

const environments: RawBuilder<EnvironmentJson[]> = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'canonical', e.canonical, 'name', e.name, 'color', e.color,
    'created_at', e.created_at, 'updated_at', e.updated_at, 'component_count', (
      select count(*) from components c where c.organization_id = e.organization_id and c.environment_id = e.id and c.is_ready)) order by e.canonical), '[]')
  from environments e where e.organization_id = projects.organization_id and e.project_id = projects.id)`

const configRepositoryCanonical: RawBuilder<string> = sql`(
  select c.canonical from config_repositories c where c.organization_id = projects.organization_id and c.id = projects.config_repository_id)`

/** What a view shows beside the row's own columns; usable in a select and in the returning of an insert or update. */
const beside = (accountId: number | null) => [
  configRepositoryCanonical.as('config_repository_canonical'),
  teamIn('projects.team_id').as('team'),
  personIn('projects.owner_id').as('owner'),
  environments.as('environments'),
  isFavorite(accountId).as('favorite'),
]

/** The same of a project that is just being made: it has no environments, and is nobody's favourite. */
const besideNew = [
  configRepositoryCanonical.as('config_repository_canonical'),
  teamIn('projects.team_id').as('team'),
  personIn('projects.owner_id').as('owner'),
  sql<EnvironmentJson[]>`'[]'::jsonb`.as('environments'),
  sql<boolean>`false`.as('favorite'),
]

/** A project with everything its view shows. `accountId` is whose favourites count. */
const selectProjects = (tx: OrgTx, accountId: number | null) =>
  tx
    .selectFrom('projects')
    .selectAll('projects')
    .select(() => beside(accountId))

const isFavorite = (accountId: number | null): RawBuilder<boolean> =>
  sql`exists (select from project_favorites f where f.organization_id = projects.organization_id and f.project_id = projects.id and f.user_id = ${accountId})`

export interface ProjectFilters extends PageQuery {
  project_name?: string
  project_description?: string
  project_created_at?: number
  project_config_repository_canonical?: string
  environment_canonical?: string
  member_id?: number
  favorite?: boolean
  service_catalog_source_canonical?: string
  /** `acme:web` */
  service_catalog_ref?: string
  team_canonical?: string
  owner?: string
}

export async function listProjects(
  tx: OrgTx,
  query: ProjectFilters,
  filters: readonly Filter[],
  visible: { projects: Visibility; components: Visibility },
  accountId: number | null,
) {
  let found = selectProjects(tx, accountId)
  if (query.project_name !== undefined) found = found.where('projects.name', '=', query.project_name)
  if (query.project_description !== undefined) found = found.where('projects.description', '=', query.project_description)
  if (query.project_created_at !== undefined)
    found = found.where(sql`extract(epoch from date_trunc('second', projects.created_at))`, '=', query.project_created_at)
  if (query.project_config_repository_canonical !== undefined)
    found = found.where(configRepositoryCanonical, '=', query.project_config_repository_canonical)
  if (query.service_catalog_source_canonical !== undefined)
    found = found.where(usesSource(query.service_catalog_source_canonical, visible.components))
  if (query.favorite !== undefined) found = found.where(isFavorite(accountId), '=', query.favorite)
  if (query.environment_canonical !== undefined) found = found.where(hasEnvironment(query.environment_canonical))
  if (query.member_id !== undefined) found = found.where(belongsToMember(query.member_id))
  if (query.service_catalog_ref !== undefined) found = found.where(usesStack(query.service_catalog_ref, visible.components))
  if (query.team_canonical !== undefined) found = found.where(teamCanonical, '=', query.team_canonical)
  if (query.owner !== undefined) found = found.where(ownerUsername, '=', query.owner)
  found = applyFilters(found, filters, {
    project_canonical: 'projects.canonical',
    project_name: 'projects.name',
    project_description: 'projects.description',
    team_canonical: teamCanonical,
    owner_username: ownerUsername,
    search: sql`concat_ws(chr(10), projects.name, projects.canonical, projects.description)`,
  })
  found = whereVisible(found, visible.projects, sql`':project:' || ${sql.ref('projects.canonical')}`, 'projects.owner_id')
  return page(found, query, {
    columns: {
      project_canonical: 'projects.canonical',
      project_name: byName,
      project_description: 'projects.description',
      project_created_at: 'projects.created_at',
      project_updated_at: 'projects.updated_at',
      project_favorite: isFavorite(accountId),
    },
    within: byName,
    tieBreaker: 'projects.id',
  })
}

/** People do not look for names beginning with small letters at the end. */
const byName: RawBuilder<string> = sql`lower(projects.name)`

const teamCanonical: RawBuilder<string | null> = sql`(
  select t.canonical from teams t where t.organization_id = projects.organization_id and t.id = projects.team_id)`

const ownerUsername: RawBuilder<string | null> = sql`(select p.username from people p where p.id = projects.owner_id)`

/** Which projects a filter finds must not tell of components that the caller may not list. */
const mayList = (visible: Visibility): RawBuilder<boolean> =>
  isVisible(
    visible,
    sql`':project:' || projects.canonical || ':environment:' || e.canonical || ':component:' || c.canonical`,
    'projects.owner_id',
  )

/** With a component made from that stack. */
const usesStack = (ref: string, visible: Visibility): RawBuilder<boolean> => sql`exists (
  select from environments e
  join components c on c.organization_id = e.organization_id and c.environment_id = e.id and c.is_ready
  join stacks s on s.organization_id = c.stack_organization_id and s.id = c.stack_id
  join organizations o on o.id = s.organization_id
  where e.organization_id = projects.organization_id and e.project_id = projects.id and o.canonical || ':' || s.canonical = ${ref}
    and ${mayList(visible)})`

const hasEnvironment = (canonical: string): RawBuilder<boolean> =>
  sql`exists (select from environments e where e.organization_id = projects.organization_id and e.project_id = projects.id and e.canonical = ${canonical})`

/** With a component made from a stack of that catalog repository. */
const usesSource = (canonical: string, visible: Visibility): RawBuilder<boolean> => sql`exists (
  select from stack_sources src
  join stacks s on s.organization_id = src.organization_id and s.source_id = src.id
  join components c on c.stack_organization_id = s.organization_id and c.stack_id = s.id and c.is_ready
  join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
  where src.organization_id = projects.organization_id and src.canonical = ${canonical} and e.project_id = projects.id
    and ${mayList(visible)})`

/** Projects that the member owns, or whose team the member is in. */
const belongsToMember = (memberId: number): RawBuilder<boolean> =>
  sql`exists (select from members m where m.organization_id = projects.organization_id and m.id = ${memberId} and (m.user_id = projects.owner_id
    or exists (select from team_members tm where tm.organization_id = m.organization_id and tm.member_id = m.id and tm.team_id = projects.team_id)))`

export const findProject = (tx: OrgTx, canonical: string, accountId: number | null) =>
  selectProjects(tx, accountId).where('projects.canonical', '=', canonical).executeTakeFirst()

/** The projects that these components are in. */
export const listProjectsOfComponents = (tx: OrgTx, componentIds: readonly number[], accountId: number | null) =>
  selectProjects(tx, accountId)
    .where(
      sql<boolean>`exists (select from environments e join components c on c.organization_id = e.organization_id and c.environment_id = e.id
        where e.organization_id = projects.organization_id and e.project_id = projects.id and c.id = any (${[...componentIds]}::bigint[]))`,
    )
    .execute()

/** Whatever the caller may see of them. */
export const listProjectsById = (tx: OrgTx, ids: readonly number[], accountId: number | null) =>
  selectProjects(tx, accountId)
    .where(sql<boolean>`projects.id = any (${[...ids]}::bigint[])`)
    .execute()

export const lockProject = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('projects').selectAll().where('canonical', '=', canonical).forUpdate().executeTakeFirst()

export const insertProject = (tx: OrgTx, { config_repository, ...row }: NewProjectRow) =>
  tx
    .insertInto('projects', { ...row, config_repository_id: configRepositoryId(config_repository) })
    .returningAll()
    .returning(() => besideNew)
    .executeTakeFirstOrThrow()

export const updateProject = (tx: OrgTx, id: number, { config_repository, ...row }: ProjectChanges, accountId: number | null) =>
  tx
    .updateTable('projects')
    .set({ ...row, ...(config_repository === undefined ? {} : { config_repository_id: configRepositoryId(config_repository) }) })
    .where('id', '=', id)
    .returningAll()
    .returning(() => beside(accountId))
    .executeTakeFirstOrThrow()

const configRepositoryId = (canonical: string): RawBuilder<number> =>
  sql`(select c.id from config_repositories c where c.organization_id = current_organization_id() and c.canonical = ${canonical})`

export const findConfigRepositoryId = async (tx: OrgTx, canonical: string): Promise<number | undefined> =>
  (await tx.selectFrom('config_repositories').select('id').where('canonical', '=', canonical).executeTakeFirst())?.id

export const deleteProject = (tx: OrgTx, id: number) => tx.deleteFrom('projects').where('id', '=', id).execute()

export const insertFavorite = (tx: OrgTx, projectId: number, userId: number) =>
  tx
    .insertInto('project_favorites', { project_id: projectId, user_id: userId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const deleteFavorite = (tx: OrgTx, projectId: number, userId: number) =>
  tx.deleteFrom('project_favorites').where('project_id', '=', projectId).where('user_id', '=', userId).execute()

export const findTeamId = async (tx: OrgTx, canonical: string): Promise<number | undefined> =>
  (await tx.selectFrom('teams').select('id').where('canonical', '=', canonical).executeTakeFirst())?.id
