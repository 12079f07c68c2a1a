/** How accounts begin: with a password, from an outside identity, from a purchase. Every function works in the transaction it is handed. */
import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { invalid } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { acceptInvitation, type Invitation, readInvitationToken } from '../members/invitation-token.ts'
import { keyOfAddress } from './emails.ts'
import * as queries from './queries.ts'

type Profile = Omit<Schema<'NewUserAccount'>, 'password'>
type Optional = 'country_code' | 'invitation_token' | 'locale'

export interface NewAccount extends Omit<Profile, Optional> {
  country_code?: Profile['country_code'] | undefined
  invitation_token?: Profile['invitation_token'] | undefined
  locale?: Profile['locale'] | undefined
  picture_url?: string | undefined
  /** Null: they sign in by something else. A reset gives them one. */
  passwordHash: string | null
  /** Whoever signs up has shown already that they read the address. */
  verified: boolean
}

/** Before anything is looked up. @throws TooManyRequests */
export async function countSignUp(
  platform: Platform,
  request: { address: string },
  { email, invitation_token }: Pick<NewAccount, 'email' | 'invitation_token'>,
): Promise<void> {
  await countAttempt(platform, request, 'signUp', email)
  if (invitation_token !== undefined) await countAttempt(platform, request, 'invitation', subjectOfToken(invitation_token))
}

/**
 * Creates the account, and the membership that it was invited to. The first one of an installation, one that comes by an
 * invitation to its address, and one whose address was proven, may be used at once; to all others the verification is mailed.
 * What the document does not check of the profile, `checkProfile` does before.
 * @param tx a write in the platform scope
 * @throws AlreadyExists when the username or the address is taken; Invalid for an invitation that is not theirs
 */
export async function createAccount(platform: Platform, tx: AccountTx, account: NewAccount): Promise<{ id: number }> {
  const { email, username, invitation_token } = account
  const invitation = invitation_token === undefined ? undefined : await invitationFor(platform, tx, invitation_token, email)
  const usable = account.verified || invitation !== undefined || (await isFirst(tx))
  const { id } = await queries.insertUser(tx, {
    username,
    password_hash: account.passwordHash,
    given_name: account.given_name,
    family_name: account.family_name,
    country_code: account.country_code ?? null,
    locale: account.locale ?? 'en',
    picture_url: account.picture_url ?? null,
    last_login_at: null,
  })
  await queries.insertEmail(tx, { user_id: id, email, purpose: 'primary', verified_at: usable ? new Date() : null })
  if (invitation)
    await tx.inOrganization(invitation.organizationId, id, (inside) =>
      acceptInvitation(inside, { memberId: invitation.member.id, userId: id, username }, platform.config),
    )
  if (!usable) await enqueue(tx, 'accounts.requestVerification', { email })
  return { id }
}

async function invitationFor(platform: Platform, tx: AccountTx, token: string, email: string): Promise<Invitation> {
  const invitation = await readInvitationToken(platform, tx, token)
  if (!invitation)
    throw invalid('The invitation is unknown, or was used or taken back', ['body.invitation_token: is not an open invitation'])
  if (keyOfAddress(invitation.member.invitation_email ?? '') !== keyOfAddress(email))
    throw invalid('The invitation was sent to another address', ['body.email: must be the address that was invited'])
  return invitation
}

/** Two that sign up at once on an empty installation cannot both be the first: the second waits, and looks again. */
async function isFirst(tx: AccountTx): Promise<boolean> {
  if (await queries.anyUser(tx)) return false
  await queries.lockFirstUser(tx)
  return !(await queries.anyUser(tx))
}
