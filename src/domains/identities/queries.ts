import { sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'

export const listIdentities = ({ db }: AccountTx, userId: number) =>
  db
    .selectFrom('identities')
    .leftJoin('organizations', 'organizations.id', 'identities.confined_to')
    .selectAll('identities')
    .select('organizations.canonical as organization')
    .where('identities.user_id', '=', userId)
    .orderBy('identities.id', 'desc')
    .execute()

/** @returns undefined when it is not the person's. Its sessions end with it. */
export const deleteIdentity = ({ db }: AccountTx, id: number, userId: number) =>
  db
    .deleteFrom('identities')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning(['provider', 'email', 'confined_to'])
    .executeTakeFirst()

export const hasVerifiedAddress = async ({ db }: AccountTx, userId: number): Promise<boolean> =>
  (await db
    .selectFrom('user_emails')
    .select('id')
    .where('user_id', '=', userId)
    .where('verified_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()) !== undefined

/** By what else than a password the person can sign in to the account itself. */
export async function listWaysIn(
  { db }: AccountTx,
  userId: number,
): Promise<{ password: boolean; passkeys: boolean; identities: string[] }> {
  return db
    .selectFrom('users')
    .select([
      sql<boolean>`password_hash is not null`.as('password'),
      sql<boolean>`exists (select from passkeys p where p.user_id = users.id)`.as('passkeys'),
      sql<string[]>`array(select i.provider from identities i where i.user_id = users.id and i.identity_provider_id is null)`.as(
        'identities',
      ),
    ])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
}
