import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const terraformState: DomainHandlers<'terraform-state'> = {
  getState: notImplemented,
  createOrUpdateState: notImplemented,
  getInventoryPlan: notImplemented,
  setInventoryPlan: notImplemented,
  unlockState: notImplemented,
  lockState: notImplemented,
  getComponentState: notImplemented,
  breakStateLock: notImplemented,
  rotateStateToken: notImplemented,
  listStateVersions: notImplemented,
  getStateVersion: notImplemented,
  restoreStateVersion: notImplemented,
}
