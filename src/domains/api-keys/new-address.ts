import type { NewAddresses } from '../../access/key-use.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'

/** A key that turns up somewhere else may have been stolen: whoever reads the log of its organization hears of it. */
export async function tellNewAddresses(tx: OrgTx, { key, addresses, last }: NewAddresses): Promise<void> {
  for (const [index, address] of addresses.entries()) {
    const more = last && index === addresses.length - 1
    const event = auditEvent({
      entity: 'api_key',
      action: 'new_address',
      title: 'An API key was used from a new address',
      message: `The API key ${key.canonical} was used from ${address}, from where it had not come before${more ? '; further new addresses of this hour are not named' : ''}`,
      tags: { name: key.canonical, address },
      by: { user_id: null, api_key_id: key.id },
      severity: 'warn',
    })
    await insertEvent(tx, event)
  }
}
