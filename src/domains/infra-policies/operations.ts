import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const infraPolicies: DomainHandlers<'infra-policies'> = {
  getInfraPolicies: notImplemented,
  createInfraPolicy: notImplemented,
  deleteInfraPolicy: notImplemented,
  getInfraPolicy: notImplemented,
  updateInfraPolicy: notImplemented,
  validateProjectInfraPolicies: notImplemented,
}
