/** What happened to an account, for its owner; and for the organizations that they belong to, which a job tells (tell-organizations.ts). */
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

const day = 24 * 3600_000
const keptDays = 90
/** What meant nobody is nobody's to read; it is written only so that it takes as long. */
const strangersDays = 1

export async function forgetOldAccountEvents({ db }: AccountTx): Promise<void> {
  const before = (days: number) => new Date(Date.now() - days * day)
  await db
    .deleteFrom('account_events')
    .where('created_at', '<', before(strangersDays))
    .where(({ eb, or }) => or([eb('user_id', 'is', null), eb('created_at', '<', before(keptDays))]))
    .execute()
}
