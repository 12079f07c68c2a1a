import type { AccountTx } from '../../db/account-tx.ts'
import type { OutsideIdentity } from './types.ts'

interface NewCode {
  code_hash: string
  provider: string
  identity: OutsideIdentity
  expires_at: Date
}

export const insertCode = ({ db }: AccountTx, { identity, ...row }: NewCode) =>
  db
    .insertInto('sign_in_codes')
    .values({ ...row, identity: JSON.stringify(identity) })
    .execute()

/** Of two who redeem at once, on any process, one gets the row. */
export async function deleteCode({ db }: AccountTx, provider: string, codeHash: string): Promise<OutsideIdentity | undefined> {
  const row = await db
    .deleteFrom('sign_in_codes')
    .where('code_hash', '=', codeHash)
    .where('provider', '=', provider)
    .where('expires_at', '>', new Date())
    .returning('identity')
    .executeTakeFirst()
  return row && readIdentity(row.identity)
}

/** As `issueCode` wrote it. */
const readIdentity = (json: unknown): OutsideIdentity => json as OutsideIdentity
