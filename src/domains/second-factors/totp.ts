/** The authenticator app of an account. Every function works in the transaction it is handed. */
import type { AccountTx } from '../../db/account-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import type { RequestInfo } from '../../http/context.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { describeTotp, newTotpSecret, stepOfCode, type TotpText } from '../../outside/totp.ts'
import type { Platform } from '../../platform.ts'
import { lockForChange, noteChange, type Person, tidyRecoveryCodes, turnOn } from './changes.ts'
import * as queries from './queries.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'

export const issuer = 'Trochoid'
/** Bound to what is sealed, so that it cannot be moved to another account. */
export const contextOfTotp = (userId: number): string => `totp:${userId}`

/** A secret in place of one that was never confirmed. @throws Conflict when there is a confirmed one */
export async function beginTotp({ master }: Platform, tx: AccountTx, actor: Person): Promise<TotpText> {
  const { id, username } = await lockForChange(tx, actor)
  const present = await queries.findTotp(tx, id)
  if (present?.confirmed_at) throw conflict('The account has an authenticator app already: remove it first')
  const secret = newTotpSecret()
  await queries.replaceTotp(tx, id, master.wrap(secret, contextOfTotp(id)))
  return describeTotp(secret, { issuer, label: username })
}

/** @returns recovery codes, to be shown once. @throws Invalid for a wrong code; NotFoundEntity when nothing waits for one */
export async function confirmTotp(platform: Platform, tx: AccountTx, actor: Person, request: RequestInfo, code: string): Promise<string[]> {
  const account = await lockForChange(tx, actor)
  const present = await queries.findTotp(tx, account.id)
  if (!present || present.confirmed_at) throw notFound('authenticator app that waits to be confirmed')
  const step = await stepOf(platform.master, present, code)
  if (step === undefined)
    throw invalid(
      'This is not the code that the app should show now: send the newest one, and look whether the clock of the device is right',
      ['body.code: is not a code of these moments'],
    )
  // The code is used: it does not sign anybody in as well.
  await queries.confirmTotp(tx, account.id, step)
  await turnOn(tx, actor, 'totp')
  await noteChange(tx, account, 'totp_added', request)
  return makeRecoveryCodes(tx, account.id)
}

export async function removeTotp(tx: AccountTx, actor: Person, request: RequestInfo): Promise<void> {
  const account = await lockForChange(tx, actor)
  const removed = await queries.deleteTotp(tx, account.id)
  if (!removed) throw notFound('authenticator app')
  if (removed.confirmed_at === null) return
  await tidyRecoveryCodes(tx, account.id)
  await noteChange(tx, account, 'totp_removed', request)
}

/** Takes a code, once: the same one, or an older one, is refused from then on, on every process. */
export async function useTotpCode(platform: Platform, tx: AccountTx, userId: number, code: string): Promise<boolean> {
  const present = await queries.findTotp(tx, userId)
  if (!present?.confirmed_at) return false
  const step = await stepOf(platform.master, present, code)
  return step !== undefined && queries.useStep(tx, userId, step)
}

const stepOf = (master: MasterKeys, { user_id, sealed }: { user_id: number; sealed: string }, code: string) =>
  stepOfCode(master.unwrap(sealed, contextOfTotp(user_id)), code)
