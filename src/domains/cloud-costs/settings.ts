import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import type { KeepingRow } from './queries.ts'

/** @throws Invalid when figures would be kept for a shorter time than the lines they are made of */
export function readSettings(body: Schema<'CloudCostSettings'>): KeepingRow {
  const { lines_months, figures_months, cost_type, anomaly_mails, report_mails } = body
  if (figures_months < lines_months)
    throw invalid('Figures are kept at least as long as lines', [`body.figures_months: must be ${lines_months} or more`])
  return { lines_months, figures_months, cost_type, anomaly_mails, report_mails }
}
