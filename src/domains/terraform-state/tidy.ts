/** States whose component has been gone for so long that nobody will make it again. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { deleteLeftState, deletePartOf, giveUpState, listLeftStates } from './queries.ts'

export const daysLeft = 30

export async function tidyLeftStates({ database, log }: Platform): Promise<void> {
  const before = new Date(Date.now() - daysLeft * 24 * 3600_000)
  const left = await AccountTx.read(database, { kind: 'platform' }, (tx) => listLeftStates(tx, before))
  for (const { organization_id, id } of left) {
    const what = { organization: organization_id, state: id }
    try {
      if (await removeState(database, organization_id, id, before))
        log.info(what, 'removed the Terraform state of a component that is gone')
    } catch (error) {
      // The others go all the same, and this one with the next run.
      log.error({ ...what, err: error }, 'the Terraform state of a component that is gone could not be removed')
    }
  }
}

/** In parts: a large state has more rows than one statement should delete. */
async function removeState(database: Platform['database'], organizationId: number, id: number, before: Date): Promise<boolean> {
  const write = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(database, insideOf(organizationId), run)
  // From here on nobody takes it over, so that nobody gets a part of it.
  if (!(await write((tx) => giveUpState(tx, id, before)))) return false
  while ((await write((tx) => deletePartOf(tx, id))) > 0);
  await write((tx) => deleteLeftState(tx, id, before))
  return true
}
