/** What is true of organizations. Every function works in the transaction it is handed. */
import type { Actor } from '../../access/actor.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, notFound } from '../../errors.ts'
import { endSubscription } from '../billing/leaving.ts'
import { seatsChanged } from '../billing/seats.ts'
import { listChildIds } from '../children/queries.ts'
import { leaveBills } from '../cloud-cost-accounts/leaving.ts'
import * as queries from './queries.ts'
import type { OrganizationRow } from './view.ts'

export async function getOrganization(tx: OrgTx): Promise<OrganizationRow> {
  const organization = await queries.findOrganization(tx)
  if (!organization) throw notFound('organization')
  return organization
}

export async function lockOrganization(tx: OrgTx, strength: Parameters<typeof queries.lockOrganization>[1]) {
  const organization = await queries.lockOrganization(tx, strength)
  if (!organization) throw notFound('organization')
  return organization
}

/** What is absent stays as it is. */
export async function updateOrganization(tx: OrgTx, body: Schema<'UpdateOrganization'>): Promise<OrganizationRow> {
  const before = await lockOrganization(tx, 'no key update')
  const {
    can_children_create_appearance = before.can_children_create_appearance,
    quotas = before.quotas,
    mfa_enabled = before.mfa_enabled,
  } = body
  await queries.updateOrganization(tx, { name: body.name, quotas, mfa_enabled, can_children_create_appearance, updated_at: new Date() })
  if (can_children_create_appearance !== before.can_children_create_appearance) await tellChildren(tx, can_children_create_appearance)
  return getOrganization(tx)
}

/** The parent decides, now as at their founding. */
async function tellChildren(tx: OrgTx, can_create_appearance: boolean): Promise<void> {
  for (const id of await listChildIds(tx))
    await tx.inOrganization(id, (child) => queries.updateOrganization(child, { can_create_appearance }))
}

/**
 * @returns the organization above, which is told; null above a root
 * @throws Conflict naming what is left in it
 */
export async function removeOrganization(tx: OrgTx): Promise<{ parent_id: number | null }> {
  const { canonical, parent_id } = await lockOrganization(tx, 'update')
  const { projects, children } = await queries.countContents(tx)
  const left = [counted(projects, 'project', 'projects'), counted(children, 'child organization', 'child organizations')].filter(Boolean)
  if (left.length > 0) throw conflict(`The organization ${canonical} still has ${left.join(' and ')}: delete them first`)
  await endSubscription(tx)
  await leaveBills(tx)
  await queries.deleteOrganization(tx)
  // Its people may be in no other organization under the same root.
  if (parent_id !== null) await tx.inOrganization(parent_id, seatsChanged)
  return { parent_id }
}

const counted = (count: number, one: string, many: string): string => (count === 0 ? '' : `${count} ${count === 1 ? one : many}`)

/** Through which organization the caller has access: see `listAncestors`. */
export const homeOf = (actor: Actor) => (actor.kind === 'user' ? { accountId: actor.id } : { organizationId: actor.organizationId })
