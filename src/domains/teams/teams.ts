/** What is true of teams. Every function works in the transaction it is handed. */
import { accountOf } from '../../access/actor.ts'
import { assertMayGrant } from '../../access/cover.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { callerOf, ownerAfter } from '../ownership.ts'
import { resolveOwner } from '../people.ts'
import * as queries from './queries.ts'

type Caller = Pick<OrganizationContext, 'actor' | 'access'>

export async function getTeam(tx: OrgTx, canonical: string): Promise<queries.TeamRow> {
  const team = await queries.findTeam(tx, canonical)
  if (!team) throw notFound(`team ${canonical}`)
  return team
}

async function lockTeam(tx: OrgTx, canonical: string) {
  const team = await queries.lockTeam(tx, canonical)
  if (!team) throw notFound(`team ${canonical}`)
  return team
}

/** Members get the roles of their team, so nobody gives a team more than they hold. */
export async function createTeam(tx: OrgTx, caller: Caller, canonical: string, body: Schema<'NewTeam'>): Promise<queries.TeamRow> {
  const roles = await resolveRoles(tx, body.roles_canonical)
  assertMayGrant(
    caller,
    roles.flatMap(({ rules }) => rules),
  )
  const owner_id = body.owner ? await resolveOwner(tx, body.owner, callerOf(caller.actor)) : accountOf(caller.actor)
  const { id } = await queries.insertTeam(tx, { canonical, name: body.name, owner_id })
  await queries.replaceRolesOfTeam(
    tx,
    id,
    roles.map((role) => role.id),
  )
  return getTeam(tx, canonical)
}

/** Roles that the team has already may stay whoever updates it; only what is added must be the caller's to give. */
export async function updateTeam(tx: OrgTx, caller: Caller, canonical: string, body: Schema<'UpdateTeam'>): Promise<queries.TeamRow> {
  if (body.canonical !== canonical) throw invalid('The canonical of a team cannot be changed', [`body.canonical: must be ${canonical}`])
  const team = await lockTeam(tx, canonical)
  const roles = await resolveRoles(tx, body.roles_canonical)
  const present = new Set((await queries.findRolesOfTeam(tx, team.id)).map(({ id }) => id))
  assertMayGrant(
    caller,
    roles.filter(({ id }) => !present.has(id)).flatMap(({ rules }) => rules),
  )
  const owner_id = await ownerAfter(tx, caller, `the team ${canonical}`, body.owner, team.owner_id)
  await queries.updateTeam(tx, team.id, { name: body.name, owner_id, updated_at: new Date() })
  await queries.replaceRolesOfTeam(
    tx,
    team.id,
    roles.map(({ id }) => id),
  )
  return getTeam(tx, canonical)
}

export async function removeTeam(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockTeam(tx, canonical)
  await queries.deleteTeam(tx, id)
}

/**
 * Whoever is added gets the team's roles at once, so adding is granting. The lock keeps the roles as they were checked.
 * @throws NotFound for people who are not members, in the same words whether or not they have an account
 */
export async function assignMember(tx: OrgTx, caller: Caller, canonical: string, username: string): Promise<queries.TeamMemberRow> {
  const team = await lockTeam(tx, canonical)
  const member = await queries.findMemberNamed(tx, username)
  if (!member) throw notFound(`member ${username.slice(0, 100)}`)
  const roles = await queries.findRolesOfTeam(tx, team.id)
  assertMayGrant(
    caller,
    roles.flatMap(({ rules }) => rules),
  )
  await queries.insertTeamMember(tx, team.id, member.id)
  return getTeamMember(tx, canonical, member.id)
}

export async function getTeamMember(tx: OrgTx, canonical: string, memberId: number): Promise<queries.TeamMemberRow> {
  const member = await queries.findTeamMember(tx, canonical, memberId)
  if (member) return member
  await getTeam(tx, canonical)
  throw notFound(`member ${memberId} of the team ${canonical}`)
}

/** @returns who it was */
export async function unassignMember(tx: OrgTx, canonical: string, memberId: number): Promise<queries.TeamMemberRow> {
  const team = await lockTeam(tx, canonical)
  const member = await getTeamMember(tx, canonical, memberId)
  await queries.deleteTeamMember(tx, team.id, memberId)
  return member
}

/** A team shows all rules of its roles, and is read by everybody who lists teams. */
const mostRoles = 50

async function resolveRoles(tx: OrgTx, canonicals: readonly string[]) {
  if (canonicals.length > mostRoles)
    throw invalid('These are too many roles for a team', [`body.roles_canonical: must hold at most ${mostRoles} roles`])
  if (canonicals.length === 0) throw invalid('A team needs at least one role', ['body.roles_canonical: must hold at least one role'])
  const roles = await queries.findRoles(tx, canonicals)
  const known = new Set(roles.map(({ canonical }) => canonical))
  const unknown = canonicals.flatMap((canonical, index) =>
    known.has(canonical) ? [] : [`body.roles_canonical[${index}]: unknown role ${canonical}`],
  )
  if (unknown.length > 0) throw invalid('A role of the team does not exist', unknown.slice(0, 20))
  return roles
}
