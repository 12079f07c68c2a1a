/** An account for somebody whom only an identity provider knows: everything the provider left out is made up. */
import { randomBytes } from 'node:crypto'
import type { AccountTx } from '../../../db/account-tx.ts'
import { unauthenticated } from '../../../errors.ts'
import type { OutsideIdentity } from '../../sso/types.ts'
import { insertUnverifiedAddress, insertUserNamed } from './queries.ts'

type Profile = Pick<OutsideIdentity, 'username' | 'givenName' | 'familyName' | 'locale'>

/**
 * Nobody has shown that they read the address: an organization's administrators make its provider say what they like. It is the
 * primary one all the same, so that whoever does read it can take the account over by a reset of the password.
 */
export async function makeAccount(tx: AccountTx, profile: Profile, email: string): Promise<{ userId: number; username: string }> {
  const { id: userId, username } = await insertUnderFreeName(tx, profile, email)
  // The address was free a moment ago, and is locked against others who come by a provider; but not against a sign-up.
  if (!(await insertUnverifiedAddress(tx, userId, email)))
    throw unauthenticated(`An account with the address ${email} was made at the same moment: sign in again`)
  return { userId, username }
}

async function insertUnderFreeName(tx: AccountTx, profile: Profile, email: string): Promise<{ id: number; username: string }> {
  const wanted = usernameFrom(profile.username, email)
  const names = { given_name: nameFrom(profile.givenName, wanted), family_name: nameFrom(profile.familyName, wanted) }
  const locale = ['en', 'fr', 'es'].find((known) => known === profile.locale) ?? 'en'
  const random = Array.from({ length: 3 }, () => randomBytes(4).toString('hex'))
  for (const suffix of ['', '2', '3', '4', '5', ...random]) {
    const username = suffix === '' ? wanted : `${wanted.slice(0, 80).replace(/[-_]+$/, '')}-${suffix}`
    const id = await insertUserNamed(tx, { username, ...names, locale })
    if (id !== undefined) return { id, username }
  }
  throw new Error('no free username was found')
}

/** As `username` has to be in the contract: 3 to 100 of these characters, the first and last a letter or digit. */
export function usernameFrom(given: string | null, email: string): string {
  const candidates = [given ?? '', email].map((text) => slug(text.split('@', 1)[0] ?? ''))
  const found = candidates.find((text) => text.length >= 3)
  return found ?? `${candidates.find((text) => text !== '') ?? 'member'}-member`
}

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 90)
    .replace(/^[-_]+|[-_]+$/g, '')

/** Names have at least two characters in the contract: an initial gets a dot, and what is missing is the username. */
function nameFrom(given: string | null, username: string): string {
  const name = (given ?? '')
    .slice(0, 100)
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
  if (name === '') return username
  return [...name].length < 2 ? `${name}.` : name
}
