/** The addresses of an account. One is primary: the reset goes there, and others see it. */
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { invalid } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import * as queries from './queries.ts'

export type Address = Schema<'UpdateUserAccountEmail'>

const most = 10

export const keyOfAddress = (email: string): string => email.toLowerCase()

/** @throws Invalid naming the entries that cannot be meant */
export function checkAddresses(addresses: readonly Address[]): void {
  if (addresses.length > most) throw invalid('These are too many addresses', [`body.emails: must have at most ${most} entries`])
  const details = addresses.flatMap(({ email, purpose }, index) => {
    const first = addresses.findIndex((other) => keyOfAddress(other.email) === keyOfAddress(email))
    return [
      ...(purpose === 'primary' || purpose === 'backup' ? [] : [`body.emails[${index}].purpose: must be primary or backup`]),
      ...(first === index ? [] : [`body.emails[${index}].email: is the same address as body.emails[${first}].email`]),
    ]
  })
  const primaries = addresses.filter(({ purpose }) => purpose === 'primary').length
  if (primaries !== 1) details.push(`body.emails: exactly one must have the purpose primary, not ${primaries}`)
  if (details.length > 0) throw invalid('The list of addresses is not valid', details)
}

/** Which of them the account does not have yet, and will get a mail. */
export async function newAddresses(tx: AccountTx, userId: number, addresses: readonly Address[]): Promise<string[]> {
  const known = new Set((await queries.listEmails(tx, userId)).map(({ email }) => keyOfAddress(email)))
  return addresses.map(({ email }) => email).filter((email) => !known.has(keyOfAddress(email)))
}

/**
 * Does the change let somebody in by another mailbox? Links to sign in and resets go to the primary address, and an outside
 * identity joins an account by any of them once it is verified.
 */
export function isNewWayIn(present: readonly Address[], wanted: readonly Address[]): boolean {
  const known = new Map(present.map(({ email, purpose }) => [keyOfAddress(email), purpose]))
  return wanted.some(({ email, purpose }) => {
    const before = known.get(keyOfAddress(email))
    return before === undefined || (purpose === 'primary' && before !== 'primary')
  })
}

/**
 * Makes the list what is asked for; addresses that stay keep their proof. The account's row must be locked.
 * @throws Invalid when the primary one was never proven to be the person's; AlreadyExists when one is somebody else's
 */
export async function replaceAddresses(tx: AccountTx, userId: number, addresses: readonly Address[]): Promise<void> {
  const present = new Map((await queries.listEmails(tx, userId)).map((row) => [keyOfAddress(row.email), row]))
  const wanted = new Map(addresses.map((address) => [keyOfAddress(address.email), address]))

  const primaryIndex = addresses.findIndex(({ purpose }) => purpose === 'primary')
  const primary = present.get(keyOfAddress(addresses[primaryIndex]?.email ?? ''))
  if (!primary || (primary.verified_at === null && primary.purpose !== 'primary'))
    throw invalid('An address can become the primary one when it is verified: add it as a backup first, and follow the link in the mail', [
      `body.emails[${primaryIndex}].email: is not verified, so it cannot be primary`,
    ])

  for (const [key, { id }] of present) if (!wanted.has(key)) await queries.deleteEmail(tx, id)
  // The old primary first: there is never more than one.
  for (const { email, purpose } of [...addresses].sort((a, b) => a.purpose.localeCompare(b.purpose))) {
    const row = present.get(keyOfAddress(email))
    if (row) await queries.updateEmail(tx, row.id, { email, purpose })
    else {
      await queries.insertEmail(tx, { user_id: userId, email, purpose, verified_at: null })
      await enqueue(tx, 'accounts.requestVerification', { email })
    }
  }
}
