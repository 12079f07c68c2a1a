/** Throws away what is over: rows that expire by themselves are not looked at again, but they take room. */
import { forgetOldAttempts } from '../../access/rate-limit.ts'
import { AccountTx } from '../../db/account-tx.ts'
import type { Platform } from '../../platform.ts'
import { forgetOldAccountEvents } from './account-events.ts'

const expiring = ['sessions', 'login_challenges', 'sign_in_flows', 'sign_in_codes', 'pending_identities', 'used_assertions'] as const

export async function tidy(platform: Platform): Promise<void> {
  await forgetOldAttempts(platform)
  await AccountTx.write(platform.database, { kind: 'platform' }, forgetOldAccountEvents)
  const now = new Date()
  for (const table of expiring)
    await AccountTx.write(platform.database, { kind: 'platform' }, ({ db }) => db.deleteFrom(table).where('expires_at', '<', now).execute())
}
