/** Mails about second factors. As all mails about accounts, they hold nothing that somebody else could have chosen. */
import { AccountTx } from '../../db/account-tx.ts'
import type { Platform } from '../../platform.ts'
import { deliver } from '../accounts/outbox.ts'
import { mintChallenge } from './challenges.ts'
import type { Change } from './changes.ts'
import { findChallenge, findFactors, findPrimaryAddress, noteMailed } from './queries.ts'

const scope = { kind: 'platform' } as const

/** The link that finishes a sign-in. A challenge that is over, or was mailed, is not mailed. */
export async function sendLink(platform: Platform, { challengeId }: { challengeId: number }): Promise<void> {
  const { apiUrl, consoleUrl } = platform.config
  const letter = await AccountTx.read(platform.database, scope, async (tx) => {
    const row = await findChallenge(tx, challengeId, 'second_factor')
    if (!row?.user_id || row.mailed_at !== null) return undefined
    const to = await findPrimaryAddress(tx, row.user_id)
    return to === undefined ? undefined : { to, token: mintChallenge(platform, 'mailed_link', row), method: row.method }
  })
  if (!letter) return
  const { to, token, method } = letter
  await deliver(platform, {
    to,
    subject: 'Finish signing in',
    text: `Hello,

somebody is signing in to your Trochoid account. If that is you, this finishes it:

${consoleUrl}/login/confirm?token=${token}

If you use the API directly, the token is

${token}

and this gives you a session:

curl -X PUT ${apiUrl}/user/email/authentication/${token}

The link works once, within ten minutes, and whoever follows it is signed in as you: pass it on to nobody.
${
  method === 'password'
    ? 'If this was not you, change your password: somebody else knows it.'
    : 'If this was not you, look after the account that you sign in with: somebody else can use it.'
}
`,
  })
  await AccountTx.write(platform.database, scope, (tx) => noteMailed(tx, challengeId))
}

const sentences: Record<Change | 'recovery_code_used', string> = {
  totp_added: 'an authenticator app was set up for your Trochoid account. Signing in asks for its codes from now on.',
  totp_removed: 'the authenticator app of your Trochoid account was removed.',
  passkey_added: 'a passkey was added to your Trochoid account. It signs in without a password.',
  passkey_removed: 'a passkey of your Trochoid account was removed.',
  recovery_codes_made: 'new recovery codes were made for your Trochoid account. The old ones no longer work.',
  recovery_code_used: 'somebody signed in to your Trochoid account with a recovery code, which no longer works now.',
}

/** After each change, since a thief of a session would do exactly this. */
export async function tellChange(
  platform: Platform,
  { userId, change }: { userId: number; change: keyof typeof sentences },
): Promise<void> {
  const { to, factors } = await AccountTx.read(platform.database, scope, async (tx) => ({
    to: await findPrimaryAddress(tx, userId),
    factors: await findFactors(tx, userId),
  }))
  if (to === undefined || !factors) return
  await deliver(platform, {
    to,
    subject: 'Your second factor was changed',
    text: `Hello,

${sentences[change]}

It has ${summary(factors)} now.

If that was you, there is nothing to do. If not, somebody else is signed in as you: change your password, which ends all
sessions, then look which passkeys and which app your account has and remove what is not yours.

${platform.config.consoleUrl}
`,
  })
}

const summary = ({ totp, passkey, recovery_codes }: { totp: boolean; passkey: boolean; recovery_codes: number }): string =>
  new Intl.ListFormat('en').format([
    totp ? 'an authenticator app' : 'no authenticator app',
    passkey ? 'passkeys' : 'no passkey',
    `${recovery_codes} recovery ${recovery_codes === 1 ? 'code' : 'codes'} left`,
  ])
