import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const resourcePools: DomainHandlers<'resource-pools'> = {
  listResourcePools: notImplemented,
  createResourcePool: notImplemented,
  deleteResourcePool: notImplemented,
  getResourcePool: notImplemented,
  updateResourcePool: notImplemented,
}
