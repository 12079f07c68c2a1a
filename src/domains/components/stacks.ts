import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { listSummariesByIds } from '../stacks/queries.ts'
import type { ComponentSummaryRow } from './queries.ts'
import { viewComponent } from './view.ts'

/** Components as answers show them: each with its stack, which is read once however many are made from it. */
export async function withStacks(tx: OrgTx, rows: readonly ComponentSummaryRow[]): Promise<Schema<'Component'>[]> {
  if (rows.length === 0) return []
  const stacks = new Map(
    (await listSummariesByIds(tx, [...new Set(rows.map(({ stack_id }) => stack_id))])).map((stack) => [stack.id, stack]),
  )
  return rows.flatMap((row) => {
    const stack = stacks.get(row.stack_id)
    return stack ? [viewComponent(row, stack)] : []
  })
}
