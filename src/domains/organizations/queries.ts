import { type RawBuilder, sql, type Updateable } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Organizations } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import type { OrganizationRow } from './view.ts'

/** Doors, because a person's own list shows organizations whose children and appearances are out of sight. */
const hasChildren = (table: string): RawBuilder<boolean> => sql<boolean>`has_children(${sql.ref(`${table}.id`)})`
const activeAppearance = (table: string): RawBuilder<OrganizationRow['appearance']> => sql<OrganizationRow['appearance']>`(
  select to_jsonb(a) from active_appearance(${sql.ref(`${table}.canonical`)}) a where a.organization_id = ${sql.ref(`${table}.id`)})`
/** Of its root. People are counted only where a plan shows them. */
const entitlement = (table: string): RawBuilder<OrganizationRow['entitlement']> => sql<OrganizationRow['entitlement']>`(
  select e || jsonb_build_object('people', case when e -> 'subscription' ->> 'plan_canonical' is not null then people_below((e ->> 'root')::bigint) end)
  from entitlement_of(${sql.ref(`${table}.id`)}) e)`

/** Null where it is out of sight. */
const parentCanonical = (table: string, column: string): RawBuilder<string | null> => sql<string | null>`(
  select parent.canonical from organizations parent where parent.id = ${sql.ref(`${table}.${column}`)})`

/** What an answer shows beside the columns of an organization's row. */
export const beyondRow = (table: 'organizations' | 'child_organizations') =>
  [
    hasChildren(table).as('has_children'),
    activeAppearance(table).as('appearance'),
    entitlement(table).as('entitlement'),
    parentCanonical(table, table === 'organizations' ? 'parent_id' : 'organization_id').as('parent_canonical'),
  ] as const

const selectOrganizations = (tx: OrgTx) => tx.selectFrom('organizations').selectAll('organizations').select(beyondRow('organizations'))

export const findOrganization = (tx: OrgTx): Promise<OrganizationRow | undefined> => selectOrganizations(tx).executeTakeFirst()

/** `share` keeps the settings as they are; `update` keeps projects and children from being created meanwhile. */
export async function lockOrganization(tx: OrgTx, strength: 'share' | 'no key update' | 'update') {
  const query = tx.selectFrom('organizations').selectAll('organizations')
  const locked = strength === 'share' ? query.forShare() : strength === 'update' ? query.forUpdate() : query.forNoKeyUpdate()
  return locked.executeTakeFirst()
}

export const updateOrganization = (tx: OrgTx, row: Updateable<Organizations>) => tx.updateTable('organizations').set(row).execute()

export const deleteOrganization = (tx: OrgTx) => tx.deleteFrom('organizations').execute()

export interface OrganizationFilters extends PageQuery {
  organization_name?: string
  organization_created_at?: number
}

/** The organizations that the person of the transaction is a member of; of a confined session only those that it is good in. */
export async function listOwnOrganizations(
  { db }: AccountTx,
  { id, confinedTo }: { id: number; confinedTo: number | null },
  query: OrganizationFilters,
  filters: readonly Filter[],
) {
  let found = db
    .selectFrom('members')
    .innerJoin('organizations', 'organizations.id', 'members.organization_id')
    .where('members.user_id', '=', id)
    .where('members.invitation_state', '=', 'accepted')
    .$if(confinedTo !== null, (own) => own.where(sql<boolean>`${confinedTo} = any (organizations.path)`))
    .selectAll('organizations')
    .select(beyondRow('organizations'))
  if (query.organization_name !== undefined) found = found.where('organizations.name', '=', query.organization_name)
  if (query.organization_created_at !== undefined)
    found = found.where(sql`extract(epoch from date_trunc('second', organizations.created_at))`, '=', query.organization_created_at)
  return page(applyFilters(found, filters, { organization_canonical: 'organizations.canonical' }), query, {
    columns: {
      organization_canonical: 'organizations.canonical',
      organization_name: 'organizations.name',
      organization_created_at: 'organizations.created_at',
    },
    tieBreaker: 'organizations.id',
  })
}

export const findOwnOrganization = ({ db }: AccountTx, id: number): Promise<OrganizationRow | undefined> =>
  db
    .selectFrom('organizations')
    .where('organizations.id', '=', id)
    .selectAll('organizations')
    .select(beyondRow('organizations'))
    .executeTakeFirst()

/**
 * From the nearest parent up to the first organization that the caller belongs to; none for who belongs here.
 * @param home how the caller belongs: by membership, or as a key of that organization
 */
export async function listAncestors(tx: OrgTx, home: { accountId: number } | { organizationId: number }): Promise<OrganizationRow[]> {
  const isHome =
    'accountId' in home
      ? sql`exists (select from members m where m.organization_id = o.id and m.user_id = ${home.accountId} and m.invitation_state = 'accepted')`
      : sql`o.id = ${home.organizationId}`
  const { rows } = await tx.execute(sql<OrganizationRow & { is_home: boolean }>`
    select o.*, ${hasChildren('o')} as has_children, ${activeAppearance('o')} as appearance, ${entitlement('o')} as entitlement, ${isHome} as is_home
    from (select * from organizations where id = ${tx.organizationId} union all select * from ancestors_of(${tx.organizationId})) o
    order by cardinality(o.path) desc`)
  return rows.slice(1, rows.findIndex(({ is_home }) => is_home) + 1)
}

export interface Counts {
  config_repositories: number
  credentials: number
  service_catalogs: number
  service_catalog_sources: number
  projects: number
  pipelines: number
  environments: number
  components: number
  roles: number
  teams: number
  users: number
  children: number
}

export async function countContents(tx: OrgTx): Promise<Counts> {
  const id = tx.organizationId
  const { rows } = await tx.execute(sql<Counts>`select
    (select count(*) from config_repositories where organization_id = ${id}) as config_repositories,
    (select count(*) from credentials where organization_id = ${id}) as credentials,
    (select count(*) from stacks where organization_id = ${id}) as service_catalogs,
    (select count(*) from stack_sources where organization_id = ${id}) as service_catalog_sources,
    (select count(*) from pipelines where organization_id = ${id} and config_version is not null) as pipelines,
    (select count(*) from projects where organization_id = ${id}) as projects,
    (select count(*) from environments where organization_id = ${id}) as environments,
    (select count(*) from components where organization_id = ${id} and is_ready) as components,
    (select count(*) from roles where organization_id = ${id}) as roles,
    (select count(*) from teams where organization_id = ${id}) as teams,
    (select count(*) from members where organization_id = ${id} and invitation_state = 'accepted') as users,
    (select count(*) from organizations where parent_id = ${id}) as children`)
  const [counts] = rows
  if (!counts) throw new Error('counting answered nothing')
  return counts
}
