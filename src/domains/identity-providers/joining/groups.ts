/** Roles and teams that follow the groups which an identity provider sends, at every sign-in. */
import type { OrgTx } from '../../../db/organization-tx.ts'
import { auditEvent } from '../../events/audit.ts'
import { insertEvent } from '../../events/queries.ts'
import { findOtherAdministrator, lockAdministratorRole } from '../../members/queries.ts'
import { deleteTeamMember, insertTeamMember } from '../../teams/queries.ts'
import { findRoleIds, findTeamIds, type ProviderRow } from '../queries.ts'
import { listTeamIdsOf, setRole } from './queries.ts'

type Provider = Pick<ProviderRow, 'name' | 'group_mappings' | 'default_role_id' | 'default_role_canonical'>

/** What the groups of somebody give. */
export interface Given {
  /** Null: no mapping speaks of roles, so the present one stays. */
  role: { id: number; canonical: string } | null
  /** The teams that mappings name, and whether the person is to be in them. */
  teams: { id: number; canonical: string; isIn: boolean }[]
}

/** Roles and teams that were deleted since the mapping was written are skipped; the provider's `problem` names them. */
export async function givenBy(tx: OrgTx, provider: Provider, groups: readonly string[]): Promise<Given> {
  const { group_mappings: mappings } = provider
  const held = new Set(groups)
  return { role: await roleBy(tx, provider, held), teams: await teamsBy(tx, mappings, held) }
}

async function roleBy(tx: OrgTx, { group_mappings, ...provider }: Provider, held: ReadonlySet<string>): Promise<Given['role']> {
  const mappings = group_mappings.flatMap(({ group, role_canonical }) => (role_canonical === undefined ? [] : [{ group, role_canonical }]))
  if (mappings.length === 0) return null
  const ids = await findRoleIds(
    tx,
    mappings.map(({ role_canonical }) => role_canonical),
  )
  for (const { group, role_canonical: canonical } of mappings) {
    const id = ids.get(canonical)
    if (id !== undefined && held.has(group)) return { id, canonical }
  }
  return { id: provider.default_role_id, canonical: provider.default_role_canonical }
}

async function teamsBy(tx: OrgTx, group_mappings: Provider['group_mappings'], held: ReadonlySet<string>): Promise<Given['teams']> {
  const mappings = group_mappings.flatMap(({ group, team_canonical }) => (team_canonical === undefined ? [] : [{ group, team_canonical }]))
  if (mappings.length === 0) return []
  const ids = await findTeamIds(
    tx,
    mappings.map(({ team_canonical }) => team_canonical),
  )
  return [...ids].map(([canonical, id]) => ({
    id,
    canonical,
    isIn: mappings.some(({ group, team_canonical }) => team_canonical === canonical && held.has(group)),
  }))
}

interface Follower {
  memberId: number
  username: string
  roleId: number
}

/** Leaves an event for each change. The last administrator stays one, whatever the groups say. */
export async function follow(tx: OrgTx, provider: Provider, { memberId, username, roleId }: Follower, given: Given): Promise<void> {
  const tell = (title: string, message: string, tags: Record<string, string>) =>
    insertEvent(
      tx,
      auditEvent({ entity: 'member', action: 'update', title, message, tags: { name: username, user: provider.name, ...tags } }),
    )
  if (given.role !== null && given.role.id !== roleId) {
    const { id: role_id, canonical: role } = given.role
    const administrators = await lockAdministratorRole(tx)
    if (roleId === administrators.id && !(await findOtherAdministrator(tx, administrators.id, memberId)))
      await tell(
        'A member has kept their role',
        `The groups of ${username} at ${provider.name} give the role ${role}, but this is the last administrator of the organization`,
        { role },
      )
    else {
      await setRole(tx, memberId, role_id)
      await tell('A member has been updated', `The groups of ${username} at ${provider.name} gave them the role ${role}`, { role })
    }
  }
  const present = await listTeamIdsOf(tx, memberId)
  for (const { id, canonical: team, isIn } of given.teams) {
    if (isIn === present.has(id)) continue
    if (isIn) await insertTeamMember(tx, id, memberId)
    else await deleteTeamMember(tx, id, memberId)
    const done = isIn ? 'put them into' : 'took them out of'
    await tell('A member has been updated', `The groups of ${username} at ${provider.name} ${done} the team ${team}`, { team })
  }
}
