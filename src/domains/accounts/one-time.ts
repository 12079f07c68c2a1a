/** Links in mails: a row that says what for, and a token that is made again from it and never stored. */
import { randomBytes } from 'node:crypto'
import type { AccountTx } from '../../db/account-tx.ts'
import { notFound } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import * as queries from './queries.ts'

export type Purpose = 'verify_email' | 'reset_password'

const hour = 3600_000
const lifetimes: Record<Purpose, number> = { verify_email: 7 * 24 * hour, reset_password: hour }
const names: Record<Purpose, string> = { verify_email: 'verification token', reset_password: 'reset token' }

interface TokenRow {
  id: number
  nonce: string
}
interface Holder {
  token_generation: number
}

export const issueToken = (tx: AccountTx, purpose: Purpose, { userId, email }: { userId: number; email: string }): Promise<number> =>
  queries.insertToken(tx, {
    user_id: userId,
    purpose,
    email,
    nonce: randomBytes(24).toString('base64url'),
    expires_at: new Date(Date.now() + lifetimes[purpose]),
  })

export const mintToken = ({ tokens }: Platform, purpose: Purpose, row: TokenRow, holder: Holder): string =>
  tokens.mintOneTime(purpose, String(row.id), macInput(purpose, row, holder))

/** A password that was changed in any way ends all reset tokens that are still in somebody's inbox. */
const macInput = (purpose: Purpose, { nonce }: TokenRow, { token_generation }: Holder): string =>
  purpose === 'reset_password' ? `${nonce}.${token_generation}` : nonce

/**
 * Uses a token up, and locks its account.
 * @throws NotFoundEntity, in the same words whether it is forged, used, expired, or of an account that is gone
 */
export async function redeemToken(
  platform: Platform,
  tx: AccountTx,
  purpose: Purpose,
  token: string,
): Promise<{ userId: number; email: string }> {
  const refused = notFound(names[purpose])
  const [, digits] = /^(\d{1,15})-[0-9a-f]+$/.exec(token) ?? []
  if (digits === undefined) throw refused
  const found = await queries.findToken(tx, Number(digits), purpose)
  // First the account, then the token again: everything that changes an account locks in this order.
  const user = found && (await queries.lockUser(tx, found.user_id))
  const row = user && (await queries.findToken(tx, found.id, purpose))
  if (!row || row.used_at !== null || row.expires_at <= new Date()) throw refused
  if (!platform.tokens.checkOneTime(token, purpose, String(row.id), macInput(purpose, row, user))) throw refused
  await queries.useToken(tx, row.id)
  return { userId: row.user_id, email: row.email }
}
