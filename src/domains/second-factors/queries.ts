import { type Insertable, sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { LoginChallenges, Passkeys } from '../../db/database.ts'

/** Serializes changes of one account. */
export const lockAccount = ({ db }: AccountTx, id: number) =>
  db.selectFrom('users').select(['id', 'username', 'mfa_enabled', 'passkey_handle']).where('id', '=', id).forUpdate().executeTakeFirst()

export type Factors = NonNullable<Awaited<ReturnType<typeof findFactors>>>

/** What the account has to prove itself with. */
export const findFactors = ({ db }: AccountTx, userId: number) =>
  db
    .selectFrom('users')
    .select('mfa_enabled')
    .select([
      sql<boolean>`exists (select from totp_secrets t where t.user_id = users.id and t.confirmed_at is not null)`.as('totp'),
      sql<boolean>`exists (select from passkeys p where p.user_id = users.id)`.as('passkey'),
      sql<number>`(select count(*) from recovery_codes r where r.user_id = users.id and r.used_at is null)`.as('recovery_codes'),
    ])
    .where('id', '=', userId)
    .executeTakeFirst()

/** Where mails to the person go; nowhere, as long as nobody proved that the address is theirs. In the platform's scope. */
export const findPrimaryAddress = async ({ db }: AccountTx, userId: number): Promise<string | undefined> =>
  (
    await db
      .selectFrom('user_emails')
      .select('email')
      .where('user_id', '=', userId)
      .where('purpose', '=', 'primary')
      .where('verified_at', 'is not', null)
      .executeTakeFirst()
  )?.email

/** Does an organization of the person, or one above, ask for a second factor? In the scope of their account. */
export async function owesSecondFactor(tx: AccountTx, userId: number): Promise<boolean> {
  const { rows } = await tx.execute(sql<{ owes: boolean }>`select owes_second_factor(${userId}) as owes`)
  return rows[0]?.owes === true
}

export const turnOn = ({ db }: AccountTx, userId: number) =>
  db
    .updateTable('users')
    .set({ mfa_enabled: true, updated_at: new Date() })
    .where('id', '=', userId)
    .where('mfa_enabled', '=', false)
    .execute()

export const markSession = ({ db }: AccountTx, id: number, userId: number, factor: string) =>
  db
    .updateTable('sessions')
    .set({ second_factor: factor })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('second_factor', 'is', null)
    .execute()

export interface NewChallenge
  extends Partial<Pick<LoginChallenges, 'method' | 'identity_id' | 'organization' | 'child' | 'webauthn_challenge'>> {
  purpose: Purpose
  user_id: number | null
  nonce: string
  expires_at: Date
}

/** @returns undefined when the account is gone */
export async function insertChallenge({ db }: AccountTx, row: NewChallenge): Promise<{ id: number } | undefined> {
  const { user_id } = row
  const generationOf = (id: number) => db.selectFrom('users').select('token_generation').where('id', '=', id).executeTakeFirst()
  const user = user_id === null ? null : await generationOf(user_id)
  if (user === undefined) return undefined
  return db
    .insertInto('login_challenges')
    .values({
      method: null,
      identity_id: null,
      organization: null,
      child: null,
      webauthn_challenge: null,
      mailed_at: null,
      ...row,
      generation: user?.token_generation ?? null,
    })
    .returning('id')
    .executeTakeFirst()
}

export type Purpose = 'second_factor' | 'passkey_login' | 'passkey_registration'

export type ChallengeRow = NonNullable<Awaited<ReturnType<typeof findChallenge>>>

/** @returns undefined when it is over, or the person's password was changed since */
export const findChallenge = ({ db }: AccountTx, id: number, purpose: Purpose) =>
  db
    .selectFrom('login_challenges')
    .leftJoin('users', 'users.id', 'login_challenges.user_id')
    .selectAll('login_challenges')
    .where('login_challenges.id', '=', id)
    .where('login_challenges.purpose', '=', purpose)
    .where('login_challenges.expires_at', '>', new Date())
    .where(({ or, eb, ref }) =>
      or([eb('login_challenges.user_id', 'is', null), eb('login_challenges.generation', '=', ref('users.token_generation'))]),
    )
    .executeTakeFirst()

/** Counts before the proof is looked at, and holds the row. @returns which try it is; undefined when the row is gone */
export const countTry = async ({ db }: AccountTx, id: number): Promise<number | undefined> =>
  (
    await db
      .updateTable('login_challenges')
      .set(({ eb }) => ({ attempts: eb('attempts', '+', 1) }))
      .where('id', '=', id)
      .returning('attempts')
      .executeTakeFirst()
  )?.attempts

/** @returns was it there? Of two that use one challenge at once, one gets yes. */
export async function deleteChallenge({ db }: AccountTx, id: number): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('login_challenges').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

export const noteMailed = ({ db }: AccountTx, id: number) =>
  db.updateTable('login_challenges').set({ mailed_at: new Date() }).where('id', '=', id).execute()

export const findTotp = ({ db }: AccountTx, userId: number) =>
  db.selectFrom('totp_secrets').selectAll().where('user_id', '=', userId).executeTakeFirst()

/** In place of one that was never confirmed. */
export const replaceTotp = ({ db }: AccountTx, userId: number, sealed: string) =>
  db
    .insertInto('totp_secrets')
    .values({ user_id: userId, sealed, confirmed_at: null })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ sealed, confirmed_at: null, last_step: 0, created_at: new Date() }))
    .execute()

