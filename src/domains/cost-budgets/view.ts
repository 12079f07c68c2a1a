import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import type { BudgetRow } from './queries.ts'
import type { Spending } from './spending.ts'

export function viewBudget(row: BudgetRow, { span, spent, forecast, problem }: Spending): Schema<'CostBudget'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    amount: row.amount,
    currency: row.currency,
    span: row.span,
    filters: row.filters as Schema<'CostBudgetFilters'>,
    thresholds: row.thresholds,
    recipients: row.recipients,
    enabled: row.enabled,
    ...(row.owner ? { owner: viewUser(row.owner) } : {}),
    span_begin: span.begin,
    span_end: span.end,
    ...(spent === undefined ? {} : { spent }),
    ...(forecast === undefined ? {} : { forecast }),
    problem,
    alerts: row.alerts.map((alert) => ({ ...alert, created_at: seconds(new Date(alert.created_at)) })),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}
