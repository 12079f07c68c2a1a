/** States whose component has been gone for so long that nobody will make it again. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { deleteLeftState, listLeftStates } from './queries.ts'

export const daysLeft = 30

export async function tidyLeftStates({ database, log }: Platform): Promise<void> {
  const before = new Date(Date.now() - daysLeft * 24 * 3600_000)
  const left = await AccountTx.read(database, { kind: 'platform' }, (tx) => listLeftStates(tx, before))
  for (const { organization_id, id } of left) {
    await OrgTx.write(database, insideOf(organization_id), (tx) => deleteLeftState(tx, id, before))
    log.info({ organization: organization_id, state: id }, 'removed the Terraform state of a component that is gone')
  }
}
