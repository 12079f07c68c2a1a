/**
 * Of signing in by an organization's own provider. The transaction is in the platform scope as well as in the organization, or
 * accounts would be out of sight.
 */
import { sql } from 'kysely'
import type { AccountTx } from '../../../db/account-tx.ts'
import type { OrgTx } from '../../../db/organization-tx.ts'

/** Whoever is asked for by the same address waits: two of them must not make it two accounts. */
export const lockAddress = (tx: AccountTx, email: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('trochoid.address:' || lower(${email}), 0))`)

export const findIdentity = ({ db }: AccountTx, providerId: number, subject: string) =>
  db
    .selectFrom('identities')
    .select(['id', 'user_id'])
    .where('identity_provider_id', '=', providerId)
    .where('subject', '=', subject)
    .executeTakeFirst()

export const hasIdentityAt = async ({ db }: AccountTx, providerId: number, userId: number): Promise<boolean> =>
  (await db
    .selectFrom('identities')
    .select('id')
    .where('identity_provider_id', '=', providerId)
    .where('user_id', '=', userId)
    .executeTakeFirst()) !== undefined

export const insertIdentity = async (
  { db }: AccountTx,
  row: { user_id: number; issuer: string; subject: string; email: string | null; confined_to: number; identity_provider_id: number },
): Promise<number> =>
  (
    await db
      .insertInto('identities')
      .values({ ...row, provider: 'saml2' })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id

export const touchIdentity = ({ db }: AccountTx, id: number, email: string | null) =>
  db
    .updateTable('identities')
    .set({ last_used_at: new Date(), ...(email === null ? {} : { email }) })
    .where('id', '=', id)
    .execute()

export interface AddressOwner {
  user_id: number
  username: string
  /** Somebody has shown that they read it. */
  verified: boolean
  /** Nothing but what providers of this organization said ever opened the account: no password, no passkey, no other identity. */
  made_here: boolean
}

export const findAddressOwner = ({ db }: AccountTx, email: string, organizationId: number): Promise<AddressOwner | undefined> =>
  db
    .selectFrom('user_emails')
    .innerJoin('users', 'users.id', 'user_emails.user_id')
    .select(['users.id as user_id', 'users.username'])
    .select(sql<boolean>`user_emails.verified_at is not null`.as('verified'))
    .select(
      sql<boolean>`user_emails.purpose = 'primary' and users.password_hash is null
        and not exists (select from passkeys k where k.user_id = users.id)
        and not exists (select from identities i where i.user_id = users.id and i.confined_to is distinct from ${organizationId})
        and not exists (select from user_emails e where e.user_id = users.id and e.verified_at is not null)`.as('made_here'),
    )
    .where(sql<boolean>`lower(user_emails.email) = lower(${email})`)
    .executeTakeFirst()

export const findUsername = async ({ db }: AccountTx, userId: number): Promise<string> =>
  (await db.selectFrom('users').select('username').where('id', '=', userId).executeTakeFirstOrThrow()).username

/** @returns undefined when somebody has the username */
export const insertUserNamed = async (
  { db }: AccountTx,
  row: { username: string; given_name: string; family_name: string; locale: string },
): Promise<number | undefined> =>
  (
    await db
      .insertInto('users')
      .values({ ...row, password_hash: null, country_code: null, picture_url: null, last_login_at: null })
      .onConflict((on) => on.column('username').doNothing())
      .returning('id')
      .executeTakeFirst()
  )?.id

/** @returns false when somebody has the address */
export const insertUnverifiedAddress = async ({ db }: AccountTx, userId: number, email: string): Promise<boolean> =>
  (await db
    .insertInto('user_emails')
    .values({ user_id: userId, email, purpose: 'primary', verified_at: null })
    .onConflict((on) => on.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined

export const lockMembership = (tx: OrgTx, userId: number) =>
  tx
    .selectFrom('members')
    .select(['id', 'role_id', 'invitation_state'])
    .where('user_id', '=', userId)
    .where('invitation_state', '=', 'accepted')
    .forUpdate()
    .executeTakeFirst()

/** An invitation of the address that nobody answered; `open` while its mail would still be good. */
export const lockInvitation = (tx: OrgTx, email: string, days: number) =>
  tx
    .selectFrom('members')
    .select(['id', 'role_id'])
    .select(sql<boolean>`coalesce(invitation_resent_at, invited_at) > now() - make_interval(days => ${days})`.as('open'))
    .where('invitation_state', '=', 'pending')
    .where(sql<boolean>`lower(invitation_email) = lower(${email})`)
    .forUpdate()
    .executeTakeFirst()

export const insertMembership = async (tx: OrgTx, userId: number, roleId: number): Promise<number> =>
  (
    await tx
      .insertInto('members', {
        user_id: userId,
        role_id: roleId,
        invitation_state: 'accepted',
        invitation_email: null,
        invitation_nonce: null,
        invited_by_id: null,
        invited_at: null,
        invitation_resent_at: null,
        added_by_provider: true,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id

export const useInvitation = (tx: OrgTx, id: number, userId: number, roleId: number) =>
  tx
    .updateTable('members')
    .set({ user_id: userId, role_id: roleId, invitation_state: 'accepted', invitation_nonce: null, updated_at: new Date() })
    .where('id', '=', id)
    .execute()

export const setRole = (tx: OrgTx, memberId: number, roleId: number) =>
  tx.updateTable('members').set({ role_id: roleId, updated_at: new Date() }).where('id', '=', memberId).execute()

export const listTeamIdsOf = async (tx: OrgTx, memberId: number): Promise<Set<number>> =>
  new Set((await tx.selectFrom('team_members').select('team_id').where('member_id', '=', memberId).execute()).map(({ team_id }) => team_id))

/** The provider of an identity, which nobody changes before the transaction ends. */
export const shareProviderOf = async (tx: OrgTx, identityId: number): Promise<{ enabled: boolean } | undefined> => {
  const { rows } = await tx.execute(sql<{ enabled: boolean }>`
    select p.enabled from identities i join identity_providers p on p.organization_id = i.confined_to and p.id = i.identity_provider_id
    where i.id = ${identityId} and i.confined_to = ${tx.organizationId} for share of p`)
  return rows[0]
}