export const confirmTotp = ({ db }: AccountTx, userId: number, step: number) =>
  db.updateTable('totp_secrets').set({ confirmed_at: new Date(), last_step: step }).where('user_id', '=', userId).execute()

export const deleteTotp = ({ db }: AccountTx, userId: number) =>
  db.deleteFrom('totp_secrets').where('user_id', '=', userId).returning('confirmed_at').executeTakeFirst()

/** @returns false when a code of that step, or a later one, was taken before */
export async function useStep({ db }: AccountTx, userId: number, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('totp_secrets')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .where('last_step', '<', step)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** In the order of people, so that a long list is gone through in parts. */
export const lockTotpSecretsAfter = ({ db }: AccountTx, userId: number, most: number) =>
  db
    .selectFrom('totp_secrets')
    .select(['user_id', 'sealed'])
    .where('user_id', '>', userId)
    .orderBy('user_id')
    .limit(most)
    .forUpdate()
    .execute()

export const updateSealedTotp = ({ db }: AccountTx, userId: number, sealed: string) =>
  db.updateTable('totp_secrets').set({ sealed }).where('user_id', '=', userId).execute()

export async function listTotpWrappers({ db }: AccountTx): Promise<string[]> {
  const rows = await db.selectFrom('totp_secrets').select(sql<string>`split_part(sealed, '.', 1)`.as('id')).distinct().execute()
  return rows.map(({ id }) => id)
}

export async function replaceRecoveryCodes({ db }: AccountTx, userId: number, hashes: readonly string[]): Promise<void> {
  await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  if (hashes.length === 0) return
  await db
    .insertInto('recovery_codes')
    .values(hashes.map((code_hash) => ({ user_id: userId, code_hash, used_at: null })))
    .execute()
}

/** @returns false when there is no such code, or it was used */
export async function useRecoveryCode({ db }: AccountTx, userId: number, hash: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('recovery_codes')
    .set({ used_at: new Date() })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export type PasskeyRow = Awaited<ReturnType<typeof listPasskeys>>[number]

/** The newest first. */
export const listPasskeys = ({ db }: AccountTx, userId: number) =>
  db.selectFrom('passkeys').selectAll().where('user_id', '=', userId).orderBy('id', 'desc').execute()

export const findPasskey = ({ db }: AccountTx, credentialId: string) =>
  db
    .selectFrom('passkeys')
    .innerJoin('users', 'users.id', 'passkeys.user_id')
    .selectAll('passkeys')
    .select('users.passkey_handle')
    .where('passkeys.credential_id', '=', credentialId)
    .executeTakeFirst()

export const insertPasskey = ({ db }: AccountTx, row: Omit<Insertable<Passkeys>, 'id' | 'last_used_at'>) =>
  db
    .insertInto('passkeys')
    .values({ ...row, last_used_at: null })
    .returningAll()
    .executeTakeFirstOrThrow()

/** @returns false when another use went further meanwhile: two keys count apart */
export async function usePasskey(
  { db }: AccountTx,
  id: number,
  { counter, backedUp }: { counter: number; backedUp: boolean },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('passkeys')
    .set({ counter, backed_up: backedUp, last_used_at: new Date() })
    .where('id', '=', id)
    .where(({ or, and, eb }) => or([eb('counter', '<', counter), and([eb('counter', '=', 0), eb(eb.val(counter), '=', 0)])]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function deletePasskey({ db }: AccountTx, id: number, userId: number): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('passkeys').where('id', '=', id).where('user_id', '=', userId).executeTakeFirst()
  return numDeletedRows > 0n
}
