import { sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'

/** What a session is made of. */
export interface PersonRow {
  id: number
  username: string
  given_name: string
  family_name: string
  locale: string
  mfa_enabled: boolean
  /** Of all that proves the account: another one, and what was proven by the old is nothing any more. */
  token_generation: number
}

const columns = [
  'users.id',
  'users.username',
  'users.given_name',
  'users.family_name',
  'users.locale',
  'users.mfa_enabled',
  'users.token_generation',
] as const

/** Also how far they got: the caller tells no one which part was missing. */
export type Candidate = PersonRow & { password_hash: string | null; verified: boolean }

export const findByEmail = ({ db }: AccountTx, email: string): Promise<Candidate | undefined> =>
  db
    .selectFrom('user_emails')
    .innerJoin('users', 'users.id', 'user_emails.user_id')
    .select([...columns, 'users.password_hash'])
    .select(sql<boolean>`user_emails.verified_at is not null`.as('verified'))
    .where(sql<boolean>`lower(user_emails.email) = lower(${email})`)
    .executeTakeFirst()

export const findByUsername = ({ db }: AccountTx, username: string): Promise<Candidate | undefined> =>
  db
    .selectFrom('users')
    .select([...columns, 'users.password_hash'])
    .select(sql<boolean>`exists (select from user_emails e where e.user_id = users.id and e.verified_at is not null)`.as('verified'))
    .where('users.username', '=', username)
    .executeTakeFirst()

export const findPerson = ({ db }: AccountTx, id: number): Promise<PersonRow | undefined> =>
  db.selectFrom('users').select(columns).where('users.id', '=', id).executeTakeFirst()

export const noteLogin = ({ db }: AccountTx, id: number) =>
  db.updateTable('users').set({ last_login_at: new Date() }).where('id', '=', id).execute()
