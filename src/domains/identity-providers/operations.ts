import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { readGivenMetadata } from './metadata.ts'
import { assertAdministrator, createProvider, getProvider, removeProvider, updateProvider } from './providers.ts'
import { listProviders } from './queries.ts'
import { viewProvider } from './view.ts'

export const identityProviders: DomainHandlers<'identity-providers'> = {
  async listIdentityProviders(context, { query }) {
    const visible = context.visible('organization:identity_provider:list', 'organization:identity_provider:read')
    const { rows, pagination } = await context.read((tx) => listProviders(tx, query, visible))
    return { data: rows.map((row) => viewProvider(row, placeOf(context))), pagination }
  },

  async createIdentityProvider(context, { body }) {
    assertAdministrator(context)
    const canonical = body.canonical ?? canonicalOf(body.name)
    context.assertMayCreate(canonical)
    const metadata = await readGivenMetadata(context.platform, body)
    if (!metadata)
      throw invalid('An identity provider is known by its metadata: give its address, or the document', [
        'body: must have metadata_url or metadata',
      ])
    const row = await context.write((tx) => createProvider(tx, canonical, body, metadata))
    return { data: viewProvider(row, placeOf(context)) }
  },

  async getIdentityProvider(context, { path }) {
    const row = await context.read((tx) => getProvider(tx, path.identity_provider_canonical))
    return { data: viewProvider(row, placeOf(context)) }
  },

  async updateIdentityProvider(context, { path, body }) {
    assertAdministrator(context)
    const canonical = path.identity_provider_canonical
    // Not after somebody else's server was asked: what is not there is a 404 whatever it says.
    await context.read((tx) => getProvider(tx, canonical))
    const metadata = await readGivenMetadata(context.platform, body)
    const row = await context.write((tx) => updateProvider(tx, canonical, body, metadata))
    return { data: viewProvider(row, placeOf(context)) }
  },

  async deleteIdentityProvider(context, { path }) {
    assertAdministrator(context)
    await context.write((tx) => removeProvider(tx, path.identity_provider_canonical))
    return undefined
  },
}

const placeOf = ({ platform, organization }: Pick<OrganizationContext, 'platform' | 'organization'>) => ({
  apiUrl: platform.config.apiUrl,
  organization: organization.canonical,
})
