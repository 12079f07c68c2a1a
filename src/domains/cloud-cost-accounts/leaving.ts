/** When an account or its whole organization is deleted: bills are too many rows to go with one statement. */
import { unseenSeconds } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import * as queries from './queries.ts'

/**
 * In the transaction that deletes: readers see nothing of them any more, imports that are at them end, and a job removes them in parts.
 * @param costAccountId of one account, otherwise of all
 */
export async function leaveBills(tx: OrgTx, costAccountId?: number): Promise<void> {
  // Who begins to read a month has the account in hand first.
  if (costAccountId === undefined) await queries.lockAccounts(tx)
  await queries.putBillsAside(tx, costAccountId)
  await clearLater(tx)
}

/** When what was put aside in this transaction may go: who comes earlier finds nothing to do. */
export const clearLater = (tx: OrgTx) => enqueue(tx, 'costs.clear', { organizationId: tx.organizationId }, unseenSeconds + 60)
