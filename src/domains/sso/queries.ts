import { sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'

/** @returns false when it was here before, on whatever process; whoever comes at the same moment waits for the answer */
export const rememberAssertion = async ({ db }: AccountTx, assertionHash: string, expiresAt: Date): Promise<boolean> =>
  (await db
    .insertInto('used_assertions')
    .values({ assertion_hash: assertionHash, expires_at: expiresAt })
    .onConflict((on) => on.column('assertion_hash').doNothing())
    .returning('assertion_hash')
    .executeTakeFirst()) !== undefined

/** Ends a sign-in that began here. @returns undefined when there is none, or not at this provider */
export const deleteSamlFlow = ({ db }: AccountTx, stateHash: string, identityProviderId: number | null) =>
  db
    .deleteFrom('sign_in_flows')
    .where('provider', '=', 'saml2')
    .where('state_hash', '=', stateHash)
    .where(sql<boolean>`identity_provider_id is not distinct from ${identityProviderId}`)
    .where('expires_at', '>', new Date())
    .returning('return_to')
    .executeTakeFirst()
