/** For `npm run keys -- rewrap`: secrets of authenticator apps are sealed by the master key itself. */
import { AccountTx } from '../../db/account-tx.ts'
import type { Database } from '../../db/pool.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { listTotpWrappers, lockTotpSecretsAfter, updateSealedTotp } from './queries.ts'
import { contextOfTotp } from './totp.ts'

const scope = { kind: 'platform' } as const
const batch = 500

/** A few hundred people in one transaction. Answers how many it changed. */
export async function rewrapTotpSecrets(database: Database, master: MasterKeys): Promise<number> {
  let total = 0
  for (let after: number | undefined = 0; after !== undefined; ) {
    const done = await AccountTx.write(database, scope, (tx) => rewrapAfter(tx, master, after ?? 0))
    total += done.changed
    after = done.last
  }
  return total
}

async function rewrapAfter(tx: AccountTx, master: MasterKeys, userId: number): Promise<{ changed: number; last: number | undefined }> {
  const rows = await lockTotpSecretsAfter(tx, userId, batch)
  const old = rows.filter(({ sealed }) => !master.isCurrent(sealed))
  for (const { user_id, sealed } of old) {
    const context = contextOfTotp(user_id)
    await updateSealedTotp(tx, user_id, master.wrap(master.unwrap(sealed, context), context))
  }
  return { changed: old.length, last: rows.at(-1)?.user_id }
}

/** What their wrapping begins with: the id of the master key. */
export const wrappersOfTotpSecrets = (database: Database): Promise<string[]> => AccountTx.read(database, scope, listTotpWrappers)
