import { type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Teams } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'
import { roleIn, rulesOf } from '../roles/simple.ts'
import type { RoleRow } from '../roles/view.ts'

export type TeamRow = NonNullable<Awaited<ReturnType<typeof findTeam>>>

/** A person in a team; as JSON beside a team its times are text. */
export interface TeamMemberRow {
  id: number
  username: string
  email: string
  given_name: string
  family_name: string
  picture_url: string | null
  mfa_enabled: boolean
  last_login_at: Date | string | null
  created_at: Date | string
}

const roles: RawBuilder<RoleRow[]> = sql`(
  select coalesce(jsonb_agg(${roleIn('tr.role_id')} order by tr.role_id), '[]')
  from team_roles tr where tr.organization_id = teams.organization_id and tr.team_id = teams.id)`

const memberCount: RawBuilder<number> = sql`(
  select count(*) from team_members tm where tm.organization_id = teams.organization_id and tm.team_id = teams.id)`

/** Those who came first. */
const membersPreview: RawBuilder<TeamMemberRow[]> = sql`(
  select coalesce(jsonb_agg(to_jsonb(preview) order by preview.created_at, preview.id), '[]') from (
    select m.id, p.username, p.email, p.given_name, p.family_name, p.picture_url, p.mfa_enabled, p.last_login_at, tm.created_at
    from team_members tm
    join members m on m.organization_id = tm.organization_id and m.id = tm.member_id
    join people p on p.id = m.user_id
    where tm.organization_id = teams.organization_id and tm.team_id = teams.id
    order by tm.created_at, m.id limit 6) preview)`

/** A team with everything its view shows. */
const selectTeams = (tx: OrgTx) =>
  tx
    .selectFrom('teams')
    .selectAll('teams')
    .select(personIn('teams.owner_id').as('owner'))
    .select(roles.as('roles'))
    .select(memberCount.as('member_count'))
    .select(membersPreview.as('members_preview'))

export interface TeamFilters extends PageQuery {
  team_name?: string
  team_description?: string
  team_created_at?: number
  member_id?: number
}

export async function listTeams(tx: OrgTx, query: TeamFilters, filters: readonly Filter[], visible: Visibility) {
  let found = selectTeams(tx)
  if (query.team_name !== undefined) found = found.where('teams.name', '=', query.team_name)
  // Clients may ask by description, but no operation ever gave a team one: all are empty.
  if (query.team_description) found = found.where(sql<boolean>`false`)
  if (query.team_created_at !== undefined)
    found = found.where(sql`extract(epoch from date_trunc('second', teams.created_at))`, '=', query.team_created_at)
  if (query.member_id !== undefined) found = found.where(isOwnedByMember(query.member_id))
  found = applyFilters(found, filters, { team_canonical: 'teams.canonical', team_name: 'teams.name' })
  found = whereVisible(found, visible, sql`':team:' || teams.canonical`, 'teams.owner_id')
  return page(found, query, {
    columns: {
      team_canonical: 'teams.canonical',
      team_name: 'teams.name',
      team_created_at: 'teams.created_at',
      team_updated_at: 'teams.updated_at',
    },
    tieBreaker: 'teams.id',
  })
}

const isOwnedByMember = (memberId: number): RawBuilder<boolean> =>
  sql`exists (select from members m where m.organization_id = teams.organization_id and m.id = ${memberId} and m.user_id = teams.owner_id)`

export const findTeam = (tx: OrgTx, canonical: string) => selectTeams(tx).where('teams.canonical', '=', canonical).executeTakeFirst()

export const lockTeam = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('teams').selectAll().where('canonical', '=', canonical).forUpdate().executeTakeFirst()

export const insertTeam = (tx: OrgTx, row: { canonical: string; name: string; owner_id: number | null }) =>
  tx.insertInto('teams', row).returning('id').executeTakeFirstOrThrow()

export const updateTeam = (tx: OrgTx, id: number, row: Updateable<Teams>) => tx.updateTable('teams').set(row).where('id', '=', id).execute()

export const deleteTeam = (tx: OrgTx, id: number) => tx.deleteFrom('teams').where('id', '=', id).execute()

/** Roles by their canonicals, with the rules that they would give. */
export const findRoles = (tx: OrgTx, canonicals: readonly string[]) =>
  tx
    .selectFrom('roles')
    .select(['roles.id', 'roles.canonical', rulesOf('roles.id').as('rules')])
    .where(sql<boolean>`roles.canonical = any (${[...canonicals]})`)
    .execute()

export const findRolesOfTeam = (tx: OrgTx, teamId: number) =>
  tx
    .selectFrom('team_roles')
    .select(['team_roles.role_id as id', rulesOf('team_roles.role_id').as('rules')])
    .where('team_roles.team_id', '=', teamId)
    .execute()

export async function replaceRolesOfTeam(tx: OrgTx, teamId: number, roleIds: readonly number[]): Promise<void> {
  await tx.deleteFrom('team_roles').where('team_id', '=', teamId).execute()
  await tx
    .insertInto(
      'team_roles',
      roleIds.map((role_id) => ({ team_id: teamId, role_id })),
    )
    .execute()
}

function selectTeamMembers(tx: OrgTx, teamCanonical: string) {
  return tx
    .selectFrom('team_members')
    .innerJoin('teams', (join) =>
      join.onRef('teams.organization_id', '=', 'team_members.organization_id').onRef('teams.id', '=', 'team_members.team_id'),
    )
    .innerJoin('members', (join) =>
      join.onRef('members.organization_id', '=', 'team_members.organization_id').onRef('members.id', '=', 'team_members.member_id'),
    )
    .innerJoin('people', 'people.id', 'members.user_id')
    .select(['members.id', 'people.username', 'people.email', 'people.given_name', 'people.family_name', 'people.picture_url'])
    .select(['people.mfa_enabled', 'people.last_login_at', 'team_members.created_at'])
    .where('teams.canonical', '=', teamCanonical)
}

export const listTeamMembers = (tx: OrgTx, team: string, query: PageQuery, visible: Visibility) =>
  page(
    whereVisible(selectTeamMembers(tx, team), visible, sql`':team:' || teams.canonical || ':member:' || members.id`, 'teams.owner_id'),
    query,
    {
      columns: { user_canonical: 'people.username', member_created_at: 'team_members.created_at' },
      tieBreaker: 'members.id',
    },
  )

export const findTeamMember = (tx: OrgTx, team: string, memberId: number) =>
  selectTeamMembers(tx, team).where('members.id', '=', memberId).executeTakeFirst()

export const insertTeamMember = (tx: OrgTx, teamId: number, memberId: number) =>
  tx.insertInto('team_members', { team_id: teamId, member_id: memberId }).execute()

export const deleteTeamMember = (tx: OrgTx, teamId: number, memberId: number) =>
  tx.deleteFrom('team_members').where('team_id', '=', teamId).where('member_id', '=', memberId).execute()

/** Only who has accepted: an invitation has no account yet that could use a team's roles. */
export const findMemberNamed = (tx: OrgTx, username: string) =>
  tx
    .selectFrom('members')
    .innerJoin('people', 'people.id', 'members.user_id')
    .select('members.id')
    .where('people.username', '=', username)
    .where('members.invitation_state', '=', 'accepted')
    .executeTakeFirst()
