/** Sign-ins and passkeys that are half done: a row, and a token that is made from it and never stored. */
import { randomBytes } from 'node:crypto'
import type { AccountTx } from '../../db/account-tx.ts'
import { unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import * as queries from './queries.ts'

type Purpose = queries.Purpose
/** A sign-in has two tokens, for two hands: one goes to whoever knows the password, the other to whoever reads the mail. */
type TokenPurpose = Purpose | 'mailed_link'

const minutes: Record<Purpose, number> = { second_factor: 10, passkey_login: 5, passkey_registration: 5 }

type Details = Omit<queries.NewChallenge, 'purpose' | 'nonce' | 'expires_at' | 'user_id'>

/** @throws Unauthenticated when the account was deleted a moment ago */
export async function openChallenge(
  tx: AccountTx,
  purpose: Purpose,
  userId: number | null,
  details: Details,
): Promise<{ id: number; nonce: string }> {
  const nonce = randomBytes(24).toString('base64url')
  const expires_at = new Date(Date.now() + minutes[purpose] * 60_000)
  const made = await queries.insertChallenge(tx, { ...details, purpose, user_id: userId, nonce, expires_at })
  if (!made) throw unauthenticated('The account is gone')
  return { id: made.id, nonce }
}

export const mintChallenge = ({ tokens }: Platform, purpose: TokenPurpose, { id, nonce }: { id: number; nonce: string }): string =>
  tokens.mintOneTime(purpose, String(id), nonce)

/** @returns undefined whether the token is forged, used, too old, or from before a change of the password */
export async function readChallenge(
  platform: Platform,
  tx: AccountTx,
  purpose: TokenPurpose,
  token: string,
): Promise<queries.ChallengeRow | undefined> {
  const [, digits] = /^(\d{1,15})-[0-9a-f]{40}$/.exec(token) ?? []
  if (digits === undefined) return undefined
  const row = await queries.findChallenge(tx, Number(digits), purpose === 'mailed_link' ? 'second_factor' : purpose)
  return row && platform.tokens.checkOneTime(token, purpose, String(row.id), row.nonce) ? row : undefined
}

/** As `readChallenge`, and uses it up: of two that come at once, one gets it. */
export async function takeChallenge(platform: Platform, tx: AccountTx, purpose: TokenPurpose, token: string) {
  const row = await readChallenge(platform, tx, purpose, token)
  return row && (await queries.deleteChallenge(tx, row.id)) ? row : undefined
}
