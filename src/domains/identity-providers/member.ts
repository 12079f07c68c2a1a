/**
 * From what an organization's own identity provider says of somebody to a member with a role and teams.
 *
 * Its administrators decide what the provider says, so nothing here may let them reach an account that is not a member already:
 * an address is followed only to a member who has shown that they read it, and what comes of it is good in the organization alone
 * (`confined_to`). Everybody else needs a new account, or to accept an invitation with the one they have.
 */

import { takeAttemptIn } from '../../access/rate-limit.ts'
import type { Origin } from '../../access/sessions.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { seatsChanged, takeSeat } from '../billing/seats.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { invitationDays } from '../members/invitation-token.ts'
import { lockAdministratorRole } from '../members/queries.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import type { OutsideIdentity } from '../sso/types.ts'
import { emailAttributes } from './attributes.ts'
import { makeAccount } from './joining/account.ts'
import { follow, type Given, givenBy } from './joining/groups.ts'
import * as joining from './joining/queries.ts'
import { lockProvider, type ProviderRow, updateProvider } from './queries.ts'

/** Both scopes at once: the accounts of the platform, and the inside of the provider's organization. */
interface Doors {
  tx: AccountTx
  inside: OrgTx
  config: Platform['config']
}

interface Person {
  userId: number
  username: string
  /** Null: this is the first time. */
  identityId: number | null
}

/**
 * The person of an identity of an organization's own provider; made and added to the organization at the first time, where the
 * provider may. Role and teams follow the groups at every sign-in.
 * @param tx a write in the platform scope
 * @param origin of the request, for the account's own log
 * @throws Unauthenticated with a sentence for the person; Conflict when the organization has no seat left
 */
export async function findOrMakeMember(
  { config }: Platform,
  tx: AccountTx,
  identity: OutsideIdentity,
  origin: Origin,
): Promise<{ userId: number; identityId: number }> {
  const { identityProvider: at } = identity
  if (at === null) throw new Error('this identity is not of an organization’s own provider')
  return tx.inOrganization(at.organizationId, null, async (inside) => {
    // Held to the end: whoever comes by the same provider at this moment waits, and so does whoever turns it off.
    const provider = await lockProvider(inside, { id: at.id })
    if (!provider?.enabled || provider.entity_id !== identity.issuer)
      throw unauthenticated('The identity provider was changed or turned off a moment ago: begin again')
    const doors = { tx, inside, config }
    const given = await givenBy(inside, provider, identity.groups)
    // Before any member, as everybody who takes an administrator away does.
    if (given.role) await lockAdministratorRole(inside)
    const person = await personOf(doors, provider, identity)
    const member = await membershipOf(doors, provider, identity, person, given)
    await follow(inside, provider, { memberId: member.id, username: person.username, roleId: member.role_id }, given)
    await updateProvider(inside, provider.id, { last_sign_in_at: new Date() })
    return { userId: person.userId, identityId: await noteIdentity(doors, provider, { ...identity, origin }, person) }
  })
}

const newAccounts = { name: 'provision', attempts: 500, seconds: 3600 }

/** Who it is. A new account is not a member yet, and is gone again if it may not become one. @throws Unauthenticated */
async function personOf({ tx, inside, config }: Doors, provider: ProviderRow, identity: OutsideIdentity): Promise<Person> {
  const known = await joining.findIdentity(tx, provider.id, identity.subject)
  if (known) return { userId: known.user_id, username: await joining.findUsername(tx, known.user_id), identityId: known.id }
  const { email } = identity
  if (email === null)
    throw unauthenticated(
      `${provider.name} did not say what your e-mail address is: it has to send it as the attribute ${emailAttributes(provider.attributes)}, or as the name of the person`,
    )
  await joining.lockAddress(tx, email)
  const owner = await joining.findAddressOwner(tx, email, inside.organizationId)
  if (owner) {
    await assertMayLink({ tx, inside, config }, provider, owner, email)
    return { userId: owner.user_id, username: owner.username, identityId: null }
  }
  // Names and addresses are the whole installation's: one provider does not take them all.
  await takeAttemptIn(tx, config.rateLimitFactor, newAccounts, String(provider.id))
  return { ...(await makeAccount(tx, identity, email)), identityId: null }
}

/**
 * May the provider say that somebody with this address is the account that has it?
 * @throws Unauthenticated for accounts that are no member's, and for addresses that nobody has shown to read
 */
async function assertMayLink({ tx, inside }: Doors, provider: ProviderRow, owner: joining.AddressOwner, email: string): Promise<void> {
  if (!(await joining.lockMembership(inside, owner.user_id)))
    throw unauthenticated(
      `There is an account with the address ${email} already, and it is not a member of the organization: sign in with that account (a forgotten password can be reset) and accept an invitation first`,
    )
  if (!owner.verified && !owner.made_here)
    throw unauthenticated(
      `A member has given the address ${email} and not verified it yet: sign in with that account and follow the link in the mail first`,
    )
  // Where people may change their own address, one of them could become another by it.
  if (await joining.hasIdentityAt(tx, provider.id, owner.user_id))
    throw unauthenticated(
      `The member with the address ${email} signs in to ${provider.name} under another name there: an administrator has to remove and invite them again if it was changed`,
    )
}

const notInvited = (provider: ProviderRow, email: string) =>
  unauthenticated(`${email} is not a member of the organization yet, and ${provider.name} adds nobody by itself: ask for an invitation`)

/** The membership that the person has, or gets now. @throws Unauthenticated without an invitation where one is needed; Conflict without a seat */
async function membershipOf(
  { inside, config }: Doors,
  provider: ProviderRow,
  { email }: OutsideIdentity,
  { userId, username }: Person,
  given: Given,
): Promise<{ id: number; role_id: number }> {
  const present = await joining.lockMembership(inside, userId)
  if (present) return present
  const invitation = email === null ? undefined : await joining.lockInvitation(inside, email, invitationDays)
  if (!provider.provision && !invitation?.open) throw notInvited(provider, email ?? username)
  await takeSeat(inside, userId, config)
  const role_id = given.role?.id ?? (invitation?.open ? invitation.role_id : provider.default_role_id)
  const id = invitation?.id ?? (await joining.insertMembership(inside, userId, role_id))
  if (invitation) await joining.useInvitation(inside, id, userId, role_id)
  await insertEvent(
    inside,
    auditEvent({
      entity: 'member',
      action: invitation ? 'accept' : 'create',
      title: 'A member has joined',
      message: `${username} joined the organization by signing in through ${provider.name}`,
      tags: { name: username, user: username, identity_provider: provider.canonical },
      by: { user_id: userId, api_key_id: null },
    }),
  )
  await seatsChanged(inside)
  return { id, role_id }
}

async function noteIdentity(
  { tx, inside }: Doors,
  provider: ProviderRow,
  identity: OutsideIdentity & { origin: Origin },
  person: Person,
): Promise<number> {
  const { issuer, subject, email, origin } = identity
  if (person.identityId !== null) {
    await joining.touchIdentity(tx, person.identityId, email)
    return person.identityId
  }
  const id = await joining.insertIdentity(tx, {
    user_id: person.userId,
    issuer,
    subject,
    email,
    confined_to: inside.organizationId,
    identity_provider_id: provider.id,
  })
  await noteAccountEvent(tx, {
    userId: person.userId,
    action: 'identity_linked',
    message: `${provider.name} signs ${person.username} in to the organization from now on`,
    origin,
    confinedTo: inside.organizationId,
  })
  return id
}
