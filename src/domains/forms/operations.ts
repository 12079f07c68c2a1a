import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const forms: DomainHandlers<'forms'> = {
  validateFormsFile: notImplemented,
  valuesRefForms: notImplemented,
  interpolateFormsConfig: notImplemented,
}
