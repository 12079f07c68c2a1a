/** Who is signed in, from where, and how they proved it. A session is a row; ending it is deleting the row, which holds at once. */
import { AccountTx } from '../db/account-tx.ts'
import type { Database } from '../db/pool.ts'
import { forbidden, staleSignIn, unauthenticated } from '../errors.ts'
import type { Actor } from './actor.ts'

export type SignInMethod = 'password' | 'passkey' | 'saml2' | 'google' | 'github' | 'azuread'
export type SecondFactor = 'email' | 'totp' | 'recovery_code' | 'passkey'

/** Where a request comes from, as far as it says. */
export interface Origin {
  address: string
  userAgent: string
}

export interface NewSession extends Origin {
  userId: number
  /** `users.token_generation` when the person was read: a password that was changed since has ended this sign-in too. */
  generation: number
  method: SignInMethod
  secondFactor: SecondFactor | null
  /** See `sessions.confined_to` in db/migrations. */
  confinedTo: number | null
  identityId: number | null
}

interface Lifetimes {
  /** Of one token. */
  sessionHours: number
  /** Of a session, however often its token is refreshed. */
  sessionDays: number
}

const longestUserAgent = 300

/** Nobody is signed in at more places; the oldest sessions end. */
const mostSessions = 100

/**
 * @returns with `until`, when its first token ends
 * @throws Unauthenticated when the account is gone, or its password was changed while the person signed in
 */
export async function startSession(
  { db }: AccountTx,
  session: NewSession,
  { sessionHours, sessionDays }: Lifetimes,
): Promise<{ id: number; until: Date }> {
  const now = Date.now()
  const end = now + sessionDays * 24 * 3600_000
  const until = new Date(Math.min(now + sessionHours * 3600_000, end))
  // Held to the end of the transaction, so that whoever changes the password ends this session too, or this does not begin.
  const user = await db.selectFrom('users').select('token_generation').where('id', '=', session.userId).forShare().executeTakeFirst()
  if (user?.token_generation !== session.generation) throw unauthenticated('The account was changed meanwhile: sign in again')
  const kept = db
    .selectFrom('sessions')
    .select('id')
    .where('user_id', '=', session.userId)
    .orderBy('id', 'desc')
    .limit(mostSessions - 1)
  await db.deleteFrom('sessions').where('user_id', '=', session.userId).where('id', 'not in', kept).execute()
  const row = await db
    .insertInto('sessions')
    .values({
      user_id: session.userId,
      method: session.method,
      second_factor: session.secondFactor,
      confined_to: session.confinedTo,
      identity_id: session.identityId,
      address: session.address,
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
      user_agent: session.userAgent.replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, longestUserAgent),
      expires_at: until,
      ends_at: new Date(end),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id: row.id, until }
}

export type SessionRow = NonNullable<Awaited<ReturnType<typeof findSession>>>

/** @returns undefined when it has ended, or is somebody else's */
export const findSession = ({ db }: AccountTx, id: number, userId: number) =>
  db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('expires_at', '>', new Date())
    .executeTakeFirst()

/** Carries a session on, up to its last moment. @returns until when, or undefined when it has ended meanwhile */
export async function extendSession(
  { db }: AccountTx,
  id: number,
  { sessionHours }: Pick<Lifetimes, 'sessionHours'>,
): Promise<Date | undefined> {
  const until = new Date(Date.now() + sessionHours * 3600_000)
  const row = await db
    .updateTable('sessions')
    .set(({ fn, eb, ref }) => ({ last_used_at: new Date(), expires_at: fn<Date>('least', [eb.val(until), ref('ends_at')]) }))
    .where('id', '=', id)
    .where('expires_at', '>', new Date())
    .returning('expires_at')
    .executeTakeFirst()
  return row?.expires_at
}

/** One of a person. @returns was there one? */
export async function endSession({ db }: AccountTx, id: number, userId: number): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('sessions').where('id', '=', id).where('user_id', '=', userId).executeTakeFirst()
  return numDeletedRows > 0n
}

/** All of a person, or all but one. */
export async function endSessions({ db }: AccountTx, userId: number, but?: number): Promise<void> {
  const all = db.deleteFrom('sessions').where('user_id', '=', userId)
  await (but === undefined ? all : all.where('id', '<>', but)).execute()
}

const freshMinutes = 60

/**
 * For changes of how a person signs in: a token that was stolen must not be enough to keep the owner out.
 * @throws StaleSignIn unless they signed in lately, with a second factor when the account asks for one
 */
export async function assertFresh(tx: AccountTx, actor: Actor): Promise<void> {
  if (actor.kind !== 'user') throw forbidden('This is about a person')
  const session = await findSession(tx, actor.session, actor.id)
  if (!session || session.created_at < new Date(Date.now() - freshMinutes * 60_000))
    throw staleSignIn(`Sign in again to change this: it has to be within ${freshMinutes} minutes of signing in`)
  const person = await tx.db.selectFrom('users').select('mfa_enabled').where('id', '=', actor.id).executeTakeFirst()
  // They deleted their account a moment ago, in another request.
  if (!person) throw unauthenticated('The session has ended: sign in again')
  if (person.mfa_enabled && session.second_factor === null)
    throw staleSignIn('Sign in again with your second factor to change this: this session began without it')
}

export interface Sessions {
  /**
   * @returns the actor under the name they have now, and confined as their session is
   * @throws Unauthenticated when the person is gone, or the session was ended
   */
  assertLive(actor: Actor): Promise<Actor>
}

/** Inside an organization the same is part of reading the access (remember.ts); this is for what is outside of one. */
export function openSessions(database: Database): Sessions {
  return {
    async assertLive(actor) {
      if (actor.kind !== 'user') return actor
      const row = await AccountTx.read(database, { kind: 'account', accountId: actor.id }, ({ db }) =>
        db
          .selectFrom('sessions')
          .innerJoin('users', 'users.id', 'sessions.user_id')
          .select(['users.username', 'sessions.confined_to'])
          .where('sessions.id', '=', actor.session)
          .where('sessions.user_id', '=', actor.id)
          .where('sessions.expires_at', '>', new Date())
          .executeTakeFirst(),
      )
      if (!row) throw unauthenticated('The session has ended: sign in again')
      return { ...actor, username: row.username, confinedTo: row.confined_to }
    },
  }
}
