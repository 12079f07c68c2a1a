import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import type { AnomalyRow } from './queries.ts'

export const viewAnomaly = (row: AnomalyRow): Schema<'CostAnomaly'> => ({
  id: row.id,
  day: row.day,
  provider: row.provider,
  service: row.service,
  project: row.project,
  currency: row.currency,
  cost: row.cost,
  expected: row.expected,
  reason: row.reason,
  causes: row.causes,
  status: row.status,
  ...(row.judge ? { judged_by: viewUser(row.judge) } : {}),
  created_at: seconds(row.created_at),
  updated_at: seconds(row.updated_at),
})
