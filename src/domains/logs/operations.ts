import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const logs: DomainHandlers<'logs'> = {
  getProjEnvLogSources: notImplemented,
  getProjEnvLogEntries: notImplemented,
}
