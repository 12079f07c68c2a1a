/** What is true of accounts. Every function works in the transaction it is handed. */
import { endSessions, type Origin } from '../../access/sessions.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, notFound, unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { seatsChanged } from '../billing/seats.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { findOtherAdministrator, lockAdministratorRole } from '../members/queries.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { keyOfAddress, replaceAddresses } from './emails.ts'
import { redeemToken } from './one-time.ts'
import * as queries from './queries.ts'

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
  origin: Origin,
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
  await noteAccountEvent(tx, {
    userId: id,
    action: 'password_changed',
    message: `${body.username} changed the password`,
    origin,
    confinedTo: null,
  })
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
  await seatsChanged(tx)
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

/**
 * Whoever made the account may have named an address that is not theirs; following the link is its reader's word that it is. So
 * what signs in to the account stays: whoever confirms has just been asked whether the account is theirs, unlike after a reset.
 * @throws NotFoundEntity, also when the person has given the address up since
 */
export async function confirmAddress(platform: Platform, tx: AccountTx, token: string): Promise<void> {
  const { userId, email } = await redeemToken(platform, tx, 'verify_email', token)
  if (!(await queries.verifyEmail(tx, userId, email))) throw notFound('verification token')
}

/**
 * Whoever holds the token has read the mail: the address is theirs, whether or not they had confirmed it. If they had not,
 * somebody else may have made the account in wait for them: whatever else could sign in to it goes.
 * @throws NotFoundEntity, also when the address is no longer the primary one: somebody else may read it by now
 */
export async function resetPassword(platform: Platform, tx: AccountTx, token: string, passwordHash: string, origin: Origin): Promise<void> {
  const { userId, email } = await redeemToken(platform, tx, 'reset_password', token)
  const address = (await queries.listEmails(tx, userId)).find((row) => keyOfAddress(row.email) === keyOfAddress(email))
  if (address?.purpose !== 'primary') throw notFound('reset token')
  if (address.verified_at === null) await queries.deleteWaysIn(tx, userId, address.id)
  await queries.verifyEmail(tx, userId, email)
  await queries.setPassword(tx, userId, passwordHash)
  await endSessions(tx, userId)
  await noteAccountEvent(tx, {
    userId,
    action: 'password_changed',
    message: `A new password was set by a mail to the account's address${address.verified_at === null ? ', which nobody had confirmed before: identities, second factors and other addresses were removed' : ''}`,
    origin,
    confinedTo: null,
  })
}
