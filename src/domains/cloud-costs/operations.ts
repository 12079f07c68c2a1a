import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const cloudCosts: DomainHandlers<'cloud-costs'> = {
  getCloudCostManagementDashboard: notImplemented,
  getCloudCostManagementProvider: notImplemented,
  getCloudCostManagementFilterVaules: notImplemented,
  getCloudCostManagementProjectsDashboard: notImplemented,
  getCloudCostManagementProviders: notImplemented,
  getCloudCostManagementProviderDetails: notImplemented,
  getCloudCostManagementTagMapping: notImplemented,
  putCloudCostManagementTagMapping: notImplemented,
  getCloudCostManagementTags: notImplemented,
}
