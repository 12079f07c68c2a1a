/** An import: what an account was billed, month by month, is read, added up, judged, and shown or kept apart. */
import { createHash } from 'node:crypto'
import { OrgTx } from '../../db/organization-tx.ts'
import { type Database, insideOf } from '../../db/pool.ts'
import { clean, type Memory } from '../../formats/billing/intern.ts'
import type { Period, ReadBill } from '../../formats/billing/types.ts'
import { FormatError } from '../../formats/format-error.ts'
import { type BillSource, SourceError, type Statement } from '../../outside/bills/types.ts'
import type { CostScope, CostStore } from '../types.ts'
import { count, monthName, stillRefused } from './judge.ts'
import { alone } from './lock.ts'
import { openProgress, type Progress } from './progress.ts'
import * as queries from './queries.ts'
import { readStatement } from './read-statement.ts'
import { settleMonth } from './settle-month.ts'

export interface ImportDeps {
  readonly database: Database
  readonly store: CostStore
  readonly readBill: ReadBill
  /** What is the same in several files stays the same object while they are read. */
  readonly newMemory?: () => Memory
}

export interface ImportTask {
  readonly organizationId: number
  readonly importId: number
  /** Asked when the import's turn has come. */
  open(row: queries.ImportRow): Promise<BillSource>
  readonly onChange?: (told: Readonly<queries.Told>) => void
  readonly signal?: AbortSignal | undefined
  /** How long it waits for another import of the account; without it, as long as that takes. */
  readonly patienceMs?: number
}

export interface ImportOutcome extends queries.Ended {
  /** How many months readers see anew. */
  readonly brought: number
}

/** What the steps of one run hold. */
export interface Session extends ImportDeps {
  readonly scope: CostScope
  readonly row: queries.ImportRow
  readonly progress: Progress
  readonly signal: AbortSignal
  read<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  write<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  /** One sentence each: months that were brought, and what was wrong. */
  readonly brought: string[]
  readonly problems: string[]
  /** Months that a file of this run stood for: no other one of it does. */
  readonly claimed: Set<Period>
  /** How many months, or files that do not say theirs, need not be read. */
  unchanged: number
  /** Final months that lie there otherwise than they were read. */
  readonly corrected: Period[]
  readonly memory: Memory | undefined
}

/**
 * What is wrong with a bill or its source ends up on the import. It may run any number of times: one that is over stays as it is.
 * @returns undefined when there was nothing left to do, or somebody else ended it
 * @throws HeldElsewhere
 * @throws what is nobody's bill's fault; the import is then as before, and may go on
 */
export async function runImport(deps: ImportDeps, task: ImportTask): Promise<ImportOutcome | undefined> {
  const { database } = deps
  const scope = { database, organizationId: task.organizationId }
  const read = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(database, insideOf(task.organizationId), run)
  const write = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(database, insideOf(task.organizationId), run)
  const find = () => read((tx) => queries.findImport(tx, task.importId))
  const row = await find()
  if (!row || isOver(row)) return undefined
  const progress = openProgress(scope, task.importId, task.onChange)
  const signal = task.signal ? AbortSignal.any([task.signal, progress.signal]) : progress.signal
  try {
    await progress.flush()
    const manner = { onWait: progress.wait, signal, patienceMs: task.patienceMs }
    return await alone(database, `import ${task.organizationId} ${row.cost_account_id}`, manner, async () => {
      // Whoever was at it may have done this one too.
      const row = await find()
      if (!row || isOver(row)) return undefined
      const session: Session = {
        ...deps,
        scope,
        row,
        progress,
        signal,
        read,
        write,
        brought: [],
        problems: [],
        unchanged: 0,
        corrected: [],
        claimed: new Set<Period>(),
        memory: deps.newMemory?.(),
      }
      const outcome = await carryOut(session, task)
      await progress.flush()
      await progress.end()
      const isEnded = await write((tx) => queries.endImport(tx, row.id, outcome))
      return isEnded ? outcome : undefined
    })
  } catch (error) {
    // Nobody wants it any more.
    if (progress.signal.aborted) return undefined
    throw error
  } finally {
    await progress.end()
  }
}

const isOver = ({ status }: queries.ImportRow) => status !== 'waiting' && status !== 'running'

/** The first fifty are kept. */
const mostProblems = 50

async function carryOut(session: Session, task: ImportTask): Promise<ImportOutcome> {
  const { progress, problems, brought, row } = session
  progress.stage('listing')
  await progress.flush()
  let plan: Plan | undefined
  const remarks: string[] = []
  let source: BillSource | undefined
  try {
    source = await task.open(row)
    const { name } = source
    await session.write((tx) => queries.nameSource(tx, row.id, clean(name, 500)))
    const listed = await source.list()
    plan = await planOf(session, listed, source.problems)
    remarks.push(...correctedText(session), ...source.remarks)
    if (listed.length === 0 && problems.length === 0) problems.push(...(await nothingListed(session, source)))
    progress.expect(plan.wanted.flatMap(({ files }) => files))
    for (const statement of plan.wanted) await bring(session, statement)
  } catch (error) {
    problems.push(sentenceOf(session, error))
  } finally {
    await source?.close().catch(() => {})
  }
  const failed = problems.length > 0
  const shown = (sentences: readonly string[]) => sentences.slice(0, mostProblems).map((sentence) => clean(sentence, 1000))
  return {
    status: failed ? 'failed' : 'succeeded',
    message: messageOf(session),
    problems: shown(problems),
    remarks: shown(remarks.filter((remark) => !problems.includes(remark))),
    brought: brought.length,
    digest: failed ? '' : (plan?.loose ?? ''),
  }
}

