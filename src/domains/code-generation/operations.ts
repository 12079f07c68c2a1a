import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const codeGeneration: DomainHandlers<'code-generation'> = {
  terraformJSONToHCL: notImplemented,
  getTerraformProviders: notImplemented,
  getTerraformProvider: notImplemented,
  getTerraformProviderDataSources: notImplemented,
  getTerraformProviderDataSource: notImplemented,
  getTerraformProviderResources: notImplemented,
  getTerraformProviderResource: notImplemented,
  terraformValidate: notImplemented,
}
