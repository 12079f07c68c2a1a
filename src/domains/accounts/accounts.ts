/** What is true of accounts. Every function works in the transaction it is handed. */
import { endSessions } from '../../access/sessions.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, invalid, notFound, unauthenticated } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { acceptInvitation, type Invitation, readInvitationToken } from '../members/invitation-token.ts'
import { findOtherAdministrator, lockAdministratorRole } from '../members/queries.ts'
import { keyOfAddress, replaceAddresses } from './emails.ts'
import { redeemToken } from './one-time.ts'
import * as queries from './queries.ts'

/**
 * Creates the account. The first one of an installation, and one that comes by an invitation to its address, may be used
 * at once; all others when the mail has been followed.
 * @throws AlreadyExists when the username or the address is taken; Invalid for an invitation that is not theirs
 */
export async function signUp(platform: Platform, tx: AccountTx, body: Schema<'NewUserAccount'>, passwordHash: string): Promise<void> {
  const invitation = body.invitation_token === undefined ? undefined : await invitationFor(platform, tx, body.invitation_token, body.email)
  const usable = invitation !== undefined || (await isFirst(tx))
  const { id } = await queries.insertUser(tx, {
    username: body.username,
    password_hash: passwordHash,
    given_name: body.given_name,
    family_name: body.family_name,
    country_code: body.country_code ?? null,
    locale: body.locale ?? 'en',
    picture_url: null,
    last_login_at: null,
  })
  await queries.insertEmail(tx, { user_id: id, email: body.email, purpose: 'primary', verified_at: usable ? new Date() : null })
  if (invitation)
    await tx.inOrganization(invitation.organizationId, id, (inside) =>
      acceptInvitation(inside, { memberId: invitation.member.id, userId: id, username: body.username }),
    )
  if (!usable) await enqueue(tx, 'accounts.requestVerification', { email: body.email })
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

export async function getAccount(tx: AccountTx, id: number): Promise<queries.AccountRow> {
  const account = await queries.findAccount(tx, id)
  if (!account) throw accountGone()
  return account
}

/** Deleted by another session a moment ago. */
const accountGone = () => unauthenticated('The account is gone')

export interface PasswordChange {
  /** What the present password was compared with, outside of the transaction. */
  checked: string | null
  hash: string
}

/**
 * What is absent is cleared, except the addresses and the password, which stay.
 * @throws AlreadyExists when the username or an address is somebody else's
 */
export async function updateAccount(
  tx: AccountTx,
  id: number,
  body: Schema<'UpdateUserAccount'>,
  password: PasswordChange | undefined,
): Promise<void> {
  const user = await queries.lockUser(tx, id)
  if (!user) throw accountGone()
  if (body.emails) await replaceAddresses(tx, id, body.emails)
  await queries.updateUser(tx, id, {
    username: body.username,
    given_name: body.given_name,
    family_name: body.family_name,
    locale: body.locale,
    country_code: body.country_code ?? null,
    picture_url: body.picture_url ?? null,
    updated_at: new Date(),
  })
  if (!password) return
  if (user.password_hash !== password.checked) throw conflict('The password was changed meanwhile: sign in again and repeat your change')
  await queries.setPassword(tx, id, password.hash)
  await endSessions(tx, id)
}

/**
 * Ends the account and all its memberships, all or nothing. What it owned stays, without an owner.
 * @throws Unauthorized naming the organizations that would be left without an administrator
 */
export async function removeAccount(tx: AccountTx, id: number): Promise<void> {
  const user = await queries.lockUser(tx, id)
  if (!user) throw accountGone()
  const needed: string[] = []
  // By id, so that two people who leave the same organizations at once cannot wait for each other.
  for (const { id: organizationId, canonical } of await queries.listOwnOrganizations(tx, id)) {
    const left = await tx.inOrganization(organizationId, id, (inside) => leave(inside, user))
    if (!left) needed.push(canonical)
  }
  if (needed.length > 0)
    throw forbidden(
      `You are the last administrator of ${needed.join(', ')}: appoint another one, or delete the organization, before you delete your account`,
    )
  await queries.deleteUser(tx, id)
}

/** @returns false, changing nothing, for the last administrator */
async function leave(tx: OrgTx, { id, username }: { id: number; username: string }): Promise<boolean> {
  // Held by everybody who takes an administrator away, so that two cannot rely on each other.
  const administrators = await lockAdministratorRole(tx)
  const member = await queries.lockMembership(tx, id)
  if (!member) return true
  if (member.role_id === administrators.id && !(await findOtherAdministrator(tx, administrators.id, member.id))) return false
  await queries.deleteMembership(tx, member.id)
  await insertEvent(tx, departure(username))
  return true
}

const departure = (username: string) =>
  auditEvent({
    entity: 'member',
    action: 'delete',
    title: 'A member has been deleted',
    message: `${username} deleted their account and left the organization`,
    tags: { name: username, user: username },
  })

/** @throws NotFoundEntity, also when the person has given the address up since */
export async function confirmAddress(platform: Platform, tx: AccountTx, token: string): Promise<void> {
  const { userId, email } = await redeemToken(platform, tx, 'verify_email', token)
  if (!(await queries.verifyEmail(tx, userId, email))) throw notFound('verification token')
}

/**
 * Whoever holds the token has read the mail: the address is theirs, whether or not they had confirmed it.
 * @throws NotFoundEntity, also when the address is no longer the primary one: somebody else may read it by now
 */
export async function resetPassword(platform: Platform, tx: AccountTx, token: string, passwordHash: string): Promise<void> {
  const { userId, email } = await redeemToken(platform, tx, 'reset_password', token)
  const address = await queries.verifyEmail(tx, userId, email)
  if (address?.purpose !== 'primary') throw notFound('reset token')
  await queries.setPassword(tx, userId, passwordHash)
  await endSessions(tx, userId)
}
