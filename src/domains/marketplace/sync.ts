/** Brings what an organization may use to what its buyer is entitled to. Work of jobs: it may run twice, and late. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { type Settled, settle } from './entitlements.ts'
import * as queries from './queries.ts'

/** @throws RetryOperation when AWS does not answer, so that the job is tried again */
export async function syncMarketplace({ database, marketplace }: Platform, { organizationId }: { organizationId: number }): Promise<void> {
  if (!marketplace) return
  const scope = insideOf(organizationId)
  const subscription = await OrgTx.read(database, scope, queries.findSubscription)
  if (!subscription) return
  const customer = await AccountTx.read(database, { kind: 'platform' }, (tx) =>
    queries.findCustomerByIdentifier(tx, subscription.customer_id),
  )
  const purchased = await marketplace.listEntitlements({
    identifier: subscription.customer_id,
    accountId: customer?.aws_account_id ?? null,
  })
  await OrgTx.write(database, scope, async (tx) => {
    const before = await queries.lockSubscription(tx)
    if (!before) return
    const settled = settle(purchased, before, new Date())
    await queries.updateSubscription(tx, { ...settled, synced_at: new Date() })
    if (isChange(before, settled)) await insertEvent(tx, changeEvent(settled))
  })
}

/** One job for each, so that one that AWS does not answer keeps nobody else waiting. */
export async function syncAllMarketplace({ database, marketplace }: Platform): Promise<void> {
  if (!marketplace) return
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    for (const organizationId of await queries.listOrganizations(tx)) await enqueue(tx, 'marketplace.sync', { organizationId })
  })
}

const isChange = (before: { status: string; members_limit: number | null; expires_at: Date | null }, after: Settled): boolean =>
  before.status !== after.status ||
  before.members_limit !== after.members_limit ||
  before.expires_at?.getTime() !== after.expires_at?.getTime()

function changeEvent({ status, members_limit, expires_at }: Settled) {
  const terms = [
    members_limit === null ? 'for any number of members' : `for ${members_limit} members`,
    expires_at === null ? 'until it is cancelled' : `until ${expires_at.toISOString().slice(0, 10)}`,
  ].join(' ')
  return auditEvent({
    entity: 'subscription',
    action: 'update',
    title: 'A subscription has been updated',
    message: status === 'active' ? `AWS Marketplace: the purchase is good ${terms}` : 'AWS Marketplace: the purchase has ended',
    tags: { name: 'aws-marketplace', status },
    severity: status === 'active' ? 'info' : 'warn',
  })
}
