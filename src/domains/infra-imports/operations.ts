import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const infraImports: DomainHandlers<'infra-imports'> = {
  getInfraImportPresets: notImplemented,
  getInfraImportResources: notImplemented,
  getInfraImportResource: notImplemented,
  createInfraImport: notImplemented,
  deleteInfraImport: notImplemented,
  getInfraImport: notImplemented,
  retryInfraImport: notImplemented,
  deleteServiceCatalogImport: notImplemented,
  getServiceCatalogImport: notImplemented,
  retryServiceCatalogImport: notImplemented,
}