/** A bill of a parent that does not grow any more is nobody's fault: what was taken of it stays. */
async function nothingListed({ row, read }: Session, { name, remarks }: BillSource): Promise<string[]> {
  if (row.source !== 'parent') return [`nothing that could be read as a bill was found in ${name}`]
  const isAsked = row.forced || row.period !== null || row.user_id !== null
  return isAsked || (await read((tx) => queries.listMonths(tx, row.cost_account_id))).length === 0 ? [...remarks] : []
}

interface Plan {
  wanted: Statement[]
  /** Of everything that does not say its month. */
  loose: string
}

async function planOf(session: Session, listed: readonly Statement[], unusable: BillSource['problems']): Promise<Plan> {
  const { read, row, problems } = session
  const months = await read((tx) => queries.listMonths(tx, row.cost_account_id))
  const oldest = queries.oldestKept((await read(queries.readKeeping)).figures)
  const plan: Plan = { wanted: [], loose: '' }
  const seen = new Set<string>()
  // What would be cleared away again the next night; whoever hands over a file knows what they do.
  const isOld = (period: Period) => isRepeated(row) && period < oldest
  const activeOf = (period: Period) => months.find((month) => month.period === period && month.state === 'active')
  for (const { period, message } of unusable)
    if (period === undefined) problems.push(message)
    else if (!isOld(period) && !isFinal(row, activeOf(period))) problems.push(`${monthName(period)}: ${message}`)
  for (const statement of [...listed].sort(newestFirst)) {
    const { period, digest } = statement
    if (period === undefined) continue
    if (row.period !== null && period !== row.period) continue
    if (isOld(period)) continue
    if (seen.has(period)) {
      problems.push(`there are several bills for ${monthName(period)}, of which one was read: let each account read one export`)
      continue
    }
    seen.add(period)
    const active = activeOf(period)
    const refused = months.find((month) => month.period === period && month.state === 'refused')
    if (row.forced) plan.wanted.push(statement)
    else if (active?.digest === digest) session.unchanged++
    else if (refused?.digest === digest) problems.push(stillRefused(period, refused.message))
    else if (isFinal(row, active)) session.corrected.push(period)
    else plan.wanted.push(statement)
  }
  // Of two that hold the same month the later one counts, so that is read first, and the month is taken then.
  const loose = listed.filter(({ period }) => period === undefined).reverse()
  if (loose.length > 0 && isRepeated(row)) {
    plan.loose = createHash('sha256')
      .update(JSON.stringify(loose.map(({ digest }) => digest)))
      .digest('hex')
    const isKnown = !row.forced && (await read((tx) => queries.findLastDigest(tx, row))) === plan.loose
    if (isKnown) session.unchanged += loose.length
    else plan.wanted.push(...loose)
  } else plan.wanted.push(...loose)
  return plan
}

/**
 * A month that is read again only when somebody asks for it, or for everything. Whose bill is a part of another account's follows that
 * one, which is read anew only then.
 */
const isFinal = (row: queries.ImportRow, active: queries.MonthRow | undefined): boolean =>
  active?.finalized === true && row.source === 'backend' && row.period === null && !row.forced

function correctedText({ corrected }: Session): string[] {
  if (corrected.length === 0) return []
  const months = corrected.slice(0, 12).map(monthName).join(', ')
  return [
    corrected.length === 1
      ? `the bill of ${months} that lies there is another one than was read; the month is final: ask for an import of it to have it read`
      : `the bills of ${months} that lie there are others than were read; the months are final: ask for imports of them to have them read`,
  ]
}

/** It comes again by the clock. */
const isRepeated = ({ source }: queries.ImportRow) => source === 'backend' || source === 'parent'

const newestFirst = (one: Statement, other: Statement) => (other.period ?? '').localeCompare(one.period ?? '')

/** Months are judged one by one: what is wrong with one keeps no other from being shown. */
async function bring(session: Session, statement: Statement): Promise<void> {
  try {
    const writers = await readStatement(session, statement)
    for (const { month } of writers) await settleMonth(session, statement, month)
  } catch (error) {
    session.problems.push(sentenceOf(session, error, statement.period))
  }
}

/** @throws what is not the fault of a bill, or of where it lies */
function sentenceOf({ signal }: Session, error: unknown, period?: string): string {
  signal.throwIfAborted()
  if (error instanceof FormatError || error instanceof SourceError)
    return period === undefined ? error.message : `${monthName(period)}: ${error.message}`
  throw error
}

function messageOf(session: Session): string {
  const { brought, problems, unchanged } = session
  const parts = [
    ...(brought.length > 0 ? [`Read ${brought.slice(0, 12).join('; ')}${brought.length > 12 ? ' and more' : ''}`] : []),
    ...(unchanged > 0 ? [`${unchanged === 1 ? 'one month is' : `${count(unchanged)} months are`} as before`] : []),
    ...correctedText(session),
    ...(problems[0] === undefined ? [] : [problems[0], ...(problems.length > 1 ? [`${problems.length - 1} more problems`] : [])]),
  ]
  return clean(parts.length > 0 ? parts.map(asSentence).join('. ') : 'Nothing has changed', 2000)
}

/** Not the name of a file. */
const asSentence = (text: string): string => (/^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text)
