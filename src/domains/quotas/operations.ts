import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const quotas: DomainHandlers<'quotas'> = {
  listQuotas: notImplemented,
  createQuota: notImplemented,
  deleteQuota: notImplemented,
  getQuota: notImplemented,
  updateQuota: notImplemented,
  listQuotaConsumptions: notImplemented,
}
