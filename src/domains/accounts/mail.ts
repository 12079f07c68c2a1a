/**
 * Mails about accounts. None of them holds anything that its receiver did not choose: whoever signs up with somebody
 * else's address must not be able to make us deliver their words.
 */
import { AccountTx } from '../../db/account-tx.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { issueToken, mintToken, type Purpose } from './one-time.ts'
import { deliver } from './outbox.ts'
import * as queries from './queries.ts'

const scope = { kind: 'platform' } as const

/** For an address that waits to be confirmed; nothing happens for any other. */
export async function requestVerification({ database }: Platform, { email }: { email: string }): Promise<void> {
  await AccountTx.write(database, scope, async (tx) => {
    const row = await queries.findEmail(tx, email)
    if (!row || row.verified_at !== null) return
    const tokenId = await issueToken(tx, 'verify_email', { userId: row.user_id, email: row.email })
    await enqueue(tx, 'accounts.sendVerification', { tokenId })
  })
}

/** For a primary address, confirmed or not: following the link proves it; nothing happens for any other. */
export async function requestPasswordReset({ database }: Platform, { email }: { email: string }): Promise<void> {
  await AccountTx.write(database, scope, async (tx) => {
    const row = await queries.findEmail(tx, email)
    if (row?.purpose !== 'primary') return
    const tokenId = await issueToken(tx, 'reset_password', { userId: row.user_id, email: row.email })
    await enqueue(tx, 'accounts.sendPasswordReset', { tokenId })
  })
}

export async function sendVerification(platform: Platform, { tokenId }: { tokenId: number }): Promise<void> {
  const { apiUrl, consoleUrl } = platform.config
  const letter = await letterOf(platform, 'verify_email', tokenId)
  if (!letter) return
  const { to, token } = letter
  await deliver(platform, {
    to,
    subject: 'Confirm your e-mail address',
    text: `Hello,

this address was given to a Trochoid account. If that was you, please confirm it:

${consoleUrl}/verify-email?token=${token}

If you use the API directly, the token is

${token}

and this confirms the address:

curl -X PUT ${apiUrl}/user/email/verification/${token}

The link works once, within 7 days. If you did not expect this mail, simply ignore it.
`,
  })
}

export async function sendPasswordReset(platform: Platform, { tokenId }: { tokenId: number }): Promise<void> {
  const { apiUrl, consoleUrl } = platform.config
  const letter = await letterOf(platform, 'reset_password', tokenId)
  if (!letter) return
  const { to, token } = letter
  await deliver(platform, {
    to,
    subject: 'Choose a new password',
    text: `Hello,

a new password was asked for, for the Trochoid account with this address. If that was you, choose one here:

${consoleUrl}/reset-password?token=${token}

If you use the API directly, the token is

${token}

and this sets the password:

curl -X PUT ${apiUrl}/user/reset_password -H 'Content-Type: application/json' \\
  -d '{"token": "${token}", "password": "your new password"}'

The link works once, within one hour, and ends all sessions of the account. If you did not ask for this, ignore the mail:
your password stays as it is.
`,
  })
}

/** Made again from the row each time, so that no token waits in the queue. Undefined when there is nothing to send any more. */
async function letterOf(platform: Platform, purpose: Purpose, tokenId: number): Promise<{ to: string; token: string } | undefined> {
  return AccountTx.read(platform.database, scope, async (tx) => {
    const row = await queries.findToken(tx, tokenId, purpose)
    if (!row || row.used_at !== null || row.expires_at <= new Date()) return undefined
    const holder = await queries.findGeneration(tx, row.user_id)
    return holder && { to: row.email, token: mintToken(platform, purpose, row, holder) }
  })
}
