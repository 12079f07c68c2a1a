/** The work of an import, in a process of its own, and what follows from it. */
import { reasonOf } from '../../costs/import/judge.ts'
import { type CostJob, CostWorkBusy, CostWorkLost } from '../../costs/import/work.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { SourceError } from '../../outside/bills/types.ts'
import type { Platform } from '../../platform.ts'
import { clearLater } from '../cloud-cost-accounts/leaving.ts'
import { openSourceSpec } from '../cloud-cost-accounts/source.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { beginImport, failImport, isOver, postponeImport, restartLost } from './imports.ts'
import * as queries from './queries.ts'

type ImportJob = Extract<CostJob, { kind: 'import' }>

interface At {
  organizationId: number
  importId: number
}

/** Jobs of an account are alike: each does what waits longest, so that what came later counts where both hold the same month. */
export async function runCostImport(platform: Platform, asked: At): Promise<void> {
  // Its process may have been lost between its end and what follows from that.
  await settleImport(platform, asked)
  const next = await nextOf(platform, asked)
  const job = next && (await jobOf(platform, next))
  if (!job) return
  const at = { organizationId: job.organizationId, importId: job.importId }
  try {
    await work(platform, job)
  } catch (error) {
    if (!(error instanceof CostWorkBusy || error instanceof CostWorkLost)) throw error
    const isGivenUp = await inside(platform, at.organizationId, async (tx) => {
      if (error instanceof CostWorkBusy) await postponeImport(tx, next, error.seconds)
      else if (error.why === 'stopped') await postponeImport(tx, next, 2)
      else {
        const row = await queries.lockImport(tx, at.importId)
        if (!row || isOver(row)) return false
        return error.why === 'held' || error.why === 'late' ? failImport(tx, row, error.message) : restartLost(tx, row, error.message)
      }
      return false
    })
    platform.log.warn({ ...at, reason: error.message, isGivenUp }, 'an import of costs did not come to its end')
    if (!isGivenUp) return
  }
  await settleImport(platform, at)
}

/**
 * Whose job this is from now on: what waits longest, unless another run holds it, which says so by being alive; what a lost run held is
 * given back by the clock (due.ts). Undefined: there is nothing to do, or not while the account's imports are stopped.
 */
const nextOf = (platform: Platform, { organizationId, importId }: At): Promise<queries.ImportRow | undefined> =>
  inside(platform, organizationId, async (tx) => {
    const asked = await queries.findImport(tx, importId)
    const account = asked && (await queries.findAccountById(tx, asked.cost_account_id))
    if (!account?.enabled) return undefined
    const [first] = await queries.listWaiting(tx, account.id)
    const row = first && (await queries.lockImport(tx, first.id))
    if (row?.status !== 'waiting' || row.alive_at !== null) return undefined
    await queries.updateImport(tx, row.id, { alive_at: new Date() })
    return row
  })

async function jobOf(platform: Platform, row: queries.ImportRow): Promise<ImportJob | undefined> {
  const { organization_id: organizationId, id: importId } = row
  if (row.source === 'upload') return { kind: 'import', organizationId, importId, source: { kind: 'upload' } }
  try {
    const source = await OrgTx.read(platform.database, insideOf(organizationId), (tx) => openSourceSpec(tx, platform, row.cost_account_id))
    return { kind: 'import', organizationId, importId, source }
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof ApiError) || ('code' in error && error.code === 'RetryOperation')) throw error
    await inside(platform, organizationId, (tx) => failImport(tx, row, error.message))
    await settleImport(platform, { organizationId, importId })
    return undefined
  }
}

/** Ends with the platform: what was begun is gone on with afterwards. */
export async function work(platform: Platform, job: CostJob): Promise<{ done: boolean }> {
  const controller = new AbortController()
  const watch = setInterval(() => platform.draining && controller.abort(), 250)
  try {
    return await platform.costWork.run(job, controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? new CostWorkLost('stopped', 'the platform was stopped meanwhile') : error
  } finally {
    clearInterval(watch)
  }
}

/** What a run that ended means to others: who watches costs, accounts that take their part of it, people. Once, however often it is asked for. */
export async function settleImport(platform: Pick<Platform, 'database'>, { organizationId, importId }: At): Promise<void> {
  const found = await OrgTx.read(platform.database, insideOf(organizationId), async (tx) => {
    const row = await queries.findImport(tx, importId)
    const account = row && (await queries.findAccountById(tx, row.cost_account_id))
    if (!row || !account || !isOver(row) || row.settled) return undefined
    const months = await queries.listMonthsOfImports(tx, [importId])
    return { account, isNew: months.some(({ state }) => state === 'active') }
  })
  if (!found) return
  if (found.isNew) await beginChildren(platform, organizationId, found.account)
  await inside(platform, organizationId, async (tx) => {
    const row = await queries.lockImport(tx, importId)
    if (!row || row.settled) return
    if (row.status === 'failed') await tellFailure(tx, row, found.account)
    if (found.isNew) await follow(tx)
    await queries.updateImport(tx, importId, { settled: true })
    // Whoever found the place taken comes back in a while; who waits longest need not.
    const next = await queries.findWaiting(tx)
    if (next) await enqueue(tx, 'costs.import', { organizationId, importId: next.id })
  })
}

/** Figures have changed. */
export async function follow(tx: OrgTx): Promise<void> {
  const { organizationId } = tx
  await enqueue(tx, 'costs.watch', { organizationId })
  await clearLater(tx)
  if (await queries.isOutdated(tx)) await enqueue(tx, 'costs.attribute', { organizationId })
}

/** Accounts whose figures are a part of this one's bill. */
export async function beginChildren(
  { database }: Pick<Platform, 'database'>,
  organizationId: number,
  { account_id }: Pick<queries.AccountRow, 'account_id'>,
): Promise<void> {
  if (account_id === '') return
  const children = await AccountTx.read(database, { kind: 'platform' }, (tx) => queries.listChildren(tx, organizationId, account_id))
  for (const { organization_id, id } of children)
    await OrgTx.write(database, insideOf(organization_id), async (tx) => {
      const account = await queries.findAccountById(tx, id)
      if (account && !(await queries.findOpenImport(tx, id))) await beginImport(tx, { account })
    })
}

/** Once for the same reason: an export that stays broken is looked at every few hours. */
async function tellFailure(tx: OrgTx, row: queries.ImportRow, account: queries.AccountRow): Promise<void> {
  const before = await queries.findPreviousEnd(tx, row)
  const told = new Set(before?.status === 'failed' ? reasonsOf(before) : [])
  if (row.user_id === null && reasonsOf(row).every((reason) => told.has(reason))) return
  await insertEvent(
    tx,
    auditEvent({
      entity: 'account',
      action: 'import',
      title: 'A cloud cost import has failed',
      message: `The bills of ${account.name} were not imported as a whole: ${row.message}`,
      tags: { name: account.canonical, import: String(row.id) },
      severity: 'warn',
    }),
  )
}

const reasonsOf = ({ problems, message }: Pick<queries.ImportRow, 'problems' | 'message'>): string[] =>
  (problems.length > 0 ? problems : [message]).map(reasonOf)

const inside = <T>({ database }: Pick<Platform, 'database'>, organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T> =>
  OrgTx.write(database, insideOf(organizationId), run)
