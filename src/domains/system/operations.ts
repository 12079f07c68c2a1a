import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const system: DomainHandlers<'system'> = {
  getConfig: notImplemented,
  getCountries: notImplemented,
  getStatus: notImplemented,
  getServiceStatus: notImplemented,
  getAppVersion: notImplemented,
}
