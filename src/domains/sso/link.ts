/** An outside identity becomes one of an account. */
import type { Origin } from '../../access/sessions.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { alreadyExists } from '../../errors.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { insertIdentity } from './identity-queries.ts'
import type { OutsideIdentity } from './types.ts'

export const providerNames = { google: 'Google', github: 'GitHub', azuread: 'Azure AD', saml2: 'SAML' } as const

/**
 * Only of a provider of the installation. The account's row must be locked.
 * @throws AlreadyExists when it belongs to an account already
 */
export async function link(
  tx: AccountTx,
  person: { id: number; username: string },
  { provider, issuer, subject, email, identityProvider }: OutsideIdentity,
  origin: Origin,
) {
  if (identityProvider) throw new Error('an identity of an organization would be linked to an account')
  const row = await insertIdentity(tx, {
    user_id: person.id,
    provider,
    issuer,
    subject,
    email,
    confined_to: null,
    identity_provider_id: null,
  })
  if (!row) throw alreadyExists('an account that signs in with this identity')
  await noteAccountEvent(tx, {
    userId: person.id,
    action: 'identity_linked',
    // Organizations read it: which address the person has there is not theirs to know.
    message: `${person.username} can sign in with ${providerNames[provider]} from now on`,
    origin,
    confinedTo: null,
  })
  return row
}
