/** Passkeys of an account, and what is asked of a browser. Every function works in the transaction it is handed. */
import type { Config } from '../../config.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import type { RequestInfo } from '../../http/context.ts'
import {
  askForNewPasskey,
  askForPasskey,
  checkNewPasskey,
  checkPasskey,
  type Passkey,
  PasskeyRefused,
  type RelyingParty,
  readClaim,
} from '../../outside/passkeys.ts'
import type { Platform } from '../../platform.ts'
import { mintChallenge, openChallenge, takeChallenge } from './challenges.ts'
import { lockForChange, noteChange, type Person, tidyRecoveryCodes, turnOn } from './changes.ts'
import * as queries from './queries.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { issuer } from './totp.ts'

type Question = Schema<'PasskeyOptions'>

const most = 20

/** Passkeys belong to the host of the console; where the API answers under the same name, its pages may ask too. */
export function relyingParty({ consoleUrl, apiUrl }: Pick<Config, 'consoleUrl' | 'apiUrl'>): RelyingParty {
  const [home, api] = [new URL(consoleUrl), new URL(apiUrl)]
  return {
    id: home.hostname,
    name: issuer,
    origins: [home, api].filter(({ hostname }) => hostname === home.hostname).map(({ origin }) => origin),
  }
}

const handleOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const passkeyOf = ({ credential_id, public_key, counter, transports, backed_up }: queries.PasskeyRow): Passkey => ({
  credentialId: credential_id,
  publicKey: public_key,
  counter,
  transports,
  backedUp: backed_up,
})

async function open(
  platform: Platform,
  tx: AccountTx,
  purpose: queries.Purpose,
  userId: number | null,
  asked: { options: object; challenge: string },
) {
  const made = await openChallenge(tx, purpose, userId, { webauthn_challenge: asked.challenge })
  return { challenge: mintChallenge(platform, purpose, made), options: { ...asked.options } } satisfies Question
}

export async function beginPasskey(platform: Platform, tx: AccountTx, actor: Person): Promise<Question> {
  const { id, username, passkey_handle } = await lockForChange(tx, actor)
  const present = await queries.listPasskeys(tx, id)
  refuseMore(present)
  const user = { handle: handleOf(passkey_handle), name: username, displayName: username }
  const asked = await askForNewPasskey(relyingParty(platform.config), user, present.map(passkeyOf))
  return open(platform, tx, 'passkey_registration', id, asked)
}

function refuseMore(present: readonly unknown[]): void {
  if (present.length >= most) throw conflict(`An account has at most ${most} passkeys: remove one first`)
}

export async function addPasskey(
  platform: Platform,
  tx: AccountTx,
  actor: Person,
  request: RequestInfo,
  { challenge, name, response }: Schema<'NewPasskey'>,
): Promise<{ passkey: queries.PasskeyRow; recoveryCodes: string[] | undefined }> {
  const account = await lockForChange(tx, actor)
  const begun = await takeChallenge(platform, tx, 'passkey_registration', challenge)
  if (begun?.user_id !== account.id || begun.webauthn_challenge === null)
    throw invalid('Adding the passkey took too long, or was finished before: begin again', [
      'body.challenge: is not an open one of yours (it works once, and for five minutes)',
    ])
  refuseMore(await queries.listPasskeys(tx, account.id))
  const made = await checkNew(platform, begun.webauthn_challenge, response)
  const passkey = await queries.insertPasskey(tx, {
    user_id: account.id,
    credential_id: made.credentialId,
    public_key: made.publicKey,
    counter: made.counter,
    transports: [...made.transports],
    name,
    backed_up: made.backedUp,
  })
  await turnOn(tx, actor, 'passkey')
  await noteChange(tx, account, 'passkey_added', request)
  const factors = await queries.findFactors(tx, account.id)
  return { passkey, recoveryCodes: factors?.recovery_codes === 0 ? await makeRecoveryCodes(tx, account.id) : undefined }
}

async function checkNew({ config }: Platform, challenge: string, response: unknown): Promise<Passkey> {
  try {
    return await checkNewPasskey(relyingParty(config), challenge, response)
  } catch (error) {
    if (!(error instanceof PasskeyRefused)) throw error
    throw invalid(
      `The answer of the browser is not right: it must be made for this challenge, on ${new URL(config.consoleUrl).origin}, by an authenticator that checks who uses it`,
      ['body.response: is not the answer to these options'],
      error,
    )
  }
}

export async function removePasskey(tx: AccountTx, actor: Person, request: RequestInfo, id: number): Promise<void> {
  const account = await lockForChange(tx, actor)
  if (!(await queries.deletePasskey(tx, id, account.id))) throw notFound(`passkey ${id}`)
  await tidyRecoveryCodes(tx, account.id)
  await noteChange(tx, account, 'passkey_removed', request)
}

/** @param userId whose passkeys will do; null: anybody's, which tells who they are. @throws Invalid when they have none */
export async function askToSignIn(platform: Platform, tx: AccountTx, userId: number | null): Promise<Question> {
  const party = relyingParty(platform.config)
  if (userId === null) return open(platform, tx, 'passkey_login', null, await askForPasskey(party))
  const known = await queries.listPasskeys(tx, userId)
  if (known.length === 0)
    throw invalid('The account has no passkey: finish with another factor', ['body.challenge: is of an account without passkeys'])
  return open(platform, tx, 'passkey_login', userId, await askForPasskey(party, known.map(passkeyOf)))
}

/**
 * Takes the answer of a browser; the challenge is good for one, right or wrong.
 * @param userId who it must be; null: whoever it is
 * @returns whose passkey it was, and whether the proof holds; `userId` is null for one that nobody has
 */
export async function usePasskey(
  platform: Platform,
  tx: AccountTx,
  userId: number | null,
  { challenge, response }: { challenge: string; response: unknown },
): Promise<{ userId: number | null; right: boolean; cause?: unknown }> {
  const begun = await takeChallenge(platform, tx, 'passkey_login', challenge)
  if (!begun || begun.user_id !== userId || begun.webauthn_challenge === null) return { userId: null, right: false }
  const claim = readClaim(response)
  const row = claim.credentialId === undefined ? undefined : await queries.findPasskey(tx, claim.credentialId)
  if (!row || (userId !== null && row.user_id !== userId)) return { userId: null, right: false }
  const owner = { userId: row.user_id }
  if (claim.handle !== undefined && claim.handle !== handleOf(row.passkey_handle).toString('base64url')) return { ...owner, right: false }
  try {
    const use = await checkPasskey(relyingParty(platform.config), begun.webauthn_challenge, response, passkeyOf(row))
    return { ...owner, right: await queries.usePasskey(tx, row.id, use) }
  } catch (cause) {
    if (cause instanceof PasskeyRefused) return { ...owner, right: false, cause }
    throw cause
  }
}
