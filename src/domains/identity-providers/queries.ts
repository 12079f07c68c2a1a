import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { IdentityProviders } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { adminRole } from '../roles/built-in.ts'

export type ProviderRow = NonNullable<Awaited<ReturnType<typeof findProvider>>>

/** Mappings whose role or team was deleted since they were written. */
const lost: RawBuilder<{ group: string; role: string | null; team: string | null }[]> = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('group', m.entry ->> 'group', 'role', m.lost_role, 'team', m.lost_team) order by m.place), '[]') from (
    select g.entry, g.place,
      case when not exists (select from roles r where r.organization_id = identity_providers.organization_id
        and r.canonical = g.entry ->> 'role_canonical') then g.entry ->> 'role_canonical' end as lost_role,
      case when not exists (select from teams t where t.organization_id = identity_providers.organization_id
        and t.canonical = g.entry ->> 'team_canonical') then g.entry ->> 'team_canonical' end as lost_team
    from jsonb_array_elements(identity_providers.group_mappings) with ordinality as g (entry, place)) m
  where m.lost_role is not null or m.lost_team is not null)`

/** A provider with everything its view shows, and nothing of what was read from its metadata but the facts. */
const selectProviders = (tx: OrgTx) =>
  tx
    .selectFrom('identity_providers')
    .innerJoin('roles', (join) =>
      join
        .onRef('roles.organization_id', '=', 'identity_providers.organization_id')
        .onRef('roles.id', '=', 'identity_providers.default_role_id'),
    )
    .select([
      'identity_providers.organization_id',
      'identity_providers.id',
      'identity_providers.canonical',
      'identity_providers.name',
      'identity_providers.public_id',
      'identity_providers.metadata_url',
      'identity_providers.entity_id',
      'identity_providers.sso_url',
      'identity_providers.certificates',
      'identity_providers.enabled',
      'identity_providers.required',
      'identity_providers.idp_initiated',
      'identity_providers.provision',
      'identity_providers.default_role_id',
      'identity_providers.problem',
      'identity_providers.refreshed_at',
      'identity_providers.last_sign_in_at',
      'identity_providers.created_at',
      'identity_providers.updated_at',
      'roles.canonical as default_role_canonical',
    ])
    // As providers.ts wrote them.
    .select(sql<Schema<'IdentityProviderAttributes'>>`identity_providers.attributes`.as('attributes'))
    .select(sql<Schema<'GroupMapping'>[]>`identity_providers.group_mappings`.as('group_mappings'))
    .select(lost.as('lost'))

export const listProviders = (tx: OrgTx, query: PageQuery, visible: Visibility) =>
  page(whereVisible(selectProviders(tx), visible, sql`':identity_provider:' || identity_providers.canonical`), query, {
    columns: { identity_provider_canonical: 'identity_providers.canonical' },
    tieBreaker: 'identity_providers.id',
  })

export const findProvider = (tx: OrgTx, canonical: string) =>
  selectProviders(tx).where('identity_providers.canonical', '=', canonical).executeTakeFirst()

export const findProviderById = (tx: OrgTx, id: number) => selectProviders(tx).where('identity_providers.id', '=', id).executeTakeFirst()

/** What changes it, and what signs somebody in by it, go one after the other. */
export const lockProvider = async (tx: OrgTx, which: { canonical: string } | { id: number }): Promise<ProviderRow | undefined> => {
  const locked = tx.selectFrom('identity_providers').select('id').forUpdate()
  const row = await ('id' in which ? locked.where('id', '=', which.id) : locked.where('canonical', '=', which.canonical)).executeTakeFirst()
  return row && findProviderById(tx, row.id)
}

export const countProviders = async (tx: OrgTx): Promise<number> =>
  (
    await tx
      .selectFrom('identity_providers')
      .select((e) => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
  ).count

export const insertProvider = (tx: OrgTx, row: Omit<Insertable<IdentityProviders>, 'organization_id'>) =>
  tx.insertInto('identity_providers', row).execute()

export const updateProvider = (tx: OrgTx, id: number, row: Updateable<IdentityProviders>) =>
  tx.updateTable('identity_providers').set(row).where('id', '=', id).execute()

export const listRequired = (tx: OrgTx) =>
  tx.selectFrom('identity_providers').select(['id', 'canonical']).where('required', '=', true).orderBy('id').execute()

export const findCanonical = async (tx: OrgTx): Promise<string> =>
  (await tx.selectFrom('organizations').select('canonical').where('id', '=', tx.organizationId).executeTakeFirstOrThrow()).canonical

/** With it goes what it said of people, and their sessions, by the constraints. */
export const deleteProvider = (tx: OrgTx, id: number) => tx.deleteFrom('identity_providers').where('id', '=', id).execute()

/** Sessions that the provider began. */
export const deleteSessionsOf = (tx: OrgTx, id: number) =>
  tx.execute(sql`
    delete from sessions s using identities i
    where s.confined_to = ${tx.organizationId} and i.id = s.identity_id and i.confined_to = ${tx.organizationId} and i.identity_provider_id = ${id}`)

/** What the provider said of people, and the sessions that it began. */
export const deleteIdentitiesOf = (tx: OrgTx, id: number) =>
  tx.execute(sql`delete from identities where confined_to = ${tx.organizationId} and identity_provider_id = ${id}`)

/** Has an administrator of the organization signed in through it? */
export async function anAdministratorSignedIn(tx: OrgTx, id: number): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from members m
    join roles r on r.organization_id = m.organization_id and r.id = m.role_id and r.canonical = ${adminRole}
    join identities i on i.user_id = m.user_id and i.confined_to = m.organization_id and i.identity_provider_id = ${id}
    where m.organization_id = ${tx.organizationId} and m.invitation_state = 'accepted' limit 1`)
  return rows.length > 0
}

export const findRoleIds = async (tx: OrgTx, canonicals: readonly string[]): Promise<Map<string, number>> => {
  const rows = await tx
    .selectFrom('roles')
    .select(['id', 'canonical'])
    .where(sql<boolean>`canonical = any (${[...canonicals]})`)
    .execute()
  return new Map(rows.map(({ canonical, id }) => [canonical, id]))
}

export const findTeamIds = async (tx: OrgTx, canonicals: readonly string[]): Promise<Map<string, number>> => {
  const rows = await tx
    .selectFrom('teams')
    .select(['id', 'canonical'])
    .where(sql<boolean>`canonical = any (${[...canonicals]})`)
    .execute()
  return new Map(rows.map(({ canonical, id }) => [canonical, id]))
}

interface Place {
  organization_id: number
  id: number
}

/** Those whose metadata was read before then, the oldest first. */
export async function listDue(tx: AccountTx, before: Date): Promise<Place[]> {
  const { rows } = await tx.execute(sql<Place>`select organization_id, id from due_identity_providers(${before})`)
  return rows
}

/** Whose provider an address of ours names. */
export async function findPlaceOf(tx: AccountTx, publicId: string): Promise<Place | undefined> {
  const { rows } = await tx.execute(sql<Place>`select organization_id, id from find_identity_provider(${publicId})`)
  return rows[0]
}

/** The enabled ones that sign people of an organization in: its own first, then those of the nearest above. */
export async function listProvidersFor(tx: AccountTx, organization: string): Promise<(Place & { canonical: string; public_id: string })[]> {
  const { rows } = await tx.execute(
    sql<Place & { canonical: string; public_id: string }>`
      select organization_id, id, canonical, public_id from identity_providers_for(${organization})`,
  )
  return rows
}
