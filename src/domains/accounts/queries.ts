import { type Insertable, sql, type Updateable } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { AccountTokens, UserEmails, Users } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'

export type AccountRow = NonNullable<Awaited<ReturnType<typeof findAccount>>>

interface EmailJson {
  email: string
  purpose: string
  verified: boolean
  created_at: string
}

/** An account with what its owner sees of it: never the password's hash. */
export const findAccount = ({ db }: AccountTx, id: number) =>
  db
    .selectFrom('users')
    .select([
      'id',
      'username',
      'given_name',
      'family_name',
      'country_code',
      'locale',
      'picture_url',
      'mfa_enabled',
      'guide',
      'last_login_at',
      'created_at',
      'updated_at',
    ])
    .select(
      sql<EmailJson[]>`(
        select coalesce(jsonb_agg(jsonb_build_object('email', e.email, 'purpose', e.purpose, 'verified', e.verified_at is not null, 'created_at', e.created_at)
          order by e.purpose desc, e.id), '[]')
        from user_emails e where e.user_id = users.id)`.as('emails'),
    )
    .where('id', '=', id)
    .executeTakeFirst()

/** Serializes changes of one account: its list of addresses, its password, its end. */
export const lockUser = ({ db }: AccountTx, id: number) =>
  db.selectFrom('users').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

export const findPasswordHash = async ({ db }: AccountTx, id: number): Promise<string | null> =>
  (await db.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst())?.password_hash ?? null

export const findGeneration = ({ db }: AccountTx, id: number) =>
  db.selectFrom('users').select('token_generation').where('id', '=', id).executeTakeFirst()

export const anyUser = async ({ db }: AccountTx): Promise<boolean> =>
  (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined

/** One sign-up at a time may ask whether it is the first of the installation. */
export const lockFirstUser = (tx: AccountTx) => tx.execute(sql`select pg_advisory_xact_lock(hashtext('trochoid.first_user'))`)

export const insertUser = ({ db }: AccountTx, row: Omit<Insertable<Users>, 'id'>) =>
  db.insertInto('users').values(row).returning('id').executeTakeFirstOrThrow()

export const updateUser = ({ db }: AccountTx, id: number, row: Updateable<Users>) =>
  db.updateTable('users').set(row).where('id', '=', id).execute()

/** Ends the reset tokens sent so far, whose MAC holds the generation. Ending the sessions is the caller's. */
export const setPassword = ({ db }: AccountTx, id: number, passwordHash: string) =>
  db
    .updateTable('users')
    .set(({ eb }) => ({ password_hash: passwordHash, token_generation: eb('token_generation', '+', 1), updated_at: new Date() }))
    .where('id', '=', id)
    .execute()

/**
 * Everything by which somebody could sign in, but the password and one address. What an organization's own provider says of
 * its member stays: it never reaches the account, and is the organization's word rather than the person's.
 */
export async function deleteWaysIn({ db }: AccountTx, userId: number, exceptEmailId: number): Promise<void> {
  await db.deleteFrom('identities').where('user_id', '=', userId).where('identity_provider_id', 'is', null).execute()
  for (const table of ['passkeys', 'totp_secrets', 'recovery_codes', 'login_challenges'] as const)
    await db.deleteFrom(table).where('user_id', '=', userId).execute()
  await db.deleteFrom('user_emails').where('user_id', '=', userId).where('id', '<>', exceptEmailId).execute()
  await db.updateTable('users').set({ mfa_enabled: false }).where('id', '=', userId).execute()
}

export const deleteUser = ({ db }: AccountTx, id: number) => db.deleteFrom('users').where('id', '=', id).execute()

const sameAddress = (email: string) => sql<boolean>`lower(email) = lower(${email})`

export const listEmails = ({ db }: AccountTx, userId: number) =>
  db.selectFrom('user_emails').selectAll().where('user_id', '=', userId).orderBy('id').execute()

export const findEmail = ({ db }: AccountTx, email: string) =>
  db.selectFrom('user_emails').selectAll().where(sameAddress(email)).executeTakeFirst()

export const insertEmail = ({ db }: AccountTx, row: Omit<Insertable<UserEmails>, 'id'>) =>
  db.insertInto('user_emails').values(row).execute()

export const updateEmail = ({ db }: AccountTx, id: number, row: Updateable<UserEmails>) =>
  db.updateTable('user_emails').set(row).where('id', '=', id).execute()

export const deleteEmail = ({ db }: AccountTx, id: number) => db.deleteFrom('user_emails').where('id', '=', id).execute()

/** @returns undefined when the person no longer has that address */
export const verifyEmail = ({ db }: AccountTx, userId: number, email: string) =>
  db
    .updateTable('user_emails')
    .set(({ fn, eb }) => ({ verified_at: fn.coalesce('verified_at', eb.val(new Date())) }))
    .where('user_id', '=', userId)
    .where(sameAddress(email))
    .returning(['id', 'purpose'])
    .executeTakeFirst()

/** Also forgets the person's tokens that are over, so that asking again and again piles nothing up. */
export async function insertToken({ db }: AccountTx, row: Omit<Insertable<AccountTokens>, 'id' | 'used_at'>): Promise<number> {
  await db.deleteFrom('account_tokens').where('user_id', '=', row.user_id).where('expires_at', '<', new Date()).execute()
  return (
    await db
      .insertInto('account_tokens')
      .values({ ...row, used_at: null })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id
}

export const findToken = ({ db }: AccountTx, id: number, purpose: string) =>
  db.selectFrom('account_tokens').selectAll().where('id', '=', id).where('purpose', '=', purpose).executeTakeFirst()

export const useToken = ({ db }: AccountTx, id: number) =>
  db.updateTable('account_tokens').set({ used_at: new Date() }).where('id', '=', id).execute()

/** Where the person is a member; named by their own eyes, so in the account's scope. */
export const listOwnOrganizations = ({ db }: AccountTx, userId: number) =>
  db
    .selectFrom('members')
    .innerJoin('organizations', 'organizations.id', 'members.organization_id')
    .select(['organizations.id', 'organizations.canonical'])
    .where('members.user_id', '=', userId)
    .where('members.invitation_state', '=', 'accepted')
    .orderBy('organizations.id')
    .execute()

export const lockMembership = (tx: OrgTx, userId: number) =>
  tx
    .selectFrom('members')
    .select(['id', 'role_id'])
    .where('user_id', '=', userId)
    .where('invitation_state', '=', 'accepted')
    .forUpdate()
    .executeTakeFirst()

export const deleteMembership = (tx: OrgTx, id: number) => tx.deleteFrom('members').where('id', '=', id).execute()
