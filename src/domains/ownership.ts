/** Ownership, the same for everything that can be owned. */
import type { Actor } from '../access/actor.ts'
import type { OrgTx } from '../db/organization-tx.ts'
import { invalid } from '../errors.ts'
import type { OrganizationContext } from '../http/context.ts'
import { resolveOwner } from './people.ts'

/** The person who calls, by name: a key is nobody's username. */
export const callerOf = (actor: Actor): { id: number; username: string } | null =>
  actor.kind === 'user' ? { id: actor.id, username: actor.username } : null

/** Only the owner or an administrator of the organization may give a thing to somebody else. */
export function mayHandOver({ actor, access }: Pick<OrganizationContext, 'actor' | 'access'>, ownerId: number | null): boolean {
  if (actor.kind === 'user' && actor.id === ownerId) return true
  return access.rules.rules.some(({ action, resources }) => resources.length === 0 && (action === '**' || action === 'organization:**'))
}

/**
 * Who owns a thing after an update that names `asked`: left out or empty, the owner stays.
 * @param what as a reader knows it: "the team core"
 * @throws Invalid when the caller may not hand it over, or `asked` is not a member
 */
export async function ownerAfter(
  tx: OrgTx,
  context: Pick<OrganizationContext, 'actor' | 'access'>,
  what: string,
  asked: string | undefined,
  present: number | null,
): Promise<number | null> {
  if (!asked) return present
  const ownerId = await resolveOwner(tx, asked, callerOf(context.actor))
  if (ownerId !== present && !mayHandOver(context, present))
    throw invalid(`Only the owner or an administrator may hand ${what} to somebody else`, ['body.owner: may not be changed by you'])
  return ownerId
}
