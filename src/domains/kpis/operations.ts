import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const kpis: DomainHandlers<'kpis'> = {
  getOrganizationKpis: notImplemented,
  getKpis: notImplemented,
  createKpi: notImplemented,
  deleteKpi: notImplemented,
  getKpi: notImplemented,
  updateKpi: notImplemented,
  deleteKPIFavorite: notImplemented,
  createKPIFavorite: notImplemented,
}
