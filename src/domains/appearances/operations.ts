import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const appearances: DomainHandlers<'appearances'> = {
  getDefaultAppearance: notImplemented,
  getActiveAppearance: notImplemented,
  listAppearances: notImplemented,
  createAppearance: notImplemented,
  deleteAppearance: notImplemented,
  getAppearance: notImplemented,
  updateAppearance: notImplemented,
}
