/**
 * From what Stripe says to the row. Whoever brings an answer of Stripe names the version of the row that they saw before they
 * asked: if somebody wrote in between, theirs may be newer, and it has to be asked again. So whatever is written was read
 * after everything written before, whoever is late, and states only ever follow each other as they did at Stripe.
 */
import type { OrgTx } from '../../db/organization-tx.ts'
import { unavailable } from '../../errors.ts'
import type { StripeAccount } from '../../outside/stripe/types.ts'
import * as queries from './subscription-queries.ts'

export interface Settled {
  /** Whether what people are told of changed: how it stands, or the plan. */
  notable: boolean
  status: queries.SubscriptionRow['status']
  planName: string | null
}

interface Doors {
  read<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  /** `run` may be called again, with a newer answer. */
  write(run: (tx: OrgTx) => Promise<Settled | 'late' | 'gone'>): Promise<Settled | 'late' | 'gone'>
}

/** Jobs of one organization follow each other, so there is hardly ever one other. */
const mostAttempts = 20

/**
 * Asks Stripe and writes down the answer.
 * @param ask with the row as it is before
 * @returns undefined when there is nothing to write: the row is gone or not Stripe's, or Stripe does not know the customer
 */
export async function bringUpToDate(
  { read, write }: Doors,
  ask: (row: queries.SubscriptionRow) => Promise<StripeAccount | undefined>,
): Promise<Settled | undefined> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const row = await read(queries.findSubscription)
    if (row?.provider !== 'stripe') return undefined
    const account = await ask(row)
    if (!account) return undefined
    const settled = await write((tx) => settle(tx, row, account))
    if (settled === 'gone') return undefined
    if (settled !== 'late') return settled
  }
  throw unavailable('The subscription keeps changing: try again')
}

async function settle(tx: OrgTx, seen: queries.SubscriptionRow, account: StripeAccount): Promise<Settled | 'late' | 'gone'> {
  const row = await queries.lockSubscription(tx)
  if (!row) return 'gone'
  if (row.version !== seen.version) return 'late'
  const next = columnsOf(account)
  // Only what changed: everybody's remembered rights are asked again when some of these are written.
  const changes = Object.fromEntries(Object.entries(next).filter(([name, value]) => !same(row[name as keyof typeof next], value)))
  const now = new Date()
  await queries.updateSubscription(tx, { ...changes, ...(Object.keys(changes).length > 0 ? { updated_at: now } : {}), synced_at: now })
  return { notable: 'status' in changes || 'plan_canonical' in changes, status: next.status, planName: next.plan_name }
}

function columnsOf({ subscription, deleted }: StripeAccount) {
  return {
    subscription_id: subscription?.id ?? null,
    plan_canonical: subscription?.planCanonical ?? null,
    plan_name: subscription?.planName ?? null,
    status: subscription?.status ?? (deleted ? 'canceled' : 'none'),
    members_limit: subscription?.membersLimit ?? null,
    quantity: subscription?.quantity ?? 0,
    expires_at: subscription?.expiresAt ?? null,
    due_since: subscription?.dueSince ?? null,
    cancel_at_period_end: (subscription?.cancelsAt ?? null) !== null,
    invoice_url: subscription?.invoiceUrl ?? null,
  } satisfies Partial<queries.SubscriptionRow>
}

const same = (one: unknown, other: unknown): boolean =>
  one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other
