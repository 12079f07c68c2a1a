import { type Insertable, sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Identities, SignInFlows } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { OutsideIdentity } from './types.ts'

interface Kept {
  provider: string
  identity: OutsideIdentity
  expires_at: Date
}

export const insertCode = ({ db }: AccountTx, { identity, ...row }: Kept & { code_hash: string }) =>
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
  return row && identityOf(row.identity)
}

/** As it was written by insertCode or insertPending. */
const identityOf = (json: unknown): OutsideIdentity => json as OutsideIdentity

export const insertPending = async ({ db }: AccountTx, { identity, ...row }: Kept & { nonce: string }): Promise<number> =>
  (
    await db
      .insertInto('pending_identities')
      .values({ ...row, identity: JSON.stringify(identity) })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id

export async function deletePending(
  { db }: AccountTx,
  provider: string,
  id: number,
): Promise<{ nonce: string; identity: OutsideIdentity } | undefined> {
  const row = await db
    .deleteFrom('pending_identities')
    .where('id', '=', id)
    .where('provider', '=', provider)
    .where('expires_at', '>', new Date())
    .returning(['nonce', 'identity'])
    .executeTakeFirst()
  return row && { nonce: row.nonce, identity: identityOf(row.identity) }
}

export const insertFlow = ({ db }: AccountTx, row: Omit<Insertable<SignInFlows>, 'id'>) =>
  db.insertInto('sign_in_flows').values(row).execute()

/** A flow ends once, and in the browser where it began: otherwise it stays, for whoever it belongs to. */
export const deleteFlow = ({ db }: AccountTx, provider: string, stateHash: string, browserHash: string) =>
  db
    .deleteFrom('sign_in_flows')
    .where('state_hash', '=', stateHash)
    .where('browser_hash', '=', browserHash)
    .where('provider', '=', provider)
    .where('expires_at', '>', new Date())
    .returning(['nonce', 'sealed_verifier', 'return_to'])
    .executeTakeFirst()

type Who = Pick<OutsideIdentity, 'provider' | 'issuer' | 'subject'>

/** Of a provider of the installation; organizations' own are another matter. Its row is locked against being unlinked meanwhile. */
export const lockIdentity = ({ db }: AccountTx, { provider, issuer, subject }: Who) =>
  db
    .selectFrom('identities')
    .select(['id', 'user_id'])
    .where('provider', '=', provider)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('identity_provider_id', 'is', null)
    .forUpdate()
    .executeTakeFirst()

export const noteIdentityUse = ({ db }: AccountTx, id: number, email: string | null) =>
  db.updateTable('identities').set({ last_used_at: new Date(), email }).where('id', '=', id).execute()

/** @returns undefined when there is one for this subject already */
export const insertIdentity = ({ db }: AccountTx, row: Omit<Insertable<Identities>, 'id'>) =>
  db
    .insertInto('identities')
    .values(row)
    .onConflict((conflict) => conflict.columns(['provider', 'issuer', 'subject']).where('identity_provider_id', 'is', null).doNothing())
    .returningAll()
    .executeTakeFirst()

export const findVerifiedAddress = ({ db }: AccountTx, email: string) =>
  db
    .selectFrom('user_emails')
    .select('user_id')
    .where(sql<boolean>`lower(email) = lower(${email})`)
    .where('verified_at', 'is not', null)
    .executeTakeFirst()

/** Of the names, those that somebody has. */
export const listTaken = async ({ db }: AccountTx, names: readonly string[]): Promise<string[]> =>
  (await db.selectFrom('users').select('username').where('username', 'in', names).execute()).map(({ username }) => username)

export const getOwnCanonical = async (tx: OrgTx): Promise<string> =>
  (await tx.selectFrom('organizations').select('canonical').executeTakeFirstOrThrow()).canonical
