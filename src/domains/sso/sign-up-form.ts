/** For somebody whom a provider confirmed and who has no account: the sign-up form, filled with what the provider said. */
import { randomBytes } from 'node:crypto'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { deletePending, insertPending, listTaken } from './identity-queries.ts'
import { providerNames } from './link.ts'
import type { OutsideIdentity, SocialType } from './types.ts'

const purpose = 'pending_identity'
const lifetime = 15 * 60_000

/**
 * @param tx a write in the platform scope
 * @returns what `createOAuthUser` takes. `social_id` stands for the identity, once.
 * @throws Unauthenticated when the provider gives no address: an account needs one
 */
export async function openSignUpForm({ tokens }: Platform, tx: AccountTx, identity: OutsideIdentity): Promise<Schema<'NewOAuthUser'>> {
  const { provider, email, givenName, familyName, pictureUrl } = identity
  if (email === null || !isAddress(email))
    throw unauthenticated(`${providerNames[provider]} did not say which e-mail address you have, or one that no account can have here`)
  const username = await proposeUsername(tx, identity)
  const nonce = randomBytes(16).toString('base64url')
  const id = await insertPending(tx, { provider, nonce, identity, expires_at: new Date(Date.now() + lifetime) })
  const locale = localeOf(identity.locale)
  const picture = pictureUrl === null ? undefined : onWeb(pictureUrl)
  return {
    email,
    username,
    given_name: isName(givenName) ? givenName : username,
    social_id: tokens.mintOneTime(purpose, String(id), nonce),
    ...(isName(familyName) ? { family_name: familyName } : {}),
    ...(picture ? { picture_url: picture } : {}),
    ...(locale ? { locale } : {}),
  }
}

/**
 * Uses the form up, together with the account that the same transaction makes: if that fails, the form is still open.
 * @throws Unauthenticated, in the same words whether it is forged, used, too old, or of another provider
 */
export async function redeemForm({ tokens }: Platform, tx: AccountTx, provider: SocialType, socialId: string): Promise<OutsideIdentity> {
  const [, digits] = /^(\d{1,15})-[0-9a-f]+$/.exec(socialId) ?? []
  const row = digits === undefined ? undefined : await deletePending(tx, provider, Number(digits))
  if (!row || !tokens.checkOneTime(socialId, purpose, String(Number(digits)), row.nonce))
    throw unauthenticated('The identity is not confirmed, was used already, or is older than 15 minutes: sign in at the provider again')
  return row.identity
}

/** What the contract's format `email` takes: nothing beyond ASCII, so not every address that there is. */
const isAddress = (email: string): boolean =>
  email.length <= 254 &&
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d](?:[a-z\d-]*[a-z\d])?$/i.test(email)

/** As accounts have them: a name of one letter is none in the contract. */
const isName = (name: string | null): name is string => name !== null && name.length >= 2 && name.length <= 255

/** Written as a URL is written; undefined for what a browser would not load as a picture. */
function onWeb(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, href } = new URL(address)
  return /^https?:$/.test(protocol) && href.length <= 2000 ? href : undefined
}

const locales = ['en', 'fr', 'es'] as const
const localeOf = (said: string | null) => locales.find((locale) => said?.toLowerCase().split(/[-_]/, 1)[0] === locale)

/** People see it as an account's `User`, whose name has at most 30 characters. */
const longest = 26

/** From the name at the provider, or the address; free now, and if somebody else takes it first, the form says so. */
export async function proposeUsername(
  tx: AccountTx,
  { username, email, givenName, familyName }: Pick<OutsideIdentity, 'username' | 'email' | 'givenName' | 'familyName'>,
): Promise<string> {
  const sources = [username, email?.split('@', 1)[0], [givenName, familyName].filter(Boolean).join('-')]
  const base = sources.map((source) => slug(source ?? '')).find((name) => name.length >= 3) ?? 'user'
  const numbered = Array.from({ length: 8 }, (_, index) => `${base}-${index + 2}`)
  const taken = await listTaken(tx, [base, ...numbered])
  return [base, ...numbered].find((name) => !taken.includes(name)) ?? `${base.slice(0, 20)}-${randomBytes(4).toString('hex')}`
}

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '')
