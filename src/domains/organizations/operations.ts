import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const organizations: DomainHandlers<'organizations'> = {
  getOrgs: notImplemented,
  createOrg: notImplemented,
  deleteOrg: notImplemented,
  getOrg: notImplemented,
  updateOrg: notImplemented,
  getAncestors: notImplemented,
  canDo: notImplemented,
  getSummary: notImplemented,
}
