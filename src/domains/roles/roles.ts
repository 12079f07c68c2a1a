/** What is true of roles. Every function works in the transaction it is handed. */
import { assertMayGrant } from '../../access/cover.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import * as queries from './queries.ts'
import { readRules } from './rule-input.ts'
import type { RoleRow } from './view.ts'

type Granter = Pick<OrganizationContext, 'access' | 'organization'>

export async function getRole(tx: OrgTx, canonical: string): Promise<RoleRow> {
  const role = await queries.findRole(tx, canonical)
  if (!role) throw notFound(`role ${canonical}`)
  return role
}

export async function createRole(tx: OrgTx, granter: Granter, canonical: string, body: Schema<'NewRole'>): Promise<RoleRow> {
  const rules = await readRules(tx, granter.organization.canonical, body.rules)
  assertMayGrant(granter, rules)
  const { id } = await queries.insertRole(tx, { canonical, name: body.name, description: body.description ?? '' })
  await queries.insertRules(tx, { role_id: id }, rules)
  return getRole(tx, canonical)
}

/**
 * Replaces name, description and all rules. Whoever may not hand a role out may not change it either, not even into less:
 * otherwise the right to change roles would be one to disarm administrators.
 */
export async function updateRole(tx: OrgTx, granter: Granter, canonical: string, body: Schema<'NewRole'>): Promise<RoleRow> {
  if (body.canonical !== undefined && body.canonical !== canonical)
    throw invalid('The canonical of a role cannot be changed', [`body.canonical: must be ${canonical}, or left out`])
  const { id, rules: present } = await lockOwnRole(tx, canonical)
  const rules = await readRules(tx, granter.organization.canonical, body.rules)
  assertMayGrant(granter, present)
  assertMayGrant(granter, rules)
  await queries.updateRole(tx, id, { name: body.name, description: body.description ?? '', updated_at: new Date() })
  await queries.deleteRules(tx, id)
  await queries.insertRules(tx, { role_id: id }, rules)
  return getRole(tx, canonical)
}

/** @throws Conflict naming how many hold it; whoever takes it in the same moment is stopped by the constraints */
export async function removeRole(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockOwnRole(tx, canonical)
  const { members, teams } = await queries.countHolders(tx, id)
  if (members > 0 || teams > 0) {
    const holders = [counted(members, 'member'), counted(teams, 'team')].filter(Boolean).join(' and ')
    throw conflict(`The role ${canonical} is in use by ${holders}: give them another role first`)
  }
  await queries.deleteRole(tx, id)
}

async function lockOwnRole(tx: OrgTx, canonical: string) {
  const role = await queries.lockRole(tx, canonical)
  if (!role) throw notFound(`role ${canonical}`)
  if (role.built_in) throw forbidden(`The role ${canonical} is built in and stays as it is: make a role of your own beside it`)
  return role
}

const counted = (count: number, what: string): string => (count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`)
