import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const stackSources: DomainHandlers<'stack-sources'> = {
  getServiceCatalogSources: notImplemented,
  createServiceCatalogSource: notImplemented,
  deleteServiceCatalogSource: notImplemented,
  getServiceCatalogSource: notImplemented,
  updateServiceCatalogSource: notImplemented,
  refreshServiceCatalogSource: notImplemented,
  validateServiceCatalogSource: notImplemented,
}
