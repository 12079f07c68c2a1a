import type { AccountTx } from '../../db/account-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'

/**
 * Sessions that have not ended, the newest first.
 * @param confinedTo only those of this organization's own identity provider; null: all of the person
 */
export const listSessions = (tx: AccountTx, userId: number, confinedTo: number | null) =>
  selectSessions(tx, userId)
    .$if(confinedTo !== null, (query) => query.where('sessions.confined_to', '=', confinedTo))
    .orderBy('sessions.id', 'desc')
    .execute()

export const findOwnSession = (tx: AccountTx, userId: number, id: number) =>
  selectSessions(tx, userId).where('sessions.id', '=', id).executeTakeFirst()

const selectSessions = ({ db }: AccountTx, userId: number) =>
  db
    .selectFrom('sessions')
    .leftJoin('organizations', 'organizations.id', 'sessions.confined_to')
    .selectAll('sessions')
    .select('organizations.canonical as organization')
    .where('sessions.user_id', '=', userId)
    .where('sessions.expires_at', '>', new Date())

/** @returns their numbers */
export async function deleteSessions(
  { db }: AccountTx,
  userId: number,
  which: { only: number } | { not: number },
  confinedTo: number | null,
): Promise<number[]> {
  const rows = await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', 'only' in which ? '=' : '<>', 'only' in which ? which.only : which.not)
    .where('expires_at', '>', new Date())
    .$if(confinedTo !== null, (query) => query.where('confined_to', '=', confinedTo))
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** The newest first. */
export const listAccountEvents = ({ db }: AccountTx, userId: number, query: PageQuery) =>
  page(
    db.selectFrom('account_events').selectAll().where('user_id', '=', userId),
    { ...query, order_by: 'id:desc' },
    { columns: { id: 'id' }, tieBreaker: 'id' },
  )
