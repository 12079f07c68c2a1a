import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const children: DomainHandlers<'children'> = {
  getChildren: notImplemented,
  createChild: notImplemented,
}
