/** What is true of child organizations. */
import { type Actor, nameOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { foundOrganization } from '../organizations/found.ts'
import { lockOrganization } from '../organizations/organizations.ts'
import type { OrganizationRow } from '../organizations/view.ts'
import { findChild, findMemberName } from './queries.ts'

/** Founded in the parent's transaction: the child and the parent's event are there together, or neither. */
export async function foundChild(
  tx: OrgTx,
  actor: Actor,
  { canonical, name, master }: { canonical: string; name: string; master: MasterKeys },
): Promise<OrganizationRow> {
  // Shared: the parent's word about appearances holds until the child is there, and children may be founded side by side.
  const parent = await lockOrganization(tx, 'share')
  const founder = await founderOf(tx, actor)
  const key = actor.kind === 'api_key' ? { id: actor.id, name: nameOf(actor) } : undefined
  const id = await foundOrganization(
    { execute: (statement) => tx.execute(statement), into: (into, run) => tx.inOrganization(into, run) },
    { canonical, name, parent, founder, key, master },
  )
  const child = await findChild(tx, id)
  if (!child) throw new Error('the child is not its parent’s')
  return child
}

/** Whoever calls. For a key its owner, as long as that is a member here: the child is not handed to somebody who left. */
async function founderOf(tx: OrgTx, actor: Actor): Promise<{ id: number; name: string } | null> {
  if (actor.kind === 'user') return { id: actor.id, name: actor.username }
  const name = actor.ownerId === null ? undefined : await findMemberName(tx, actor.ownerId)
  return actor.ownerId !== null && name !== undefined ? { id: actor.ownerId, name } : null
}
