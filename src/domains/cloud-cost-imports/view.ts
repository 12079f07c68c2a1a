import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { ImportRow, MonthRow } from './queries.ts'

type Import = Schema<'CloudCostImport'>
type Month = Schema<'CloudCostMonth'>

export function viewImport(row: ImportRow, months: readonly MonthRow[]): Import {
  const { id, message, problems, remarks, files_total, files_done, bytes_total, bytes_done, lines } = row
  return {
    id,
    source: row.source as Import['source'],
    source_name: row.source_name,
    status: row.status as Import['status'],
    stage: row.stage as Import['stage'],
    progress: progressOf(row),
    files_total,
    files_done,
    bytes_total,
    bytes_done,
    lines,
    message,
    problems: [...problems, ...remarks].slice(0, 50),
    months: months.filter(({ import_id }) => import_id === id).map(viewMonth),
    created_at: seconds(row.created_at),
    ...(row.started_at ? { started_at: seconds(row.started_at) } : {}),
    ...(row.ended_at ? { ended_at: seconds(row.ended_at) } : {}),
  }
}

/**
 * Reading takes about three quarters of the time; adding up and switching the rest. What was read of other files is added up in between,
 * and several months one after the other, so that only the end of all reading is a step of its own: it never goes back.
 */
export function progressOf(row: Pick<ImportRow, 'status' | 'stage' | 'files_total' | 'files_done' | 'bytes_total' | 'bytes_done'>): number {
  if (row.status === 'succeeded' || row.status === 'failed') return 1
  if (row.status === 'waiting' || row.stage === '') return 0
  const read = row.bytes_total > 0 ? row.bytes_done / row.bytes_total : row.files_total > 0 ? row.files_done / row.files_total : 0
  const isRead = row.files_done >= row.files_total && ['adding_up', 'checking', 'switching'].includes(row.stage)
  return Math.round((0.02 + Math.min(1, read) * 0.78 + (isRead ? 0.08 : 0)) * 1000) / 1000
}

export function viewMonth(row: MonthRow): Month {
  return {
    month: row.period.slice(0, 7),
    state: row.state as Month['state'],
    phase: row.phase as Month['phase'],
    lines: row.lines,
    currency: row.currency,
    billed_cost: row.billed,
    effective_cost: row.effective,
    ...(row.stated_total === null ? {} : { stated_cost: row.stated_total }),
    finalized: row.finalized,
    attributed: row.mapping_generation === row.present_generation,
    energy_coverage: Math.min(1, Math.max(0, row.coverage ?? 0)),
    message: row.message,
    created_at: seconds(row.created_at),
    ...(row.activated_at ? { activated_at: seconds(row.activated_at) } : {}),
  }
}
