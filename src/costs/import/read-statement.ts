/** From the files of a statement to lines in the versions of its months. */
import { BillError, type Period } from '../../formats/billing/types.ts'
import type { Statement, StatementFile } from '../../outside/bills/types.ts'
import { complaintOf } from '../postgres/complaint.ts'
import type { MonthWriter } from '../types.ts'
import { monthName, stillRefused } from './judge.ts'
import * as queries from './queries.ts'
import type { Session } from './run-import.ts'

/** Months of the statement that are to be shown; undefined where what readers see is the same already. */
type Writers = Map<Period, MonthWriter | undefined>

/**
 * @returns the months that were read as a whole
 * @throws BillError; what was read is given up then
 * @throws SourceError; the next run with the same digest goes on where this one was
 */
export async function readStatement(session: Session, statement: Statement): Promise<MonthWriter[]> {
  const writers: Writers = new Map()
  try {
    session.progress.stage('reading')
    if (statement.period !== undefined) await writerOf(session, statement, writers, statement.period)
    for (const file of statement.files) await readFile(session, statement, writers, file)
    if (writers.size === 0 && session.row.period === null)
      throw new BillError(`${statement.files.map(({ name }) => name).join(', ')}: there are no lines in it`)
    return [...writers.values()].filter((writer) => writer !== undefined)
  } catch (error) {
    const reason = asBillError(error)
    if (reason instanceof BillError)
      for (const writer of writers.values())
        if (writer) await session.write((tx) => queries.giveUpMonth(tx, writer.month.id, reason.message))
    throw reason
  }
}

async function writerOf(session: Session, statement: Statement, writers: Writers, period: Period): Promise<MonthWriter | undefined> {
  if (writers.has(period)) return writers.get(period)
  const { row, claimed, problems } = session
  if (claimed.has(period)) {
    writers.set(period, undefined)
    return undefined
  }
  claimed.add(period)
  const months = await session.read((tx) => queries.listMonths(tx, row.cost_account_id))
  const active = months.find((month) => month.period === period && month.state === 'active')
  const refused = months.find((month) => month.period === period && month.state === 'refused')
  const isSame = !row.forced && active?.digest === statement.digest
  if (isSame) session.unchanged++
  const isRefused = !row.forced && !isSame && refused?.digest === statement.digest
  if (isRefused) problems.push(stillRefused(period, refused?.message ?? ''))
  const writer = isSame || isRefused ? undefined : await openMonth(session, statement, period)
  if (writer && (row.source === 'upload' || row.source === 'command')) await session.write((tx) => queries.markByHand(tx, writer.month.id))
  writers.set(period, writer)
  return writer
}

async function openMonth({ store, scope, row, write }: Session, statement: Statement, period: Period): Promise<MonthWriter> {
  const open = () =>
    store.openMonth(scope, {
      costAccountId: row.cost_account_id,
      importId: row.id,
      period,
      digest: statement.digest,
      ...(statement.total === undefined ? {} : { statedTotal: statement.total }),
      ...(statement.lines === undefined ? {} : { statedLines: statement.lines }),
    })
  const writer = await open()
  // The same lines in another order, as results of a query are from one day to the next: a lost run cannot be gone on with.
  const isOther = statement.files.some(({ name, digest }) => Object.hasOwn(writer.files, name) && writer.files[name]?.digest !== digest)
  if (!isOther) return writer
  await write((tx) => queries.giveUpMonth(tx, writer.month.id, ''))
  return open()
}

async function readFile(session: Session, statement: Statement, writers: Writers, file: StatementFile): Promise<void> {
  const { progress, signal, row } = session
  const { name, digest } = file
  const only = statement.period === undefined ? undefined : writers.get(statement.period)
  const before = only && Object.hasOwn(only.files, name) ? only.files[name] : undefined
  if (before?.done) {
    progress.addLines(before.lines)
    progress.skipFile(file)
    return
  }
  const options = { format: statement.format, period: statement.period, memory: session.memory }
  for await (const batch of session.readBill(progress.counted(file), options)) {
    signal.throwIfAborted()
    const { period } = batch
    if (statement.period !== undefined && period !== statement.period)
      throw new BillError(
        `${name}: there are lines of ${monthName(period)} in it, although it is stated to be a bill for ${monthName(statement.period)}`,
      )
    if (row.period !== null && period !== row.period) continue
    const writer = await writerOf(session, statement, writers, period)
    if (!writer) continue
    await writer.write(batch, { name, digest, done: false })
    progress.addLines(batch.count)
  }
  for (const writer of writers.values()) await writer?.finish({ name, digest })
  progress.fileDone()
}

function asBillError(error: unknown): unknown {
  if (error instanceof BillError) return error
  const complaint = complaintOf(error)
  return complaint === undefined ? error : new BillError(`something in it cannot be kept: ${complaint}`)
}
