import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const cloudProviders: DomainHandlers<'cloud-providers'> = {
  getCloudProviders: notImplemented,
}
