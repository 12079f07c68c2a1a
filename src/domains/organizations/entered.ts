import type { OrgTx } from '../../db/organization-tx.ts'
import { notFound } from '../../errors.ts'

/**
 * For answers that are the same in every organization: remembered rights are compared with the database by the first
 * statement, so without one a deleted key would go on reading them.
 */
export async function assertEntered(tx: OrgTx): Promise<void> {
  if (!(await tx.selectFrom('organizations').select('id').executeTakeFirst())) throw notFound('organization')
}
