import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const cloudCostAccounts: DomainHandlers<'cloud-cost-accounts'> = {
  getCloudCostManagementAccounts: notImplemented,
  createCloudCostManagementAccount: notImplemented,
  deleteCloudCostManagementAccount: notImplemented,
  getCloudCostManagementAccount: notImplemented,
  updateCloudCostManagementAccount: notImplemented,
  getCloudCostManagementLinkedAccounts: notImplemented,
  updateCloudCostManagementLinkedAccount: notImplemented,
  getCloudCostManagementAccountsHasParent: notImplemented,
  createCloudCostManagementAccountChild: notImplemented,
}
