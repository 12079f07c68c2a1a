/** When an organization is deleted: nobody pays for what is gone. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import * as queries from './subscription-queries.ts'

/** In the transaction that deletes it. @throws Conflict while a subscription is being made: it would outlive the organization */
export async function endSubscription(tx: OrgTx): Promise<void> {
  const row = await queries.lockSubscription(tx)
  if (row?.provider !== 'stripe') return
  if (row.changing_until && row.changing_until.getTime() > Date.now())
    throw conflict('The subscription of the organization is being changed at this moment: try again in a minute or two')
  await enqueue(tx, 'billing.cancel', { customerId: row.customer_id })
}
