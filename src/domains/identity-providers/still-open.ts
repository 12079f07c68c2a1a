import type { AccountTx } from '../../db/account-tx.ts'
import { unauthenticated } from '../../errors.ts'
import { shareProviderOf } from './joining/queries.ts'

/**
 * Between finding out who it is and the session that was just made, the provider may have been turned off: whoever did that ended
 * the sessions of that moment, and did not see this one. Whoever is doing it now is waited for.
 * @throws Unauthenticated when the provider signs nobody in any more
 */
export async function assertStillOpen(
  tx: AccountTx,
  { organizationId, identityId }: { organizationId: number; identityId: number },
): Promise<void> {
  const provider = await tx.inOrganization(organizationId, null, (inside) => shareProviderOf(inside, identityId))
  if (!provider?.enabled) throw unauthenticated('The identity provider was turned off a moment ago')
}
