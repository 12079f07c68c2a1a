/** Which of an account's events the organizations know. Everything here runs in the account's own scope, but `findSubject`. */
import type { AccountTx } from '../../db/account-tx.ts'

/** Events that are folded together. */
export interface Kind {
  userId: number
  action: string
  confinedTo: number | null
}

/** @returns whom it is about; null: nobody; undefined: it is told, or there is no such event */
export const findSubject = async ({ db }: AccountTx, id: number): Promise<number | null | undefined> =>
  (await db.selectFrom('account_events').select('user_id').where('id', '=', id).where('told_at', 'is', null).executeTakeFirst())?.user_id

/** One job at a time tells of a person. Weaker than what deletes them, so that nobody who refers to them has to wait. */
export const lockPerson = ({ db }: AccountTx, id: number) =>
  db.selectFrom('users').select('username').where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

export const findUntold = ({ db }: AccountTx, id: number) =>
  db
    .selectFrom('account_events')
    .selectAll()
    .where('id', '=', id)
    .where('told_at', 'is', null)
    .where('folded', '=', false)
    .executeTakeFirst()

const ofKind = ({ db }: AccountTx, { userId, action, confinedTo }: Kind) =>
  db
    .selectFrom('account_events')
    .where('user_id', '=', userId)
    .where('action', '=', action)
    .where('confined_to', confinedTo === null ? 'is' : '=', confinedTo)

/** Those that got a line of their own. */
export const countTold = async (tx: AccountTx, kind: Kind, since: Date): Promise<number> =>
  (
    await ofKind(tx, kind)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('folded', '=', false)
      .where('told_at', '>', since)
      .executeTakeFirstOrThrow()
  ).count

/** Is a job on its way that will tell of them? */
export const anyFolded = async (tx: AccountTx, kind: Kind): Promise<boolean> =>
  (await ofKind(tx, kind).select('id').where('folded', '=', true).where('told_at', 'is', null).limit(1).executeTakeFirst()) !== undefined

export const fold = ({ db }: AccountTx, id: number) => db.updateTable('account_events').set({ folded: true }).where('id', '=', id).execute()

export const noteTold = ({ db }: AccountTx, id: number) =>
  db.updateTable('account_events').set({ told_at: new Date() }).where('id', '=', id).execute()

export const takeFolded = async (tx: AccountTx, kind: Kind) => {
  const waiting = ofKind(tx, kind).select('id').where('folded', '=', true).where('told_at', 'is', null)
  const rows = await tx.db
    .updateTable('account_events')
    .set({ told_at: new Date() })
    .where('id', 'in', waiting)
    .returning(['id', 'message', 'address'])
    .execute()
  return rows.sort((a, b) => a.id - b.id)
}

/** Where the person is a member, and asked to be; named by their own eyes. */
export const listOrganizations = async ({ db }: AccountTx, userId: number, most: number): Promise<number[]> =>
  (
    await db
      .selectFrom('members')
      .select('organization_id')
      .where('user_id', '=', userId)
      .where('invitation_state', '=', 'accepted')
      .where('added_by_provider', '=', false)
      .orderBy('organization_id')
      .limit(most)
      .execute()
  ).map(({ organization_id }) => organization_id)
