/** What an import reads and writes beside the lines of bills. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Day, Period } from '../../formats/billing/types.ts'
import { noRules, type TagRules } from '../attribution.ts'
import { periodIs } from '../postgres/bulk.ts'
import type { Stage } from '../types.ts'

export type ImportRow = NonNullable<Awaited<ReturnType<typeof findImport>>>

export const findImport = (tx: OrgTx, id: number) => tx.selectFrom('cost_imports').selectAll().where('id', '=', id).executeTakeFirst()

export interface Told {
  status: 'waiting' | 'running'
  stage: Stage | ''
  files_total: number
  files_done: number
  bytes_total: number
  bytes_done: number
  lines: number
}

/** @returns whether the import is still there, and not ended by somebody else */
export async function tellProgress(tx: OrgTx, id: number, told: Told): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('cost_imports')
    .set({
      ...told,
      alive_at: new Date(),
      ...(told.status === 'running' ? { started_at: sql<Date>`coalesce(started_at, now())` } : {}),
    })
    .where('id', '=', id)
    .where('status', 'in', ['waiting', 'running'])
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const nameSource = (tx: OrgTx, id: number, name: string) =>
  tx.updateTable('cost_imports').set({ source_name: name }).where('id', '=', id).where('source_name', '=', '').execute()

export interface Ended {
  status: 'succeeded' | 'failed'
  message: string
  problems: readonly string[]
  /** What is worth saying, and wrong with nothing. */
  remarks: readonly string[]
  /** Of everything that does not say its month; empty when it is to be read again. */
  digest: string
}

/** What was uploaded for it goes with its end. @returns whether nobody else had ended it */
export async function endImport(tx: OrgTx, id: number, { status, message, problems, remarks, digest }: Ended): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('cost_imports')
    .set({
      ...{
        status,
        stage: '',
        message,
        problems: JSON.stringify(problems),
        remarks: JSON.stringify(remarks),
        alive_at: new Date(),
        ended_at: new Date(),
      },
      ...(digest === '' ? {} : { digest }),
    })
    .where('id', '=', id)
    .where('status', 'in', ['waiting', 'running'])
    .executeTakeFirst()
  await tx.deleteFrom('cost_upload_chunks').where('import_id', '=', id).execute()
  return numUpdatedRows > 0n
}

