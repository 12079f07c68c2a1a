/**
 * What happens to an account stands in the log of every organization that the person belongs to. Work of jobs: it may run
 * twice, and tells once.
 */
import { AccountTx } from '../../db/account-tx.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import type { AccountAction } from './account-events.ts'
import * as queries from './told-queries.ts'

/** Of one person. */
const mostOrganizations = 100
const windowSeconds = 600
/**
 * Of one kind within the window, before they are folded into one line at its end: whoever guesses a password, or signs in
 * by a script, fills nobody's log.
 */
const mostAlike = (action: string): number => (action === 'sign_in_failed' ? 3 : 20)

const titles: Record<AccountAction, string> = {
  sign_in: 'A member has signed in',
  sign_in_failed: 'A sign-in has failed',
  identity_linked: 'An identity has been linked',
  identity_unlinked: 'An identity has been unlinked',
  second_factor_changed: 'A second factor has been changed',
  password_changed: 'A password has been changed',
  sessions_ended: 'Sessions have been ended',
}

/** Copies the event into the log of each organization that the person belongs to, or of the one whose provider vouched for them. */
export async function tellOrganizations({ database }: Platform, { eventId }: { eventId: number }): Promise<void> {
  const subject = await AccountTx.read(database, { kind: 'platform' }, (tx) => queries.findSubject(tx, eventId))
  // One that meant nobody is nobody's business.
  if (subject === undefined || subject === null) return
  await AccountTx.write(database, { kind: 'account', accountId: subject }, async (tx) => {
    const person = await queries.lockPerson(tx, subject)
    const event = await queries.findUntold(tx, eventId)
    if (!person || !event) return
    const kind = { userId: subject, action: event.action, confinedTo: event.confined_to }
    const since = new Date(Date.now() - windowSeconds * 1000)
    if ((await queries.countTold(tx, kind, since)) >= mostAlike(event.action)) {
      if (!(await queries.anyFolded(tx, kind))) await enqueue(tx, 'sessions.tellFolded', kind, windowSeconds)
      await queries.fold(tx, eventId)
      return
    }
    await tell(tx, { ...kind, username: person.username, message: event.message, address: event.address })
    await queries.noteTold(tx, eventId)
  })
}

/** One line for all of a kind that were folded meanwhile. */
export async function tellFolded({ database }: Platform, kind: queries.Kind): Promise<void> {
  await AccountTx.write(database, { kind: 'account', accountId: kind.userId }, async (tx) => {
    const person = await queries.lockPerson(tx, kind.userId)
    const folded = await queries.takeFolded(tx, kind)
    const last = folded.at(-1)
    if (!person || !last) return
    const addresses = new Set(folded.map(({ address }) => address))
    const from = addresses.size === 1 ? `from ${last.address}` : `from ${addresses.size} addresses`
    const message = `${folded.length} more within ${windowSeconds / 60} minutes, ${from}: ${last.message}`
    await tell(tx, { ...kind, username: person.username, message, address: addresses.size === 1 ? last.address : 'several' })
  })
}

interface Line extends queries.Kind {
  username: string
  message: string
  address: string
}

async function tell(tx: AccountTx, { userId, username, action, message, address, confinedTo }: Line): Promise<void> {
  const failed = action === 'sign_in_failed'
  const event = auditEvent({
    entity: 'member',
    action,
    title: titles[action as AccountAction] ?? 'Something happened to the account of a member',
    message: message.includes(username) ? message : `${username}: ${message}`,
    tags: { name: username, user: username, address },
    // Whoever failed to be somebody was somebody else.
    by: { user_id: failed ? null : userId, api_key_id: null },
    severity: failed ? 'warn' : 'info',
  })
  const organizations = confinedTo === null ? await queries.listOrganizations(tx, userId, mostOrganizations) : [confinedTo]
  for (const id of organizations) await tx.inOrganization(id, userId, (inside) => insertEvent(inside, event))
}
