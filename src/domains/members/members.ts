/** What is true of members. Every function works in the transaction it is handed. */
import { assertMayGrant, covers } from '../../access/cover.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { seatsChanged } from '../billing/seats.ts'
import { findRole } from '../roles/queries.ts'
import type { RoleRow } from '../roles/view.ts'
import * as queries from './queries.ts'
import type { MemberRow } from './view.ts'

type Granter = Pick<OrganizationContext, 'access'>

export async function getMember(tx: OrgTx, id: number): Promise<MemberRow> {
  const member = await queries.findMember(tx, id)
  if (!member) throw notFound(`member ${id}`)
  return member
}

/** How messages and events name somebody. */
export const nameOfMember = ({ person, invitation_email, id }: MemberRow): string => person?.username ?? invitation_email ?? String(id)

/**
 * The role named in a body, if the caller may hand it out.
 * @throws Invalid naming the field; Unauthorized when the role goes beyond what the caller may do
 */
export async function grantableRole(tx: OrgTx, granter: Granter, canonical: string): Promise<RoleRow> {
  const role = await findRole(tx, canonical)
  if (!role) throw invalid(`There is no role ${canonical}`, ['body.role_canonical: unknown role'])
  assertMayGrant(granter, role.rules)
  return role
}

export async function changeRole(tx: OrgTx, granter: Granter, id: number, roleCanonical: string): Promise<MemberRow> {
  const administrators = await queries.lockAdministratorRole(tx)
  const member = await lockMember(tx, id)
  const role = await grantableRole(tx, granter, roleCanonical)
  if (role.id !== administrators.id) await assertMayDisarm(tx, granter, administrators.id, member)
  await queries.updateMember(tx, id, { role_id: role.id, updated_at: new Date() })
  return getMember(tx, id)
}

/** A member leaves all teams, loses the keys they own here and what its identity providers vouched for; all else they own stays theirs. */
export async function removeMember(tx: OrgTx, granter: Granter, id: number): Promise<MemberRow> {
  const administrators = await queries.lockAdministratorRole(tx)
  const member = await lockMember(tx, id)
  await assertMayDisarm(tx, granter, administrators.id, member)
  const before = await getMember(tx, id)
  if (member.user_id !== null) {
    await queries.deleteKeysOf(tx, member.user_id)
    await queries.deleteOutsideIdentities(tx, member.user_id)
  }
  await queries.deleteMember(tx, id)
  await seatsChanged(tx)
  return before
}

type Standing = { id: number; role_id: number; invitation_state: string }

/** The right to manage members is not one to disarm administrators, nor those who are invited to become one. */
export async function assertMayDisarm(tx: OrgTx, { access }: Granter, administratorRoleId: number, member: Standing): Promise<void> {
  if (member.role_id !== administratorRoleId) return
  if (!covers(access.rules, { action: 'organization:**' }, access.organization.canonical))
    throw forbidden('Only an administrator may remove an administrator, or give one another role')
  await assertAnotherAdministrator(tx, administratorRoleId, member)
}

/**
 * For everything that takes an administrator away, such as deleting an account.
 * @param administratorRoleId of `lockAdministratorRole`, which must be held
 * @throws Conflict when the member is the only administrator
 */
export async function assertAnotherAdministrator(tx: OrgTx, administratorRoleId: number, member: Standing): Promise<void> {
  if (member.invitation_state !== 'accepted' || member.role_id !== administratorRoleId) return
  if (await queries.findOtherAdministrator(tx, administratorRoleId, member.id)) return
  throw conflict('This is the last administrator of the organization: make somebody else an administrator first')
}

async function lockMember(tx: OrgTx, id: number) {
  const member = await queries.lockMember(tx, id)
  if (!member) throw notFound(`member ${id}`)
  return member
}
