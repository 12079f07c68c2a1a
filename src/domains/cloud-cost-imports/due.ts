/** What the clock asks for: imports that are due, runs that were lost, and the upkeep of what is kept. */
import { CostWorkBusy, CostWorkLost } from '../../costs/import/work.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { beginImport, isOver, restartLost } from './imports.ts'
import * as queries from './queries.ts'
import { settleImport, work } from './run.ts'

const platformScope = { kind: 'platform' } as const

export async function beginDue({ database, config }: Platform): Promise<void> {
  const lookedBefore = new Date(Date.now() - config.costs.hours * 3600_000)
  const due = await AccountTx.read(database, platformScope, (tx) => queries.listDue(tx, lookedBefore))
  for (const { organization_id, id } of due)
    await OrgTx.write(database, insideOf(organization_id), async (tx) => {
      const account = await queries.findAccountById(tx, id)
      // One that takes longer than that is not asked for twice.
      if (account?.enabled && !(await queries.findOpenImport(tx, id))) await beginImport(tx, { account })
    })
}

/** Runs say something at least every quarter of a minute. */
const silenceMs = 3 * 60_000

export async function recoverLost(platform: Platform): Promise<void> {
  const { database, log } = platform
  const since = new Date(Date.now() - silenceMs)
  const lost = await AccountTx.read(database, platformScope, (tx) => queries.listLost(tx, since))
  for (const { organization_id, id } of lost) {
    const hasEnded = await OrgTx.write(database, insideOf(organization_id), async (tx) => {
      const row = await queries.lockImport(tx, id)
      if (row && isOver(row)) return true
      if (!row || row.alive_at === null || row.alive_at >= since) return false
      return restartLost(tx, row, 'its process was lost')
    })
    log.warn({ importId: id, hasEnded }, 'an import of costs was lost with its process')
    if (hasEnded) await settleImport(platform, { organizationId: organization_id, importId: id })
  }
}

/** After the tag mapping was changed. */
export async function attributeCosts(platform: Platform, { organizationId }: { organizationId: number }): Promise<void> {
  const isDone = await upkeep(platform, 'attribute', organizationId)
  if (isDone) await OrgTx.write(platform.database, insideOf(organizationId), (tx) => enqueue(tx, 'costs.watch', { organizationId }))
}

export async function clearCosts(platform: Platform, { organizationId }: { organizationId: number }): Promise<void> {
  await upkeep(platform, 'clear', organizationId)
}

const rememberedMs = 90 * 24 * 3600_000

/** Every night. */
export async function clearAllCosts({ database }: Platform): Promise<void> {
  const organizations = await AccountTx.read(database, platformScope, queries.listOrganizations)
  for (const organizationId of organizations)
    await OrgTx.write(database, insideOf(organizationId), async (tx) => {
      await queries.deleteOldImports(tx, new Date(Date.now() - rememberedMs))
      await enqueue(tx, 'costs.clear', { organizationId })
    })
  // Each in a transaction of its own, which holds everybody up for a moment.
  while (await AccountTx.write(database, platformScope, queries.dropEmptyPartitions));
}

/** @returns whether it is done; otherwise it is gone on with soon, when others had their turns */
async function upkeep(platform: Platform, kind: 'attribute' | 'clear', organizationId: number): Promise<boolean> {
  const rest = await turnOf(platform, kind, organizationId)
  if (rest === undefined) return true
  await OrgTx.write(platform.database, insideOf(organizationId), (tx) => enqueue(tx, `costs.${kind}`, { organizationId }, rest.seconds))
  return false
}

/** Undefined: all is done; otherwise when to go on. */
async function turnOf(platform: Platform, kind: 'attribute' | 'clear', organizationId: number): Promise<{ seconds: number } | undefined> {
  try {
    const { done } = await work(platform, { kind, organizationId })
    return done ? undefined : { seconds: 5 }
  } catch (error) {
    if (error instanceof CostWorkBusy) return error
    if (error instanceof CostWorkLost && error.why === 'stopped') return { seconds: 10 }
    // The queue tries again, later each time.
    throw error
  }
}
