import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const components: DomainHandlers<'components'> = {
  getOrganizationComponents: notImplemented,
  getComponents: notImplemented,
  createComponent: notImplemented,
  deleteComponent: notImplemented,
  getComponent: notImplemented,
  updateComponent: notImplemented,
  getComponentConfig: notImplemented,
  migrateComponent: notImplemented,
}
