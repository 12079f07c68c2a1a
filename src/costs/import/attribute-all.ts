/** Upkeep of what an organization keeps. Everybody's takes turns: what a turn leaves is done in the next one. */
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { AttributionTooSlow } from '../attribution.ts'
import type { CostScope, CostStore } from '../types.ts'
import { alone } from './lock.ts'
import * as queries from './queries.ts'

/** Milliseconds after which nothing further is begun. */
const turnMs = 2 * 60_000

/** After the tag mapping was changed: months are attributed anew, the newest first, until none is left with another one. */
export async function attributeAll(scope: CostScope, store: CostStore, ms = turnMs): Promise<{ done: boolean }> {
  const { database, organizationId } = scope
  return alone(database, `attribute ${organizationId}`, { onWait: () => {} }, async () => {
    const until = performance.now() + ms
    // One at least: otherwise who only waited would never get anywhere.
    for (let isFirst = true; ; isFirst = false) {
      // Read each time: a mapping that changes meanwhile makes every month outdated again.
      const next = await OrgTx.read(database, insideOf(organizationId), async (tx) => {
        const rules = await queries.readRules(tx)
        const month = await queries.findOutdatedMonth(tx, rules.generation)
        return month && { rules, month: { id: month.id, costAccountId: month.cost_account_id ?? 0, period: month.period } }
      })
      if (!next) return { done: true }
      if (!isFirst && performance.now() > until) return { done: false }
      try {
        await store.attribute(scope, next.month, next.rules)
      } catch (error) {
        if (!(error instanceof AttributionTooSlow)) throw error
        // It would be the same again; whoever changes the mapping asks anew. What was attributed by the one before stays.
        const { message } = error
        await OrgTx.write(database, insideOf(organizationId), (tx) => queries.noteMappingProblem(tx, next.rules.generation, message))
        return { done: true }
      }
    }
  })
}

export async function clearAll(scope: CostScope, store: CostStore, ms = turnMs): Promise<{ done: boolean }> {
  return alone(scope.database, `clear ${scope.organizationId}`, { onWait: () => {} }, async () => {
    const until = performance.now() + ms
    for (;;) {
      if ((await store.clear(scope)).done) return { done: true }
      if (performance.now() > until) return { done: false }
    }
  })
}
