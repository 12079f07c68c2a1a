import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const workers: DomainHandlers<'workers'> = {
  getWorkers: notImplemented,
}
