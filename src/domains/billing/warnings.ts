/** A job, once a day: tells organizations, by an event in their root, that something they need is about to end. */
import { billingOf, dueEnd, type Entitlement, inUse, licenceEnd, standingOf } from '../../access/standing.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { dayOf } from './licence-token.ts'
import * as queries from './queries.ts'

/** Before the end of a licence. */
export const warningDays = 30
const day = 24 * 3600_000

export interface Warning {
  entity: 'licence' | 'subscription'
  title: string
  message: string
  /** When the organization will be blocked. */
  blockedAt: Date
}

/** Runs as often as it may: there is one event a day and reason. */
export async function warnAll({ database, config }: Platform): Promise<void> {
  const ending = await AccountTx.read(database, { kind: 'platform' }, (tx) =>
    queries.listEnding(tx, new Date(Date.now() + warningDays * day)),
  )
  for (const { organization_id, entitlement } of ending) {
    const warning = warningOf(entitlement, billingOf(config))
    if (warning) await OrgTx.write(database, insideOf(organization_id), (tx) => warn(tx, warning))
  }
}

/**
 * What its people should know: nothing while all is well, or as long as something else goes on when this ends; and nothing new when
 * the organization is blocked already, which every refusal says.
 */
export function warningOf(entitlement: Entitlement, billing: { billing: boolean }, now = Date.now()): Warning | undefined {
  const { blocked, until } = standingOf(entitlement, billing, now)
  if (blocked.length > 0 || until === Number.POSITIVE_INFINITY) return undefined
  const { licence, subscription } = inUse(entitlement, billing)
  const blockedAt = new Date(until)
  if (licence && licenceEnd(licence) === until) return ofLicence(new Date(licence.expires_at), blockedAt, now)
  if (subscription?.due_since && dueEnd(subscription.due_since) === until) {
    const since = dayOf(new Date(subscription.due_since))
    return {
      entity: 'subscription',
      title: 'A payment is due',
      message: `A payment is due since ${since}: without it the organization and all below it will be blocked on ${dayOf(blockedAt)}`,
      blockedAt,
    }
  }
  const end = subscription?.expires_at ? new Date(subscription.expires_at) : undefined
  if (!end || end.getTime() > now) return undefined
  return {
    entity: 'subscription',
    title: 'The subscription has ended',
    message: `The subscription ended on ${dayOf(end)}: unless it is renewed, the organization and all below it will be blocked on ${dayOf(blockedAt)}`,
    blockedAt,
  }
}

function ofLicence(end: Date, blockedAt: Date, now: number): Warning | undefined {
  if (end.getTime() - now > warningDays * day) return undefined
  const ended = end.getTime() <= now
  return {
    entity: 'licence',
    title: ended ? 'The licence has expired' : 'The licence expires soon',
    message: `The licence ${ended ? 'expired' : 'expires'} on ${dayOf(end)}: without a new one the organization and all below it will be blocked on ${dayOf(blockedAt)}`,
    blockedAt,
  }
}

async function warn(tx: OrgTx, { entity, title, message, blockedAt }: Warning): Promise<void> {
  // Two at once would both find that nothing was written yet.
  await queries.lockSeats(tx)
  if (await queries.findTodaysEvent(tx, `${entity}:warn`)) return
  const event = auditEvent({ entity, action: 'warn', title, message, tags: { name: entity, blocked_at: dayOf(blockedAt) } })
  await insertEvent(tx, { ...event, severity: 'warn' })
}
