import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const roles: DomainHandlers<'roles'> = {
  getPolicies: notImplemented,
  getRoles: notImplemented,
  createRole: notImplemented,
  deleteRole: notImplemented,
  getRole: notImplemented,
  updateRole: notImplemented,
}
