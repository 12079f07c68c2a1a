/** From what an organization's own identity provider says of somebody to a member with a role and teams. */
import type { AccountTx } from '../../db/account-tx.ts'
import type { Platform } from '../../platform.ts'
import type { OutsideIdentity } from '../sign-in/types.ts'

/**
 * The person of an identity of an organization's own provider; made and added to the organization at the first time, where the
 * provider may. Role and teams follow the groups at every sign-in.
 * @param tx a write in the platform scope
 * @throws Unauthenticated with a sentence for the person
 */
export async function findOrMakeMember(
  _platform: Platform,
  _tx: AccountTx,
  _identity: OutsideIdentity,
): Promise<{ userId: number; identityId: number }> {
  throw new Error('not written yet')
}
