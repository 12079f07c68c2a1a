/** Ownership, the same for everything that can be owned. */
import type { Actor } from '../access/actor.ts'
import type { OrganizationContext } from '../http/context.ts'

/** The person who calls, by name: a key is nobody's username. */
export const callerOf = (actor: Actor): { id: number; username: string } | null => (actor.kind === 'user' ? { id: actor.id, username: actor.username } : null)

/** Only the owner or an administrator of the organization may give a thing to somebody else. */
export function mayHandOver({ actor, access }: Pick<OrganizationContext, 'actor' | 'access'>, ownerId: number | null): boolean {
  if (actor.kind === 'user' && actor.id === ownerId) return true
  return access.rules.rules.some(({ action, resources }) => resources.length === 0 && (action === '**' || action === 'organization:**'))
}
