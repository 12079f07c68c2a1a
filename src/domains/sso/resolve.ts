/** Whose an outside identity is. */
import type { Origin } from '../../access/sessions.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { lockUser } from '../accounts/queries.ts'
import { findOrMakeMember } from '../identity-providers/member.ts'
import { findPerson } from '../login/queries.ts'
import type { Place } from '../login/session.ts'
import type { Proven } from '../login/sign-in.ts'
import { findVerifiedAddress, getOwnCanonical, lockIdentity, noteIdentityUse } from './identity-queries.ts'
import { link } from './link.ts'
import type { OutsideIdentity } from './types.ts'

/**
 * A known identity is its person's. An unknown one becomes the person's whose verified address it has, when the provider vouches
 * for the address too: an address that either side only claims proves nothing.
 * @param tx a write in the platform scope
 * @returns undefined for somebody without an account
 */
export async function resolve(
  platform: Platform,
  tx: AccountTx,
  identity: OutsideIdentity,
  origin: Origin,
): Promise<{ proven: Proven; place: Place } | undefined> {
  if (identity.identityProvider)
    return resolveMember(platform, tx, identity, { organizationId: identity.identityProvider.organizationId, origin })
  const found = (await lockIdentity(tx, identity)) ?? (await linkByAddress(tx, identity, origin))
  if (!found) return undefined
  await noteIdentityUse(tx, found.id, identity.email)
  const proven = { ...(await proofOf(tx, found.user_id, identity)), confinedTo: null, identityId: found.id }
  return { proven, place: {} }
}

/** An organization's own provider speaks for that organization alone: the session is confined to it. */
async function resolveMember(
  platform: Platform,
  tx: AccountTx,
  identity: OutsideIdentity,
  { organizationId, origin }: { organizationId: number; origin: Origin },
) {
  const { userId, identityId } = await findOrMakeMember(platform, tx, identity, origin)
  const organization = await tx.inOrganization(organizationId, null, getOwnCanonical)
  const proven = { ...(await proofOf(tx, userId, identity)), confinedTo: organizationId, identityId }
  return { proven, place: { organization } }
}

async function proofOf(tx: AccountTx, userId: number, { provider }: OutsideIdentity) {
  const person = await findPerson(tx, userId)
  if (!person) throw unauthenticated('The account is gone')
  return { person, method: provider, secondFactor: null }
}

async function linkByAddress(tx: AccountTx, identity: OutsideIdentity, origin: Origin) {
  const { email, emailVerified } = identity
  if (!emailVerified || email === null) return undefined
  const holder = await findVerifiedAddress(tx, email)
  const user = holder && (await lockUser(tx, holder.user_id))
  // Once more behind the lock: the address may have been given up, or the identity linked, a moment ago.
  if (!user || (await findVerifiedAddress(tx, email))?.user_id !== user.id) return undefined
  return (await lockIdentity(tx, identity)) ?? link(tx, user, identity, origin)
}