/** What the last run that was like this one, and brought everything, had read. */
export async function findLastDigest(tx: OrgTx, { id, cost_account_id, source }: ImportRow): Promise<string | undefined> {
  const found = await tx
    .selectFrom('cost_imports')
    .select('digest')
    .where('cost_account_id', '=', cost_account_id)
    .where('source', '=', source)
    .where('period', 'is', null)
    .where('status', 'in', ['succeeded', 'failed'])
    .where('id', '<', id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return found?.digest
}

export type MonthRow = Awaited<ReturnType<typeof listMonths>>[number]

/** Versions of an account's months that readers see, or that wait for somebody to accept them. */
export const listMonths = (tx: OrgTx, costAccountId: number) =>
  tx
    .selectFrom('cost_months')
    .select([
      'id',
      'period',
      'state',
      'digest',
      'lines',
      'currency',
      'billed',
      'finalized',
      'message',
      'activated_at',
      'import_id',
      'by_hand',
      'created_at',
    ])
    .where('cost_account_id', '=', costAccountId)
    .where('state', 'in', ['active', 'refused'])
    .orderBy('period', 'desc')
    .orderBy('id', 'desc')
    .execute()

/** Those of the days on which a version has costs. */
export async function daysWithCosts(tx: OrgTx, monthId: number, days: readonly Day[]): Promise<Day[]> {
  if (days.length === 0) return []
  const rows = await tx
    .selectFrom('cost_daily')
    .select('day')
    .distinct()
    .where('month_id', '=', monthId)
    .where('day', 'in', days)
    .orderBy('day')
    .execute()
  return rows.map(({ day }) => day)
}

/** Somebody handed it over. */
export const markByHand = (tx: OrgTx, monthId: number) =>
  tx.updateTable('cost_months').set({ by_hand: true }).where('id', '=', monthId).execute()

/** Those of the versions whose lines are still there. */
export async function listWithLines(tx: OrgTx, months: readonly { id: number; period: Period }[]): Promise<ReadonlySet<number>> {
  const found = new Set<number>()
  for (const { id, period } of months) {
    const line = await tx
      .selectFrom('cost_lines')
      .select('period')
      .where('month_id', '=', id)
      .where(sql<boolean>`${periodIs('period', period)}`)
      .limit(1)
      .executeTakeFirst()
    if (line) found.add(id)
  }
  return found
}

/** What was begun and cannot be used: nobody goes on with it, and it is cleared away. */
export const giveUpMonth = (tx: OrgTx, id: number, message: string) =>
  tx
    .updateTable('cost_months')
    .set({ state: 'replaced', message, ended_at: new Date() })
    .where('id', '=', id)
    .where('state', '=', 'loading')
    .execute()

export const noteFinalized = (tx: OrgTx, id: number) =>
  tx.updateTable('cost_months').set({ finalized: true }).where('id', '=', id).where('state', '=', 'refused').execute()

export async function readRules(tx: OrgTx): Promise<TagRules> {
  const found = await tx.selectFrom('cost_tag_mappings').selectAll().executeTakeFirst()
  if (!found) return noRules
  return {
    project: { keys: found.project_tags, regex: found.project_regex },
    environment: { keys: found.environment_tags, regex: found.environment_regex },
    component: { keys: found.component_tags, regex: found.component_regex },
    generation: found.generation,
  }
}

/** For whoever looks at the mapping, until it is changed. */
export const noteMappingProblem = (tx: OrgTx, generation: number, problem: string) =>
  tx.updateTable('cost_tag_mappings').set({ problem }).where('generation', '=', generation).execute()

/** The newest month whose costs were attributed by another mapping than this one. */
export const findOutdatedMonth = (tx: OrgTx, generation: number) =>
  tx
    .selectFrom('cost_months')
    .select(['id', 'cost_account_id', 'period'])
    .where('state', '=', 'active')
    .where('cost_account_id', 'is not', null)
    .where('mapping_generation', '<>', generation)
    .orderBy('period', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()

export interface Keeping {
  lines: number
  figures: number
}

/** Months, the current one included. */
export async function readKeeping(tx: OrgTx): Promise<Keeping> {
  const found = await tx.selectFrom('cost_keeping').select(['lines_months', 'figures_months']).executeTakeFirst()
  return { lines: found?.lines_months ?? 4, figures: found?.figures_months ?? 36 }
}

/** The first period of the last so many months. */
export function oldestKept(months: number, now = new Date()): Period {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months + 1, 1)).toISOString().slice(0, 10)
}

/** The period by whose age a version is kept: what a person handed over is as young as the day on which they did. */
export function keptAs({
  period,
  by_hand,
  activated_at,
  created_at,
}: Pick<MonthRow, 'period' | 'by_hand' | 'activated_at' | 'created_at'>): Period {
  const day = (activated_at ?? created_at).toISOString().slice(0, 10)
  return by_hand && day > period ? day : period
}

/** An uploaded file: how many pieces it has, all of the same size but the last. */
export const measureUpload = (tx: OrgTx, importId: number) =>
  tx
    .selectFrom('cost_upload_chunks')
    .select([
      sql<number>`count(*)::int`.as('pieces'),
      sql<number>`coalesce(sum(length(bytes)), 0)::bigint`.as('size'),
      sql<number>`coalesce(max(length(bytes)), 0)::int`.as('piece'),
    ])
    .where('import_id', '=', importId)
    .executeTakeFirstOrThrow()

export const findPiece = (tx: OrgTx, importId: number, position: number) =>
  tx.selectFrom('cost_upload_chunks').select('bytes').where('import_id', '=', importId).where('position', '=', position).executeTakeFirst()
