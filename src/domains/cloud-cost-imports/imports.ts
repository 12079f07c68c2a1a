/** Imports as rows: how they begin, how they are begun again, and what becomes of those that were lost. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import * as queries from './queries.ts'

export async function getAccount(tx: OrgTx, canonical: string): Promise<queries.AccountRow> {
  const found = await queries.findAccount(tx, canonical)
  if (!found) throw notFound(`cloud cost account ${canonical}`)
  return found
}

export async function getImport(tx: OrgTx, costAccountId: number, id: number): Promise<queries.ImportRow> {
  const found = await queries.findImportOf(tx, costAccountId, id)
  if (!found) throw notFound(`import ${id}`)
  return found
}

export interface NewRun {
  account: Pick<queries.AccountRow, 'id' | 'parent_account_id'>
  period?: string | undefined
  forced?: boolean | undefined
  user_id?: number | null
}

/** A run that reads the account's export, or its part of its parent's bill. */
export async function beginImport(tx: OrgTx, { account, period, forced, user_id = null }: NewRun): Promise<queries.ImportRow> {
  const row = await queries.insertImport(tx, {
    cost_account_id: account.id,
    source: account.parent_account_id === null ? 'backend' : 'parent',
    forced: forced ?? false,
    period: period ?? null,
    user_id,
    alive_at: null,
    started_at: null,
    ended_at: null,
  })
  await enqueue(tx, 'costs.import', { organizationId: tx.organizationId, importId: row.id })
  return row
}

/** What people may let wait for one account. */
const mostWaiting = 5

/**
 * For a person: what waits already is not begun a second time.
 * @throws Conflict
 */
export async function askForImport(
  tx: OrgTx,
  run: NewRun & { account: queries.AccountRow },
): Promise<{ row: queries.ImportRow; isNew: boolean }> {
  const { account, period = null, forced = false } = run
  await queries.lockAccount(tx, account.id)
  const waiting = (await queries.listWaiting(tx, account.id)).filter(({ source }) => source !== 'upload')
  const same = waiting.find((row) => row.period === period && row.forced === forced)
  if (same) return { row: same, isNew: false }
  if (waiting.length >= mostWaiting)
    throw conflict(`${mostWaiting} imports of ${account.canonical} wait already: let them end, or ask for all months at once`)
  return { row: await beginImport(tx, run), isNew: true }
}

/** Files are taken for months that an export does not have, too, but what a parent's bill tells comes from nowhere else. @throws Invalid */
export function assertTakesFiles(
  { canonical, parent_account_id }: Pick<queries.AccountRow, 'canonical' | 'parent_account_id'>,
  place: string,
): void {
  if (parent_account_id !== null)
    throw invalid(`The figures of ${canonical} are taken from the bill of its parent account, ${parent_account_id}: bring the file there`, [
      `${place}: must be an account with a bill of its own`,
    ])
}

/** @throws Conflict */
export function assertEnabled({ enabled, canonical }: Pick<queries.AccountRow, 'enabled' | 'canonical'>): void {
  if (!enabled) throw conflict(`The imports of ${canonical} are stopped: enable the account first`)
}

/** First day of the month that a caller names. @throws Invalid */
export function periodOf(month: string, place: string): string {
  const [, year = '', number = ''] = /^(\d{4})-(\d{2})$/.exec(month) ?? []
  if (Number(year) < 2000 || Number(year) > 2099 || Number(number) < 1 || Number(number) > 12)
    throw invalid(`${month} is not a month of this century`, [`${place}: must be such as 2026-07`])
  return `${month}-01`
}

/** It is begun later, and nobody takes it for lost until then. One that was begun anew meanwhile is another run's. */
export async function postponeImport(
  tx: OrgTx,
  { id, attempt }: Pick<queries.ImportRow, 'id' | 'attempt'>,
  seconds: number,
): Promise<void> {
  const row = await queries.lockImport(tx, id)
  if (!row || isOver(row) || row.attempt !== attempt) return
  await queries.updateImport(tx, id, { status: 'waiting', stage: '', alive_at: null })
  await enqueue(tx, 'costs.import', { organizationId: tx.organizationId, importId: id }, seconds)
}

/** Runs of one import, all together. */
const mostAttempts = 3

/**
 * Of a run that did not come to an end.
 * @param why for people: `the process that did it ended`
 * @returns whether it is given up
 */
export async function restartLost(tx: OrgTx, row: queries.ImportRow, why: string): Promise<boolean> {
  const attempt = row.attempt + 1
  if (row.source === 'upload' && row.digest === '') return failImport(tx, row, 'The file did not arrive as a whole: upload it again')
  if (row.source === 'command') return failImport(tx, row, 'The command ended before its import: run it again, and it goes on where it was')
  if (attempt >= mostAttempts) return failImport(tx, row, `The import was given up after ${attempt} tries: ${why}`)
  await queries.updateImport(tx, row.id, { attempt, status: 'waiting', stage: '', alive_at: null, message: `Tried again, since ${why}` })
  await enqueue(tx, 'costs.import', { organizationId: tx.organizationId, importId: row.id }, 5)
  return false
}

export async function failImport(tx: OrgTx, row: Pick<queries.ImportRow, 'id'>, message: string): Promise<true> {
  const problems = JSON.stringify([message])
  await queries.updateImport(tx, row.id, { status: 'failed', stage: '', message, problems, ended_at: new Date() })
  await queries.deleteUpload(tx, row.id)
  return true
}

export const isOver = ({ status }: Pick<queries.ImportRow, 'status'>): boolean => status === 'succeeded' || status === 'failed'
