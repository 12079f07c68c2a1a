/** After the tag mapping was changed: months are attributed anew, the newest first, until none is left with another one. */
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { AttributionTooSlow } from '../attribution.ts'
import type { CostScope, CostStore } from '../types.ts'
import { alone } from './lock.ts'
import * as queries from './queries.ts'

export async function attributeAll(scope: CostScope, store: CostStore): Promise<void> {
  const { database, organizationId } = scope
  await alone(database, `attribute ${organizationId}`, { onWait: () => {} }, async () => {
    for (;;) {
      // Read each time: a mapping that changes meanwhile makes every month outdated again.
      const next = await OrgTx.read(database, insideOf(organizationId), async (tx) => {
        const rules = await queries.readRules(tx)
        const month = await queries.findOutdatedMonth(tx, rules.generation)
        return month && { rules, month: { id: month.id, costAccountId: month.cost_account_id ?? 0, period: month.period } }
      })
      if (!next) return
      try {
        await store.attribute(scope, next.month, next.rules)
      } catch (error) {
        if (!(error instanceof AttributionTooSlow)) throw error
        // It would be the same again; whoever changes the mapping asks anew. What was attributed by the one before stays.
        const { message } = error
        await OrgTx.write(database, insideOf(organizationId), (tx) => queries.noteMappingProblem(tx, next.rules.generation, message))
        return
      }
    }
  })
}

/** Bounded: what is left is done the next time. */
const mostRounds = 1000

export async function clearAll(scope: CostScope, store: CostStore): Promise<void> {
  await alone(scope.database, `clear ${scope.organizationId}`, { onWait: () => {} }, async () => {
    for (let round = 0; round < mostRounds; round++) if ((await store.clear(scope)).done) return
  })
}
