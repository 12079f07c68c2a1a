/** What the attributes of an assertion say of a person. Providers name them as they like; these are the usual names. */
import type { Schema } from '../../contract/operation.ts'
import type { Assertion } from '../../outside/saml/types.ts'
import type { OutsideIdentity } from '../sso/types.ts'

type Names = Schema<'IdentityProviderAttributes'>
type Person = Pick<OutsideIdentity, 'subject' | 'email' | 'username' | 'givenName' | 'familyName' | 'groups'>

const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const usual: Record<keyof Names, readonly string[]> = {
  email: [
    'email',
    'mail',
    'emailAddress',
    'user.email',
    `${claims}/emailaddress`,
    'urn:oid:0.9.2342.19200300.100.1.3',
    'urn:oid:1.2.840.113549.1.9.1',
  ],
  given_name: ['givenName', 'given_name', 'firstName', 'first_name', 'user.firstName', `${claims}/givenname`, 'urn:oid:2.5.4.42'],
  family_name: [
    'familyName',
    'family_name',
    'lastName',
    'last_name',
    'surname',
    'sn',
    'user.lastName',
    `${claims}/surname`,
    'urn:oid:2.5.4.4',
  ],
  username: ['username', 'uid', 'preferred_username', 'user.login', 'urn:oid:0.9.2342.19200300.100.1.1'],
  groups: [
    'groups',
    'group',
    'memberOf',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    'http://schemas.xmlsoap.org/claims/Group',
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
  ],
}

/** What a code keeps until it is redeemed. */
const mostGroups = 2000
const longest = 300

/** For a sentence: the attribute that was looked for. */
export const emailAttributes = ({ email }: Names): string => email ?? usual.email.slice(0, 3).join(', ')

/** @param names what an organization configured; what is absent is looked for under the usual names */
export function personIn(assertion: Assertion, names: Names = {}): Person {
  const all = (what: keyof Names) => valuesOf(assertion, names[what] === undefined ? usual[what] : [names[what]])
  const one = (what: keyof Names) => all(what)[0]?.slice(0, longest) ?? null
  return {
    subject: assertion.nameId,
    email: emailIn(assertion, one('email')),
    username: one('username'),
    givenName: one('given_name'),
    familyName: one('family_name'),
    groups: [...new Set(all('groups').filter(({ length }) => length <= longest))].slice(0, mostGroups),
  }
}

const emailAddress = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'

/**
 * Many providers call people by their address, and say it nowhere else. Only when they say that it is one: a name that people
 * choose for themselves may look like anybody's address.
 */
function emailIn({ nameId, nameIdFormat }: Assertion, attribute: string | null): string | null {
  if (attribute !== null) return isAddress(attribute) ? attribute : null
  return nameIdFormat === emailAddress && isAddress(nameId) ? nameId : null
}

/** Of the first of the names that is there. Case decides nothing: providers differ in it. */
function valuesOf({ attributes }: Assertion, names: readonly string[]): string[] {
  const known = new Map(Object.entries(attributes).map(([name, values]) => [name.toLowerCase(), values]))
  for (const name of names) {
    const found = (attributes[name] ?? known.get(name.toLowerCase()) ?? []).map((value) => value.trim()).filter(Boolean)
    if (found.length > 0) return found
  }
  return []
}

/** Of the characters that addresses in use have: others look like these to some, and not to Postgres. */
const isAddress = (text: string): boolean => text.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(text)
