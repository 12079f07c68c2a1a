import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const stacks: DomainHandlers<'stacks'> = {
  listServiceCatalogs: notImplemented,
  createServiceCatalog: notImplemented,
  deleteServiceCatalog: notImplemented,
  getServiceCatalog: notImplemented,
  updateServiceCatalog: notImplemented,
  getServiceCatalogTerraform: notImplemented,
  updateServiceCatalogTerraform: notImplemented,
  getServiceCatalogConfig: notImplemented,
  validateServiceCatalogDependencies: notImplemented,
  createServiceCatalogFromTemplate: notImplemented,
  getServiceCatalogTerraformDiagram: notImplemented,
  updateServiceCatalogTerraformDiagram: notImplemented,
  getServiceCatalogTerraformImage: notImplemented,
  updateServiceCatalogTerraformImage: notImplemented,
}
