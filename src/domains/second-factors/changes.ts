/** Who may change how an account is proven, and who hears of it: a thief of a session would do exactly this. */
import type { Actor } from '../../access/actor.ts'
import { assertFresh, findSession } from '../../access/sessions.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { staleSignIn, unauthenticated } from '../../errors.ts'
import type { RequestInfo } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { isStrong } from './demand.ts'
import * as queries from './queries.ts'

export type Person = Extract<Actor, { kind: 'user' }>

/** Keys are refused before a handler of this scope runs. */
export function personOf(actor: Actor): Person {
  if (actor.kind !== 'user') throw unauthenticated('This is about a person')
  return actor
}

/** As `assertMayChangeProofs`, with the account locked. */
export async function lockForChange(tx: AccountTx, actor: Person) {
  const account = await queries.lockAccount(tx, actor.id)
  if (!account) throw unauthenticated('The account is gone')
  await assertMayChangeProofs(tx, actor)
  return account
}

/**
 * For changes of what an account is proven by. Beyond what `assertFresh` asks for: whoever has a second factor, or owes one to
 * an organization, must have used one, or a password alone would be enough to make one up. In the scope of the account.
 * @throws Unauthorized
 */
export async function assertMayChangeProofs(tx: AccountTx, actor: Person): Promise<void> {
  await assertFresh(tx, actor)
  const session = await findSession(tx, actor.session, actor.id)
  if (session?.second_factor) return
  const factors = await queries.findFactors(tx, actor.id)
  if (factors && isStrong(factors)) throw staleSignIn('Sign in again with your second factor to change this: this session began without it')
  if (await queries.owesSecondFactor(tx, actor.id))
    throw staleSignIn(
      'An organization of yours asks for a second factor, and this session began without one: sign in again and name the organization (organization_canonical), follow the link that is mailed to you, and repeat this',
    )
}

export type Change = 'totp_added' | 'totp_removed' | 'passkey_added' | 'passkey_removed' | 'recovery_codes_made'

const deeds: Record<Change, string> = {
  totp_added: 'set up an authenticator app',
  totp_removed: 'removed the authenticator app',
  passkey_added: 'added a passkey',
  passkey_removed: 'removed a passkey',
  recovery_codes_made: 'made new recovery codes',
}

export async function noteChange(
  tx: AccountTx,
  { id, username }: { id: number; username: string },
  change: Change,
  { address, userAgent }: RequestInfo,
): Promise<void> {
  await noteAccountEvent(tx, {
    userId: id,
    action: 'second_factor_changed',
    message: `${username} ${deeds[change]}`,
    origin: { address, userAgent },
    confinedTo: null,
  })
  await enqueue(tx, 'secondFactors.tellChange', { userId: id, change })
}

/** From now on signing in asks for a second factor; this session has just shown one. */
export async function turnOn(tx: AccountTx, actor: Person, factor: 'totp' | 'passkey'): Promise<void> {
  await queries.turnOn(tx, actor.id)
  await queries.markSession(tx, actor.session, actor.id, factor)
}

/**
 * Recovery codes stand in for an app or a passkey, so they go with the last one. Signing in goes on asking for a second
 * factor, by mail: whoever wants none says so with PUT /user.
 */
export async function tidyRecoveryCodes(tx: AccountTx, userId: number): Promise<void> {
  const factors = await queries.findFactors(tx, userId)
  if (factors && !isStrong(factors)) await queries.replaceRecoveryCodes(tx, userId, [])
}
