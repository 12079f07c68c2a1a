import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const externalBackends: DomainHandlers<'external-backends'> = {
  getExternalBackends: notImplemented,
  createExternalBackend: notImplemented,
  deleteExternalBackend: notImplemented,
  getExternalBackend: notImplemented,
  updateExternalBackend: notImplemented,
}
