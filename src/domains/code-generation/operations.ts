import type { DomainHandlers } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { type BlockKind, listProviders } from './queries.ts'
import { convert, getBlock, getProvider, getTypes, validate } from './terraform.ts'
import { viewProvider, viewProviderInFull, viewType, viewTypeInFull } from './view.ts'

export const codeGeneration: DomainHandlers<'code-generation'> = {
  async terraformJSONToHCL({ read }, { body }) {
    return { data: { config: await convert(read, body.config) } }
  },

  async getTerraformProviders({ read }, { query }) {
    const { rows, pagination } = pageOf(await read(listProviders), query)
    return { data: rows.map(viewProvider), pagination }
  },

  async getTerraformProvider({ read }, { path }) {
    return { data: viewProviderInFull(await read((tx) => getProvider(tx, path.provider_canonical))) }
  },

  getTerraformProviderDataSources: (context, { path, query }) => types(context, path.provider_canonical, 'data', query),
  getTerraformProviderResources: (context, { path, query }) => types(context, path.provider_canonical, 'resource', query),
  getTerraformProviderDataSource: (context, { path }) => one(context, path, 'data'),
  getTerraformProviderResource: (context, { path }) => one(context, path, 'resource'),

  async terraformValidate({ read }, { body }) {
    return { data: await validate(read, body.config) }
  },
}

async function types({ read, platform }: OrganizationContext, provider: string, kind: BlockKind, query: Parameters<typeof pageOf>[1]) {
  const { rows, pagination } = pageOf(await read((tx) => getTypes(tx, provider, kind)), query)
  return { data: rows.map((type) => viewType(platform.config.apiUrl, type)), pagination }
}

async function one(
  { read, platform }: OrganizationContext,
  path: { provider_canonical: string; resource_canonical: string },
  kind: BlockKind,
) {
  const { provider_canonical, resource_canonical: type } = path
  const schema = await read((tx) => getBlock(tx, provider_canonical, kind, type))
  return { data: viewTypeInFull(platform.config.apiUrl, type, schema) }
}
