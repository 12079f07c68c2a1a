import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const costEstimation: DomainHandlers<'cost-estimation'> = {
  costEstimateTfPlan: notImplemented,
  costEstimateForm: notImplemented,
  getPriceBooks: notImplemented,
  getCostEstimationSettings: notImplemented,
  updateCostEstimationSettings: notImplemented,
}
