/** What becomes of a month that was read: readers see it, or it is kept apart with the reason. */
import type { Statement } from '../../outside/bills/types.ts'
import { isInvoiced } from '../postgres/finalized.ts'
import type { MonthRef } from '../types.ts'
import { broughtText, judge, refused } from './judge.ts'
import * as queries from './queries.ts'
import type { Session } from './run-import.ts'

export async function settleMonth(session: Session, statement: Statement, month: MonthRef): Promise<void> {
  const { store, scope, progress, signal, read, write } = session
  signal.throwIfAborted()
  progress.stage('adding_up')
  const totals = await store.addUp(scope, month, await read(queries.readRules))
  signal.throwIfAborted()
  progress.stage('checking')
  const months = await read((tx) => queries.listMonths(tx, month.costAccountId))
  const active = months.find(({ period, state }) => period === month.period && state === 'active')
  if (totals.lines === 0 && !active) {
    // An export that has just begun.
    await write((tx) => queries.giveUpMonth(tx, month.id, 'there are no lines in it yet'))
    return
  }
  const { missingDays, lastDay } = totals
  const gaps = missingDays.filter((day) => lastDay !== null && day < lastDay)
  const lostDays = active ? await read((tx) => queries.daysWithCosts(tx, active.id, gaps)) : []
  const stated = { total: statement.total, lines: statement.lines }
  const reasons = judge({ period: month.period, totals, stated, active, lostDays })
  const finalized = statement.finalized ?? (await read((tx) => isInvoiced(tx, month)))
  progress.stage('switching')
  if (reasons.length > 0) {
    const message = reasons.join('; ')
    await store.refuse(scope, month, message)
    // Whoever accepts it shows it as what it is.
    if (finalized) await write((tx) => queries.noteFinalized(tx, month.id))
    session.problems.push(refused(message, !active))
    return
  }
  await store.activate(scope, month, { finalized })
  session.brought.push(broughtText(month.period, totals.lines, totals.billed, totals.currencies[0] ?? ''))
}
