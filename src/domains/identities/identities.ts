/** Accounts at outside providers that a person signs in with, and how they come and go. */
import type { Actor } from '../../access/actor.ts'
import { assertFresh, type Origin } from '../../access/sessions.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { conflict, forbidden, invalid, notFound, unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { lockUser } from '../accounts/queries.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { redeemCode } from '../sso/codes.ts'
import { link, providerNames } from '../sso/link.ts'
import type { OutsideIdentity, SocialType } from '../sso/types.ts'
import * as queries from './queries.ts'

type Person = Extract<Actor, { kind: 'user' }>

/** Codes are nobody's until they are redeemed, so outside of the account. It commits by itself: the code is used up by the attempt. */
export const redeem = ({ database }: Platform, provider: SocialType, code: string): Promise<OutsideIdentity> =>
  AccountTx.write(database, { kind: 'platform' }, (tx) => redeemCode(tx, provider, code))

/** Before a code is redeemed for it. @throws Unauthorized */
export async function assertMayLink(tx: AccountTx, person: Person): Promise<void> {
  await assertFresh(tx, person)
  if (!(await queries.hasVerifiedAddress(tx, person.id)))
    throw forbidden('Confirm your e-mail address first: an identity is linked only to an account that has one')
}

/** @throws AlreadyExists when it is somebody's; Invalid for one of an organization's own provider */
export async function linkIdentity(tx: AccountTx, person: Person, identity: OutsideIdentity, origin: Origin) {
  if (identity.identityProvider)
    throw invalid('This identity is of an organization: it signs you in there, and cannot be linked to your account', [
      'body.oauth_code: is of an identity provider that an organization brought',
    ])
  const user = await lockUser(tx, person.id)
  if (!user) throw unauthenticated('The account is gone')
  await assertMayLink(tx, person)
  return link(tx, user, identity, origin)
}

/** @throws Conflict when nothing would be left to sign in with */
export async function unlinkIdentity(
  { config, oauth }: Platform,
  tx: AccountTx,
  person: Person,
  id: number,
  origin: Origin,
): Promise<void> {
  const user = await lockUser(tx, person.id)
  if (!user) throw unauthenticated('The account is gone')
  await assertFresh(tx, person)
  const identity = await queries.deleteIdentity(tx, id, person.id)
  if (!identity) throw notFound(`identity ${id}`)
  const { password, passkeys, identities } = await queries.listWaysIn(tx, person.id)
  // What is not offered any more is no way in.
  const others = identities.filter((provider) => provider === 'saml2' || provider in oauth)
  const byPassword = password && config.passwordLogin && (await queries.hasVerifiedAddress(tx, person.id))
  if (!byPassword && !passkeys && others.length === 0)
    throw conflict('You could not sign in any more without this identity: set a password, or add a passkey, first')
  await noteAccountEvent(tx, {
    userId: person.id,
    action: 'identity_unlinked',
    message: `${user.username} can no longer sign in with ${providerNames[identity.provider as SocialType]}`,
    origin,
    confinedTo: null,
  })
}
