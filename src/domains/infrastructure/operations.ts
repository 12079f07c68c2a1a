import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'
import { runningAws } from './aws/operations.ts'

export const infrastructure: DomainHandlers<'infrastructure'> = {
  ...runningAws,
  getComponentInfrastructure: notImplemented,
}
