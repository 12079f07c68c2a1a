import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const inventory: DomainHandlers<'inventory'> = {
  listInventoryResources: notImplemented,
  listResourceLabels: notImplemented,
  listResourceTypes: notImplemented,
  createInventoryResource: notImplemented,
  deleteInventoryResource: notImplemented,
  getInventoryResource: notImplemented,
  updateInventoryResource: notImplemented,
  getInventoryHistory: notImplemented,
}
