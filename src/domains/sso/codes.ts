/** The one-time code between the end of a flow in the browser and the console, which exchanges it. */
import { createHash, randomBytes } from 'node:crypto'
import type { Config } from '../../config.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { unauthenticated } from '../../errors.ts'
import { deleteCode, insertCode } from './identity-queries.ts'
import type { OutsideIdentity, SocialType } from './types.ts'

const lifetimeSeconds = 60

/**
 * Good once, for a minute.
 * @param tx a write in the platform scope
 * @throws Unauthenticated for an identity that cannot be written down as it is
 */
export async function issueCode(tx: AccountTx, said: OutsideIdentity): Promise<string> {
  const identity = storable(said)
  const code = randomBytes(32).toString('base64url')
  await insertCode(tx, {
    code_hash: hashOf(code),
    provider: identity.provider,
    identity,
    expires_at: new Date(Date.now() + lifetimeSeconds * 1000),
  })
  return code
}

/**
 * @param tx a write in the platform scope, committed before anything is done with the answer: a code is used up by the attempt
 * @throws Unauthenticated, in the same words whether it is forged, used, too old, or of another provider
 */
export async function redeemCode(tx: AccountTx, provider: SocialType, code: string): Promise<OutsideIdentity> {
  const identity = await deleteCode(tx, provider, hashOf(code))
  if (!identity) throw unauthenticated('The code is not valid, was used already, or is older than a minute: sign in again')
  return identity
}

/** Where the browser goes with it. @param returnTo kept only when it is a path of the console */
export function consoleAddress(
  { consoleUrl }: Pick<Config, 'consoleUrl'>,
  provider: SocialType,
  code: string,
  returnTo: string | null,
): string {
  const query = new URLSearchParams({ code })
  if (returnTo !== null && isPath(returnTo)) query.set('return_to', returnTo)
  return `${consoleUrl}/sso/${provider}?${query}`
}

/** Of the console, and nothing that a browser could take for another host: it drops control characters and turns backslashes. */
export const isPath = (text: string): boolean => /^\/(?!\/)[^\\\p{Cc}]*$/u.test(text)

/** JSON in Postgres holds neither NUL nor half a surrogate pair. Names lose them; what says who it is must not change. */
function storable(identity: OutsideIdentity): OutsideIdentity {
  const { issuer, subject } = identity
  if (!isStorable(issuer) || !isStorable(subject)) throw unauthenticated('The provider names the person by characters that cannot be kept')
  const clean = (text: string | null) => (text === null || isStorable(text) ? text : null)
  return {
    ...identity,
    email: clean(identity.email),
    username: clean(identity.username),
    givenName: clean(identity.givenName),
    familyName: clean(identity.familyName),
    pictureUrl: clean(identity.pictureUrl),
    locale: clean(identity.locale),
    groups: identity.groups.filter(isStorable),
  }
}

const isStorable = (text: string): boolean => !/\p{Surrogate}|\0/u.test(text)

const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url')
