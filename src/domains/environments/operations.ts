import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const environments: DomainHandlers<'environments'> = {
  getOrganizationEnvironments: notImplemented,
  getProjectEnvironments: notImplemented,
  createEnvironment: notImplemented,
  deleteEnvironment: notImplemented,
  getEnvironment: notImplemented,
  updateEnvironment: notImplemented,
}
